import type { GenerationStats, TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";
import type { Lease } from "../store/store.ts";
import type { TaskDispatcher } from "./dispatcher.ts";
import type { Job, Task } from "./job.ts";
import { type GenerationOutlook, LLM_GENERATE } from "./generation_outlook.ts";
import { DeviceLeases } from "./leases.ts";
import type { Slot } from "./slot.ts";
import { isFinished } from "./states.ts";

/** Numbers of leases are 32 bits wide. By the time they begin anew, those in use are far behind. */
const MAX_LEASE = 2 ** 32 - 1;

/** A device that does not answer this long after a task's time limit, in ms, has lost it. It says so itself within 2 s. */
const ANSWER_GRACE_MS = 5000;

/** A prompt's wait for its turn on the device may be this much longer than three times what was predicted, in ms. */
const TURN_GRACE_MS = 300_000;

/** Who holds which task, under which number. A task is with one device at a time. */
export class LeaseBook {
  readonly #devices = new Map<string, DeviceLeases>();
  /** Tasks by the number of the lease under which they were sent: faster than by their ids. */
  readonly #sent = new Map<number, Task>();
  #lastNumber = 0;

  constructor(private readonly dispatcher: TaskDispatcher, private readonly outlook?: GenerationOutlook) {}

  /** Tasks that devices which are online hold. */
  get running(): number {
    let count = 0;
    for (const { deviceId, tasks } of this.#devices.values()) {
      if (this.dispatcher.isOnline(deviceId)) count += tasks.size;
    }
    return count;
  }

  /** Tasks that a device holds. */
  heldBy(deviceId: string): number {
    return this.#devices.get(deviceId)?.tasks.size ?? 0;
  }

  /** Takes from a device, which is there in this start of its program, what only former starts of it held. */
  takeFormer(deviceId: string, instanceId: string): Task[] {
    const before = this.#devices.get(deviceId);
    if (!before) return [];
    const former: Task[] = [];
    const leases = before.instanceId === instanceId ? before : this.#leasesOf(deviceId, instanceId);
    for (const task of [...before.tasks]) {
      if (instanceId !== "" && task.instanceId === instanceId) {
        leases.add(task);
        continue;
      }
      before.delete(task);
      this.end(task);
      former.push(task);
    }
    this.#devices.set(deviceId, leases);
    return former;
  }

  /** What a device holds; empty, for this start of its program, where it holds nothing yet. */
  of(deviceId: string, instanceId: string): DeviceLeases {
    let leases = this.#devices.get(deviceId);
    if (!leases || (leases.tasks.size === 0 && leases.unsent === 0 && leases.instanceId !== instanceId)) {
      this.#devices.set(deviceId, leases = this.#leasesOf(deviceId, instanceId));
    }
    return leases;
  }

  /** The next attempt at a task begins on the device of a slot. It is sent when its lease is durable. */
  begin(task: Task, slot: Slot): void {
    const { deviceId, deviceName, instanceId } = slot.target;
    task.job.move(task, "RUNNING");
    task.attempt++;
    task.deviceId = deviceId;
    task.deviceName = deviceName;
    task.instanceId = instanceId;
    task.sentAt = 0;
    task.isClosed = false;
    task.job.devices.add(deviceId);
    slot.leases.add(task);
    slot.leases.unsent++;
    slot.batch.push(task);
  }

  /** Sends what was placed, now that its leases are durable, but for what was cancelled or lost meanwhile. */
  send({ leases, batch }: Slot): void {
    leases.unsent -= batch.length;
    if (this.#devices.get(leases.deviceId) !== leases || !this.dispatcher.isOnline(leases.deviceId)) return;
    const tasks = batch.filter((task) => task.state === "RUNNING" && task.sentAt === 0 && leases.tasks.has(task));
    this.assign(leases.deviceId, tasks);
  }

  /** Sends tasks, each under a new number. */
  assign(deviceId: string, tasks: readonly Task[]): void {
    if (tasks.length === 0) return;
    const now = performance.now();
    for (const task of tasks) {
      this.end(task);
      task.sentAt = now;
      task.lease = this.#lastNumber = this.#lastNumber % MAX_LEASE + 1;
      this.#sent.set(task.lease, task);
    }
    this.dispatcher.assign(deviceId, tasks.map(assignmentOf));
  }

  /** A device held a task before this agent was restarted. */
  hold(task: Task, instanceId: string): void {
    this.of(task.deviceId, instanceId).add(task);
    task.instanceId = instanceId;
    task.job.devices.add(task.deviceId);
    task.sentAt = performance.now();
  }

  /** The task that was sent to a device under this number, if the attempt has not ended. */
  sentAs(lease: number, deviceId: string): Task | undefined {
    const task = this.#sent.get(lease);
    return task && task.deviceId === deviceId && mayEnd(task) ? task : undefined;
  }

  /** The attempt is over: its device no longer holds it. @param stats of one that a model answered */
  release(task: Task, stats: GenerationStats | null = null): void {
    if (stats && task.spec.kind === LLM_GENERATE) this.outlook?.ended(task, stats);
    this.#devices.get(task.deviceId)?.delete(task);
    this.end(task);
  }

  /** What comes under this number from now on is late. */
  end(task: Task): void {
    if (task.lease > 0) this.#sent.delete(task.lease);
    task.lease = 0;
  }

  /** A device is gone. Returns what it held. */
  lose(deviceId: string): Task[] {
    const tasks = this.#devices.get(deviceId)?.clear() ?? [];
    this.#devices.delete(deviceId);
    for (const task of tasks) this.end(task);
    return tasks;
  }

  /** Tells devices to stop what they run of a job. What was not sent yet waits again. */
  stop(job: Job): void {
    for (const leases of this.#devices.values()) {
      for (const task of leases.tasks) {
        if (task.job !== job || task.sentAt > 0) continue;
        leases.delete(task);
        job.move(task, "QUEUED");
      }
    }
    this.#tellToStop(job);
  }

  /** Forgets what devices hold of a job, and tells them to stop. */
  forget(job: Job): void {
    for (const [leases, tasks] of this.#tellToStop(job)) {
      for (const task of tasks) {
        leases.delete(task);
        this.end(task);
      }
    }
  }

  /** This process stood still for so many ms: its devices get that time back. */
  forgive(ms: number): void {
    for (const { tasks } of this.#devices.values()) for (const task of tasks) if (task.sentAt > 0) task.sentAt += ms;
  }

  /** Takes from devices that are there what they let pass its time limit without a word. */
  takeUnanswered(): Task[] {
    const now = performance.now();
    const taken: Task[] = [];
    for (const leases of this.#devices.values()) {
      if (!this.dispatcher.isOnline(leases.deviceId)) continue;
      const late = [...leases.tasks].filter((task) =>
        task.sentAt > 0 && now > task.sentAt + task.timeoutMs + ANSWER_GRACE_MS + turnGraceMs(task)
      );
      if (late.length === 0) continue;
      this.dispatcher.cancel(leases.deviceId, late.map(refOf));
      for (const task of late) {
        this.release(task);
        task.isClosed = true;
        taken.push(task);
      }
    }
    return taken;
  }

  #leasesOf(deviceId: string, instanceId: string): DeviceLeases {
    return new DeviceLeases(deviceId, instanceId, this.outlook);
  }

  #tellToStop(job: Job): [DeviceLeases, Task[]][] {
    const held: [DeviceLeases, Task[]][] = [];
    if ((job.progress[job.group]?.running ?? 0) === 0) return held;
    for (const leases of this.#devices.values()) {
      const tasks = [...leases.tasks].filter((task) => task.job === job);
      if (tasks.length > 0) held.push([leases, tasks]);
      const sent = tasks.filter((task) => task.sentAt > 0);
      if (sent.length > 0) this.dispatcher.cancel(leases.deviceId, sent.map(refOf));
    }
    return held;
  }
}

/** A task that a model answers has its time limit from its turn on, which other prompts may be before. */
function turnGraceMs({ spec, queueMs }: Task): number {
  return spec.kind === LLM_GENERATE ? TURN_GRACE_MS + 3 * queueMs : 0;
}

/** True for the attempt that the device was given last, while nobody else holds the task. */
export function isAttempt(ref: TaskRef | TaskOutcome, task: Task, deviceId: string): boolean {
  return mayEnd(task) && task.deviceId === deviceId && task.attempt === ref.attempt;
}

/** Whether an answer still counts: the first one does. */
function mayEnd(task: Task): boolean {
  return !isFinished(task.state) && !task.isClosed && !task.job.won && !task.job.ending;
}

/** What was placed on a device, as it is written: a lease for each job. */
export function leasesOfSlot({ target, batch }: Slot): Lease[] {
  const { deviceId, deviceName, instanceId } = target;
  const ordinals = new Map<string, number[]>();
  for (const task of batch) {
    const list = ordinals.get(task.jobId);
    if (list) list.push(task.ordinal);
    else ordinals.set(task.jobId, [task.ordinal]);
  }
  return [...ordinals].map(([jobId, list]) => ({ jobId, deviceId, deviceName, instanceId, ordinals: list }));
}

function assignmentOf(task: Task): TaskAssignment {
  const { task_id, kind, input, max_output_tokens } = task.spec;
  const { jobId: job_id, attempt, timeoutMs: timeout_ms, lease } = task;
  const trace_parent = task.job.span?.traceParent ?? "";
  return { job_id, task_id, attempt, kind, input, timeout_ms, lease, max_output_tokens, trace_parent };
}

function refOf(task: Task): TaskRef {
  return { job_id: task.jobId, task_id: task.spec.task_id, attempt: task.attempt };
}
