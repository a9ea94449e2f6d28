import type { TaskRef } from "../../proto/messages.ts";

/** An attempt that is over and of which nothing is kept but that it was. */
export const OVER = null;

/**
 * What became of attempts at tasks, by attempt, for as many as can be remembered. Only those that are {@link OVER} are
 * forgotten when there are too many, those of the oldest jobs first.
 */
export class RememberedAttempts<T extends object> {
  /** By `ATTEMPT/JOB`, in the order in which they were first met, then by task. */
  readonly #attempts = new Map<string, Map<string, T | typeof OVER>>();
  #size = 0;
  #forgetAbove: number;

  /** @param most attempts that are remembered, as long as so few are not over */
  constructor(private readonly most: number) {
    this.#forgetAbove = most;
  }

  /** What was kept of it: an object, {@link OVER}, or undefined for an attempt that is new. */
  get({ job_id, attempt, task_id }: TaskRef): T | typeof OVER | undefined {
    return this.#attempts.get(`${attempt}/${job_id}`)?.get(task_id);
  }

  set({ job_id, attempt, task_id }: TaskRef, what: T | typeof OVER): void {
    const key = `${attempt}/${job_id}`;
    let tasks = this.#attempts.get(key);
    if (!tasks) this.#attempts.set(key, tasks = new Map());
    const before = tasks.size;
    tasks.set(task_id, what);
    this.#size += tasks.size - before;
    if (this.#size > this.#forgetAbove) this.#forgetOldest();
  }

  /** All that are not over. */
  *open(): Generator<T> {
    for (const tasks of this.#attempts.values()) {
      for (const what of tasks.values()) if (what !== OVER) yield what;
    }
  }

  /** A twentieth at a time, so that it is not looked for with every attempt. */
  #forgetOldest(): void {
    const some = Math.ceil(this.most / 20);
    this.#forget(this.#size - this.most + some);
    // Where too many are not over, the next look is only after as many more.
    this.#forgetAbove = Math.max(this.most, this.#size + some);
  }

  #forget(count: number): void {
    let left = count;
    for (const [key, tasks] of this.#attempts) {
      for (const [task, what] of tasks) {
        if (left <= 0) return;
        if (what !== OVER) continue;
        tasks.delete(task);
        this.#size--;
        left--;
      }
      if (tasks.size === 0) this.#attempts.delete(key);
    }
  }
}
