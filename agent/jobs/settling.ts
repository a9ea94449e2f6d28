import { oneLine } from "../core/errors.ts";
import type { TaskOutcome } from "../../proto/messages.ts";
import { type Cure, cureOf } from "./failures.ts";
import type { Task } from "./job.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { checkedFile, outputLine } from "./output_files.ts";

/** A task is begun at most this often. */
export const MAX_ATTEMPTS = 3;

/** The longest result of a task, in characters: an ECHO of the longest input fits. */
const MAX_OUTPUT = 1_048_576 + 1024;

/** The longest reason of a failure that is kept, in characters. */
const MAX_REASON = 1000;

/** A device that reported that it could not do a task now gets it again after this, in ms, times the attempts so far. */
const RETRY_MS = 500;

/** An attempt that came to nothing. */
export interface Failure {
  readonly reason: string;
  readonly cure: Cure;
  /** So long, in ms, a device that failed the task does not get it again; another one may at once. Default: half a second for each attempt. */
  readonly pauseMs?: number;
}

/**
 * What a device said of an attempt: undefined when the task is DONE with it. It is bounded before it is kept and shown.
 *
 * @param memory for the results of unfinished jobs
 */
export function settle(task: Task, outcome: TaskOutcome, memory: MemoryBudget): Failure | undefined {
  if (!outcome.ok) {
    const reason = oneLine(outcome.error.slice(0, MAX_REASON)) || "the device reported a failure without a reason";
    return { reason, cure: cureOf(outcome.error_code) };
  }
  const file = outcome.output_file ? checkedFile(outcome.output_file) : undefined;
  if (outcome.output_file && !file) return { reason: "its device names a file that cannot be", cure: "elsewhere" };
  const output = file ? outputLine(task.jobId, task.spec.task_id, task.deviceName, file) : outcome.output;
  if (output.length > MAX_OUTPUT) {
    return { reason: `its result is longer than ${MAX_OUTPUT} characters`, cure: "nothing" };
  }
  if (!memory.tryTake(output.length)) {
    return { reason: "the results of unfinished jobs fill the memory that is kept for them", cure: "nothing" };
  }
  task.job.characters += output.length;
  task.job.move(task, "DONE");
  task.result = output;
  task.outputFile = file;
  return undefined;
}

/**
 * The attempt under way came to nothing: the task waits for another one, or is finished.
 *
 * @param hasAnother whether there is a device that may have it and has not failed it
 */
export function failAttempt(task: Task, failure: Failure, hasAnother: () => boolean): void {
  const { attempt, deviceId, deviceName, job } = task;
  const { reason, cure, pauseMs = RETRY_MS * attempt } = failure;
  task.failedAttempts = [...task.failedAttempts, { attempt, deviceId, deviceName, reason }];
  if (job.cancelling) {
    job.move(task, "CANCELLED");
    task.error = "cancelled while it ran";
  } else if (attempt < MAX_ATTEMPTS && (cure === "anywhere" || (cure === "elsewhere" && hasAnother()))) {
    job.move(task, "QUEUED");
    task.notBefore = performance.now() + pauseMs;
    job.ready.add(task);
  } else {
    job.move(task, "FAILED");
    task.error = attempt > 1 ? `given up after ${attempt} attempts: ${reason}` : reason;
  }
}

/** The attempt that was given up goes on after all. */
export function readopt(task: Task): void {
  task.job.move(task, "RUNNING");
  task.failedAttempts = task.failedAttempts.filter(({ attempt }) => attempt !== task.attempt);
}
