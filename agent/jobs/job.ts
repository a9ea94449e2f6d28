import type { TraceSpan } from "../core/tracing.ts";
import type { GroupProgress, OutputFile, TaskSpec } from "../../proto/messages.ts";
import type { FailedAttempt, JobRecord, StoredJob, TaskRecord, TaskState } from "../store/store.ts";
import { ReadyTasks } from "./ready_tasks.ts";
import { isFinished, moveTask } from "./states.ts";

/** A task of an unfinished job, in memory: one object each, since there may be a million. */
export class Task implements TaskRecord {
  readonly jobId: string;
  readonly ordinal: number;
  readonly group: number;
  readonly spec: TaskSpec;
  state: TaskState;
  readonly timeoutMs: number;
  attempt: number;
  deviceId: string;
  deviceName: string;
  result: string;
  error: string;
  failedAttempts: readonly FailedAttempt[];
  outputFile: OutputFile | undefined;
  /** The number under which its device was sent the attempt under way; 0 while that has not happened. */
  lease = 0;
  /** Which start of its device's program has the attempt begun last; empty where that is not known. */
  instanceId = "";
  /** When its device was sent the attempt under way, of `performance.now()`; 0 while that has not happened. */
  sentAt = 0;
  /** Whether nothing counts any more that a device says of the attempt begun last: it has answered, or let its time pass. */
  isClosed: boolean;
  /** How long the attempt under way was expected to wait for its turn on its device, in ms. */
  queueMs = 0;
  /** Not tried again before this on a device that failed it, of `performance.now()`. */
  notBefore = 0;

  constructor(readonly job: Job, record: TaskRecord) {
    this.jobId = job.record.jobId;
    this.ordinal = record.ordinal;
    this.group = record.group;
    this.spec = record.spec;
    this.state = record.state;
    this.timeoutMs = record.timeoutMs;
    this.attempt = record.attempt;
    this.deviceId = record.deviceId;
    this.deviceName = record.deviceName;
    this.result = record.result;
    this.error = record.error;
    this.failedAttempts = record.failedAttempts;
    this.outputFile = record.outputFile;
    this.isClosed = record.attempt > 0;
  }
}

/** Since when tasks wait for a better device than those that are free. */
export interface WaitForBetter {
  /** Of the outlook by which that was found. */
  readonly version: number;
  /** When it is looked at again although nothing has changed, of `performance.now()`: predictions err. */
  readonly until: number;
}

const COUNTER: Readonly<Record<TaskState, keyof GroupProgress>> = {
  QUEUED: "queued",
  RUNNING: "running",
  DONE: "done",
  FAILED: "failed",
  CANCELLED: "cancelled",
};

/** An unfinished job: its tasks, the group that is under way, and what of it still waits for a device. */
export class Job {
  readonly tasks: readonly Task[];
  readonly groupCount: number;
  /** Position of the group under way, from 0. */
  group = 0;
  /** Devices that tasks name, and those that hold or held tasks and are still online: at most `maxWorkers` of them. */
  readonly devices = new Set<string>();
  readonly ready = new ReadyTasks<Task>();
  /** Of its tasks' inputs and results. */
  characters = 0;
  /** Set while some of it waits for a busy device, although another one is free: that one is expected to be done later. */
  waitsForBetter: WaitForBetter | undefined;
  /** Set once somebody asked for its end: nothing of it begins any more. */
  cancelling = false;
  /** Set once a task's success has decided the job. */
  won = false;
  /** Set once the job's end is being written: nothing of it changes any more. */
  ending = false;
  /** What its tasks' spans belong to, where traces are kept. */
  span: TraceSpan | undefined;

  /** Made when it is first asked for: what devices answer mostly comes under the number of its lease. */
  #byTaskId: Map<string, Task> | undefined;
  readonly #groups: Task[][] = [];
  readonly #progress: GroupProgress[] = [];
  readonly #named = new Set<string>();

