import type { JobUpdate } from "../../proto/messages.ts";
import type { Job, Task } from "./job.ts";
import { finalResultOf, MAX_TASKS_WITH_RESULTS, taskStatusOf } from "./job_view.ts";

/** Changes are told at most this often, in ms: ten times a second. The end of a job is told at once. */
const INTERVAL_MS = 100;

/** Characters of results in one message, at most: what is more waits for the next one. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Who hears of a job: updates, then its end, or why nothing more can be told. */
export interface JobWatcher {
  send(update: JobUpdate): void;
  end(error?: unknown): void;
}

/** One watcher of one job that is under way: a snapshot, then what changes. */
export class JobWatch {
  readonly #changed = new Set<Task>();
  readonly #withTasks: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastSent = -Infinity;
  #ended = false;

  /** @param send is given each message; after the last one, or after `fail`, nothing more comes */
  constructor(
    private readonly job: Job,
    private readonly countsOnly: boolean,
    private readonly watcher: JobWatcher,
  ) {
    this.#withTasks = !countsOnly && job.tasks.length <= MAX_TASKS_WITH_RESULTS;
  }

  /** Sends the snapshot. */
  begin(): void {
    this.changed(this.job.tasks);
    this.#send(true);
  }

  changed(tasks: readonly Task[]): void {
    if (this.#ended) return;
    if (this.#withTasks) { for (const task of tasks) this.#changed.add(task); }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send(false);
    }, Math.max(0, this.#lastSent + INTERVAL_MS - performance.now()));
  }

  /** The job's end is durable. */
  end(): void {
    if (this.#ended) return;
    this.#stop();
    while (this.#changed.size > 0 && this.#characters() > MAX_CHARACTERS) this.#sendNow(false, "");
    this.#sendNow(false, this.countsOnly ? "" : finalResultOf(this.job.record, this.job.tasks));
    this.watcher.end();
  }

  /** Nothing more can be told. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#stop();
    this.watcher.end(error);
  }

  /** The watcher is gone. */
  cancel(): void {
    this.#stop();
  }

  #stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #send(snapshot: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sendNow(snapshot, "");
    if (this.#changed.size > 0) this.changed([]);
  }

  #sendNow(snapshot: boolean, finalResult: string): void {
    this.#lastSent = performance.now();
    const { record, group, progress } = this.job;
    this.watcher.send({
      job_id: record.jobId,
      state: record.state,
      snapshot,
      current_group: group,
      groups: progress.map((counts) => ({ ...counts })),
      tasks: this.#take().map((task) => taskStatusOf(task, true)),
      reason: record.reason,
      final_result: finalResult,
    });
  }

  #take(): Task[] {
    const tasks: Task[] = [];
    let characters = 0;
    for (const task of this.#changed) {
      if (characters > MAX_CHARACTERS) break;
      characters += task.result.length;
      this.#changed.delete(task);
      tasks.push(task);
    }
    return tasks;
  }

  #characters(): number {
    let characters = 0;
    for (const task of this.#changed) characters += task.result.length;
    return characters;
  }
}
