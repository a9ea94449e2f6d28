import type { CheckedPlan } from "../plans/check_plan.ts";
import type { JobRecord, StoredJob, TaskRecord } from "../store/store.ts";
import { isFinished } from "./states.ts";

/** A first-in-first-out queue of tasks, with a way back to its front for those that lost their device. */
class TaskQueue {
  #items: Task[] = [];
  #head = 0;
  #returned: Task[] = [];

  get length(): number {
    return this.#items.length - this.#head + this.#returned.length;
  }

  push(task: Task): void {
    this.#items.push(task);
  }

  unshift(task: Task): void {
    this.#returned.push(task);
  }

  /** The first task that still waits: one may have been answered by its former device meanwhile. */
  shift(): Task | undefined {
    for (let task = this.#next(); task; task = this.#next()) {
      if (task.state === "QUEUED") return task;
    }
    return undefined;
  }

  /** Takes everything out. */
  drain(): Task[] {
    const all: Task[] = [];
    for (let task = this.shift(); task; task = this.shift()) all.push(task);
    return all;
  }

  #next(): Task | undefined {
    const returned = this.#returned.pop();
    if (returned) return returned;
    const task = this.#items[this.#head];
    if (!task) return undefined;
    this.#head++;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }
}

/** A task of an unfinished job, in memory. */
export interface Task extends TaskRecord {
  readonly job: Job;
}

/** An unfinished job: its tasks, the group that is under way, and what of it still waits for a device. */
export class Job {
  readonly tasks: Task[];
  readonly groupCount: number;
  /** Position of the group under way, from 0. */
  group = 0;
  /** Tasks of the group under way that are not finished. */
  openInGroup = 0;
  /** Devices that tasks name, and those that hold or held tasks and are still online: at most `maxWorkers` of them. */
  readonly devices = new Set<string>();
  /** Ready tasks that any device may take. */
  readonly anywhere = new TaskQueue();
  /** Ready tasks by the device that they name. */
  readonly pinned = new Map<string, TaskQueue>();
  /** Set once the job's end is being written: nothing of it changes any more. */
  ending = false;

  readonly #byTaskId = new Map<string, Task>();
  readonly #groups: Task[][] = [];
  readonly #named = new Set<string>();

  constructor(readonly record: JobRecord, tasks: readonly TaskRecord[]) {
    this.tasks = tasks.map((task) => ({ ...task, job: this }));
    for (const task of this.tasks) {
      this.#byTaskId.set(task.spec.task_id, task);
      (this.#groups[task.group] ??= []).push(task);
      if (task.spec.target_device_id) this.#named.add(task.spec.target_device_id);
    }
    for (const deviceId of this.#named) this.devices.add(deviceId);
    this.groupCount = this.#groups.length;
  }

  /** Rebuilds a job from the store: what was running is ready again, finished groups stay finished. */
  static restore(stored: StoredJob): Job {
    const job = new Job(stored.job, stored.tasks);
    for (const task of job.tasks) {
      if (task.state === "RUNNING") task.state = "QUEUED";
    }
    while (job.group < job.groupCount - 1 && job.#groups[job.group]?.every((task) => task.state === "DONE")) {
      job.group++;
    }
    return job;
  }

  task(taskId: string): Task | undefined {
    return this.#byTaskId.get(taskId);
  }

  /** The tasks of the group under way. */
  get groupTasks(): readonly Task[] {
    return this.#groups[this.group] ?? [];
  }

  get hasReadyTasks(): boolean {
    if (this.anywhere.length > 0) return true;
    for (const queue of this.pinned.values()) if (queue.length > 0) return true;
    return false;
  }

  /** Makes the open tasks of the group under way ready. */
  openGroup(): void {
    this.openInGroup = 0;
    for (const task of this.groupTasks) {
      if (isFinished(task.state)) continue;
      this.openInGroup++;
      this.makeReady(task);
    }
  }

  /** Queues a task for its device, or for any. `again`: before the others, since it was begun before them. */
  makeReady(task: Task, again = false): void {
    const target = task.spec.target_device_id;
    let queue = this.anywhere;
    if (target) {
      queue = this.pinned.get(target) ?? new TaskQueue();
      this.pinned.set(target, queue);
    }
    if (again) queue.unshift(task);
    else queue.push(task);
  }

  /** A device is gone: another one may take its place, unless tasks name it. */
  leave(deviceId: string): void {
    if (!this.#named.has(deviceId)) this.devices.delete(deviceId);
  }

  /** A device that tasks name stayed away: it no longer takes one of the places. */
  forget(deviceId: string): void {
    this.#named.delete(deviceId);
    this.devices.delete(deviceId);
  }

  /** True when a device may take tasks of this job without passing `maxWorkers` distinct ones. */
  mayUse(deviceId: string): boolean {
    const { maxWorkers } = this.record;
    return maxWorkers === 0 || this.devices.has(deviceId) || this.devices.size < maxWorkers;
  }
}

/** The tasks of a checked plan as they are kept. */
export function taskRecords(plan: CheckedPlan): TaskRecord[] {
  const records: TaskRecord[] = [];
  plan.groups.forEach((group, position) => {
    for (const spec of group.tasks) {
      records.push({
        ordinal: records.length,
        group: position,
        spec,
        state: "QUEUED",
        attempt: 0,
        deviceId: "",
        deviceName: "",
        result: "",
        error: "",
      });
    }
  });
  return records;
}
