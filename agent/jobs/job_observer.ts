/** Hears what becomes of jobs and their tasks, for figures. */
export interface JobObserver {
  /** @param outcome `done`, `failed` or `cancelled` */
  taskEnded(kind: string, outcome: string): void;
  /** An attempt came to nothing, and another one follows. */
  taskRetried(kind: string): void;
  /** @param outcome as of a task */
  jobEnded(outcome: string): void;
}
