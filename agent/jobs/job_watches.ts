import type { Job, Task } from "./job.ts";
import { JobWatch, type JobWatcher } from "./job_watch.ts";

/** Who watches which job that is under way. */
export class JobWatches {
  readonly #watches = new Map<Job, Set<JobWatch>>();

  /** Tells a watcher how the job is and will be. Returns what ends the watching. */
  begin(job: Job, countsOnly: boolean, watcher: JobWatcher): () => void {
    const watches = this.#watches.get(job) ?? new Set();
    this.#watches.set(job, watches);
    const watch = new JobWatch(job, countsOnly, watcher);
    watches.add(watch);
    watch.begin();
    return () => {
      watch.cancel();
      watches.delete(watch);
      if (watches.size === 0 && this.#watches.get(job) === watches) this.#watches.delete(job);
    };
  }

  /** Tasks, of whichever jobs, have changed. */
  tasksChanged(tasks: readonly Task[]): void {
    if (this.#watches.size === 0) return;
    for (const task of tasks) this.changed(task.job, [task]);
  }

  /** A job has changed, and these tasks of it. */
  changed(job: Job, tasks: readonly Task[]): void {
    this.#watches.get(job)?.forEach((watch) => watch.changed(tasks));
  }

  /** A job's end is durable; it changed these tasks. */
  ended(job: Job, tasks: readonly Task[]): void {
    this.changed(job, tasks);
    this.#watches.get(job)?.forEach((watch) => watch.end());
    this.#watches.delete(job);
  }

  /** Nothing more can be told of any job. */
  fail(error: unknown): void {
    for (const watches of this.#watches.values()) for (const watch of watches) watch.fail(error);
    this.#watches.clear();
  }
}
