import type { Task } from "./job.ts";
import { TaskQueue } from "./task_queue.ts";

/** Queues by kind: a kind that no device has room for does not hold up the others. */
export type QueuesByKind = Map<string, TaskQueue>;

/** What of a job waits for a device. */
export class ReadyTasks {
  /** Tasks that any device may take. */
  readonly anywhere: QueuesByKind = new Map();
  /** Tasks by the device that they name. */
  readonly pinned = new Map<string, QueuesByKind>();
  /** Tasks of which an attempt failed. They come before the others, since they were begun before them. */
  #again: Task[] = [];
  #count = 0;

  /** Tasks that wait for their first attempt. */
  get firstAttempts(): number {
    return this.#count;
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#again.length === 0;
  }

  get again(): readonly Task[] {
    return this.#again;
  }

  add(task: Task): void {
    if (task.attempt > 0) {
      this.#again.push(task);
      return;
    }
    const { target_device_id: target, kind } = task.spec;
    queueOf(target ? this.#queuesFor(target) : this.anywhere, kind).push(task);
    this.#count++;
  }

  /** The next task of a queue. */
  take(queue: TaskQueue): Task | undefined {
    const task = queue.shift();
    if (task) this.#count--;
    return task;
  }

  /** Keeps of the tasks whose attempt failed only those that still wait. */
  keepAgain(stays: (task: Task) => boolean): void {
    this.#again = this.#again.filter(stays);
  }

  /** Whether tasks wait for a device that they name. */
  waitsFor(deviceId: string): boolean {
    for (const queue of this.pinned.get(deviceId)?.values() ?? []) if (queue.length > 0) return true;
    return this.#again.some((task) => task.spec.target_device_id === deviceId && task.state === "QUEUED");
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

  /** Takes out all tasks that name a device. */
  drainPinned(deviceId: string): Task[] {
    const tasks = this.#again.filter((task) => task.spec.target_device_id === deviceId && task.state === "QUEUED");
    if (tasks.length > 0) this.keepAgain((task) => task.spec.target_device_id !== deviceId);
    for (const queue of this.pinned.get(deviceId)?.values() ?? []) {
      const drained = queue.drain();
      this.#count -= drained.length;
      tasks.push(...drained);
    }
    return tasks;
  }

  #queuesFor(deviceId: string): QueuesByKind {
    let queues = this.pinned.get(deviceId);
    if (!queues) this.pinned.set(deviceId, queues = new Map());
    return queues;
  }
}

function queueOf(queues: QueuesByKind, kind: string): TaskQueue {
  let queue = queues.get(kind);
  if (!queue) queues.set(kind, queue = new TaskQueue());
  return queue;
}