  /** @param records in plan order; they are copied */
  constructor(readonly record: JobRecord, records: Iterable<TaskRecord>) {
    const tasks: Task[] = [];
    for (const one of records) tasks.push(new Task(this, one));
    this.tasks = tasks;
    for (const task of tasks) {
      this.characters += task.spec.input.length + task.result.length;
      (this.#groups[task.group] ??= []).push(task);
      if (task.spec.target_device_id) this.#named.add(task.spec.target_device_id);
    }
    for (const deviceId of this.#named) this.devices.add(deviceId);
    this.groupCount = this.#groups.length;
    this.#progress = this.#groups.map(progressOf);
  }

  /**
   * Rebuilds a job from the store: an attempt that had begun and of which nothing else is known is still under way, on the
   * device and in the start of its program that the lease names.
   *
   * @returns the job, and by instance the tasks that are still held
   */
  static restore({ job: record, tasks, leases }: StoredJob): { job: Job; held: Map<Task, string> } {
    const begun = new Map<number, number>();
    for (const { ordinals } of leases) for (const at of ordinals) begun.set(at, (begun.get(at) ?? 0) + 1);
    const job = new Job(record, tasks.map((task) => task.state === "RUNNING" ? { ...task, state: "QUEUED" } : task));
    const held = new Map<Task, string>();
    for (const { deviceId, deviceName, instanceId, ordinals } of leases) {
      for (const at of ordinals) {
        const task = job.tasks[at];
        const attempts = begun.get(at) ?? 0;
        if (!task || isFinished(task.state) || (task.state === "QUEUED" && attempts <= task.attempt)) continue;
        if (task.state === "QUEUED") job.move(task, "RUNNING");
        Object.assign(task, { attempt: attempts, deviceId, deviceName, isClosed: false });
        held.set(task, instanceId);
      }
    }
    while (job.group < job.groupCount - 1 && job.groupTasks.every((task) => task.state === "DONE")) job.group++;
    return { job, held };
  }

  task(taskId: string): Task | undefined {
    this.#byTaskId ??= new Map(this.tasks.map((task) => [task.spec.task_id, task]));
    return this.#byTaskId.get(taskId);
  }

  /** The tasks of the group under way. */
  get groupTasks(): readonly Task[] {
    return this.#groups[this.group] ?? [];
  }

  get isLastGroup(): boolean {
    return this.group === this.groupCount - 1;
  }

  /** How many tasks of each group are in which state. Changes as they do. */
  get progress(): readonly Readonly<GroupProgress>[] {
    return this.#progress;
  }

  /** Tasks of the group under way that are not finished. */
  get openInGroup(): number {
    const progress = this.#progress[this.group];
    return progress ? progress.queued + progress.running : 0;
  }

  /** Tasks that are not finished. */
  get openTasks(): number {
    return this.#progress.reduce((sum, { queued, running }) => sum + queued + running, 0);
  }

  /** Makes the waiting tasks of the group under way ready. The devices that they name have their place before others. */
  openGroup(): void {
    const needed = new Set<string>();
    for (const task of this.groupTasks) {
      if (task.state === "RUNNING") needed.add(task.deviceId);
      if (task.state !== "QUEUED") continue;
      this.ready.add(task);
      const target = task.spec.target_device_id;
      if (!target) continue;
      this.#named.add(target);
      this.devices.add(target);
      needed.add(target);
    }
    this.#makeRoom((deviceId) => needed.has(deviceId) || this.#named.has(deviceId));
    // Those that a later group names get their place back then.
    this.#makeRoom((deviceId) => needed.has(deviceId));
  }

  /** Moves a task to another state. @throws {Error} when that transition is not legal: a bug in the caller */
  move(task: Task, to: TaskState): void {
    const progress = this.#progress[task.group];
    const from = COUNTER[task.state];
    moveTask(task, to);
    if (!progress) return;
    progress[from]--;
    progress[COUNTER[to]]++;
  }

  /** Another device may take this one's place, unless tasks name it. Returns whether it may. */
  leave(deviceId: string): boolean {
    return !this.#named.has(deviceId) && this.devices.delete(deviceId);
  }

  /**
   * The same for a device that only later groups name: it has its place again when the first of them begins. Returns
   * whether it may.
   */
  leaveForNow(deviceId: string): boolean {
    const names = (task: Task) => task.spec.target_device_id === deviceId && !isFinished(task.state);
    if (!this.#named.has(deviceId) || this.groupTasks.some(names)) return false;
    this.forget(deviceId, true);
    return true;
  }

  /** A device that tasks name stayed away: it no longer takes one of the places, but for what it still holds. */
  forget(deviceId: string, holdsNothing: boolean): void {
    this.#named.delete(deviceId);
    if (holdsNothing) this.devices.delete(deviceId);
  }

  #makeRoom(stays: (deviceId: string) => boolean): void {
    const { maxWorkers } = this.record;
    for (const deviceId of this.devices) {
      if (maxWorkers === 0 || this.devices.size <= maxWorkers) return;
      if (!stays(deviceId)) this.forget(deviceId, true);
    }
  }

  /** True when a device may take tasks of this job without passing `maxWorkers` distinct ones. */
  mayUse(deviceId: string): boolean {
    const { maxWorkers } = this.record;
    return maxWorkers === 0 || this.devices.has(deviceId) || this.devices.size < maxWorkers;
  }
}

/** How many of these tasks are in which state. */
function progressOf(tasks: readonly TaskRecord[]): GroupProgress {
  const progress = { tasks: tasks.length, queued: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
  for (const task of tasks) progress[COUNTER[task.state]]++;
  return progress;
}
