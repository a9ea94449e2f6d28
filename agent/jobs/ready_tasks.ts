import type { TaskRecord } from "../store/store.ts";
import { TaskQueue } from "./task_queue.ts";

/** What decides where a task may go. */
type WaitingTask = Pick<TaskRecord, "spec" | "state" | "attempt">;

/** Queues by kind: a kind that no device has room for does not hold up the others. */
type QueuesByKind<T> = Map<string, TaskQueue<T>>;

/** What of a job waits for a device. */
export class ReadyTasks<T extends WaitingTask> {
  /** Tasks that any device may take. */
  readonly anywhere: QueuesByKind<T> = new Map();
  /** Tasks by the device that they name. */
  readonly pinned = new Map<string, QueuesByKind<T>>();
  /** Tasks of which an attempt failed. They come before the others, since they were begun before them. */
  readonly #again = new Set<T>();
  #count = 0;

  /** Tasks that wait for their first attempt. */
  get firstAttempts(): number {
    return this.#count;
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#again.size === 0;
  }

  get again(): ReadonlySet<T> {
    return this.#again;
  }

  add(task: T): void {
    if (task.attempt > 0) {
      this.#again.add(task);
      return;
    }
    const { target_device_id: target, kind } = task.spec;
    queueOf(target ? this.#queuesFor(target) : this.anywhere, kind).push(task);
    this.#count++;
  }

  /** The next task of a queue. */
  take(queue: TaskQueue<T>): T | undefined {
    const task = queue.shift();
    if (task) this.#count--;
    return task;
  }

  /** Takes some of the first tasks out of a queue. */
  remove(queue: TaskQueue<T>, taken: ReadonlySet<T>): void {
    queue.remove(taken);
    this.#count -= taken.size;
  }

  /** Keeps of the tasks whose attempt failed only those that still wait. */
  keepAgain(stays: (task: T) => boolean): void {
    for (const task of this.#again) if (!stays(task)) this.#again.delete(task);
  }

  /** Kinds of the tasks that wait for any device, for the first time. */
  kinds(): string[] {
    return [...this.anywhere].filter(([, queue]) => queue.length > 0).map(([kind]) => kind);
  }

  /** Whether tasks wait for a device that they name. */
  waitsFor(deviceId: string): boolean {
    for (const queue of this.pinned.get(deviceId)?.values() ?? []) if (queue.length > 0) return true;
    for (const { spec, state } of this.#again) {
      if (spec.target_device_id === deviceId && state === "QUEUED") return true;
    }
    return false;
  }

  /** The devices that waiting tasks name. */
  named(): Set<string> {
    const devices = new Set<string>();
    for (const [deviceId, queues] of this.pinned) {
      for (const queue of queues.values()) if (queue.length > 0) devices.add(deviceId);
    }
    for (const { spec, state } of this.#again) {
      if (spec.target_device_id && state === "QUEUED") devices.add(spec.target_device_id);
    }
    return devices;
  }

  /** Takes out the tasks that name a device, of some kinds or of all, and gives those that still wait. */
  drainPinned(deviceId: string, ofKind: (kind: string) => boolean = () => true): T[] {
    const isMeant = ({ spec }: T) => spec.target_device_id === deviceId && ofKind(spec.kind);
    const tasks = [...this.#again].filter(isMeant);
    if (tasks.length > 0) this.keepAgain((task) => !isMeant(task));
    for (const [kind, queue] of this.pinned.get(deviceId) ?? []) {
      if (!ofKind(kind)) continue;
      const drained = queue.drain();
      this.#count -= drained.length;
      for (const task of drained) tasks.push(task);
    }
    return tasks.filter((task) => task.state === "QUEUED");
  }

  #queuesFor(deviceId: string): QueuesByKind<T> {
    let queues = this.pinned.get(deviceId);
    if (!queues) this.pinned.set(deviceId, queues = new Map());
    return queues;
  }
}

function queueOf<T>(queues: QueuesByKind<T>, kind: string): TaskQueue<T> {
  let queue = queues.get(kind);
  if (!queue) queues.set(kind, queue = new TaskQueue());
  return queue;
}
