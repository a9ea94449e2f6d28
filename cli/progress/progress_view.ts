import type { Output } from "../output/output.ts";
import type { JobProgress } from "./job_progress.ts";
import { PlainProgress } from "./plain_progress.ts";

/** Shows on standard error how far a job is. Ends with its scope. */
export interface ProgressView extends AsyncDisposable {
  update(progress: JobProgress): void;
  /** Says that the agent is away, until the next update. */
  away(message: string): Promise<void> | void;
}

/**
 * Bars on a terminal, else lines; with `--json` only absences are told.
 *
 * @param isNew whether the job was only just submitted: lines then tell of all of it
 */
export async function openProgressView(output: Output, isNew: boolean): Promise<ProgressView> {
  if (output.asJson) return new NoProgress(output);
  if (!output.animates) return new PlainProgress(output, { isNew });
  // Its library, and the widths of wide characters, are only loaded where a job is waited for.
  const { BarProgress } = await import("./bar_progress.ts");
  return new BarProgress(output.errors, output.errorPaint);
}

class NoProgress implements ProgressView {
  constructor(private readonly output: Output) {}

  update(): void {}

  away(message: string): Promise<void> {
    return this.output.note(message);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
