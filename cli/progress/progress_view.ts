import type { JobProgress } from "./job_progress.ts";

/** Shows on standard error how far a job is. Ends with its scope. */
export interface ProgressView extends AsyncDisposable {
  update(progress: JobProgress): void;
  /** Says that the agent is away, until the next update. */
  away(message: string): Promise<void> | void;
}
