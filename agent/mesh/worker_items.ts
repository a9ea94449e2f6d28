import type { CommandOutcome, FileData, ModelAnswer, ScreenReply, TaskOutcome } from "../../proto/messages.ts";
import { type WorkerBatch, workerBatch } from "./batches.ts";
import type { FileRunItem } from "./file_runs.ts";

/** What goes up the stream of a device. */
export interface WorkerItem {
  readonly outcome?: TaskOutcome;
  readonly command?: CommandOutcome;
  readonly answer?: ModelAnswer;
  readonly screen?: ScreenReply;
  readonly file?: FileRunItem | { readonly fileData: FileData };
  /** Slots that are free with it. */
  readonly credits: 0 | 1;
}

/** A batch of all of them, in their order. */
export function batchOf(items: readonly WorkerItem[]): WorkerBatch {
  const batch = workerBatch({});
  for (const { outcome, command, answer, screen, file, credits } of items) {
    // Of a file it must be clear whose it is, even if the lease is over.
    if (outcome) batch.outcomes.push(outcome.lease > 0 && !outcome.output_file ? byLease(outcome) : outcome);
    if (command) batch.command_outcomes.push(command);
    if (answer) batch.model_answers.push(answer);
    if (screen) batch.screen_replies.push(screen);
    if (file) addFile(batch, file);
    batch.credits += credits;
  }
  return batch;
}

function addFile(batch: WorkerBatch, item: NonNullable<WorkerItem["file"]>): void {
  if ("fileAnswer" in item) batch.file_answers.push(item.fileAnswer);
  else if ("fileCredit" in item) batch.file_credits.push(item.fileCredit);
  else batch.file_data.push(item.fileData);
}

/** What goes up of an outcome whose lease says which attempt it is of. */
function byLease(outcome: TaskOutcome): TaskOutcome {
  return { ...outcome, job_id: "", task_id: "", attempt: 0 };
}
