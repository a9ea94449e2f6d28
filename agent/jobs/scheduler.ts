import { oneLine } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { TaskAssignment, TaskOutcome } from "../../proto/messages.ts";
import type { DispatchListener, DispatchTarget, TaskDispatcher } from "./dispatcher.ts";
import type { Job, Task } from "./job.ts";
import { PinnedWaits } from "./pinned_waits.ts";
import { moveTask } from "./states.ts";

const log = logger("jobs");

/** A task is begun at most this often: each time its device is lost it goes to another one. */
export const MAX_ATTEMPTS = 3;

/** The longest result of a task, in characters: an ECHO of the longest input fits. */
const MAX_OUTPUT = 1_048_576 + 1024;

/** The longest reason of a failure that is kept, in characters. */
const MAX_REASON = 1000;

/** Tasks that one job places before it is another job's turn. */
const TURN = 64;

/** What the scheduler tells of its tasks, in the order in which it happens. */
export interface SchedulerEvents {
  /** Tasks were given to devices. */
  started(job: Job): void;
  /** Tasks are finished (DONE or FAILED), with whom to acknowledge them to once that is durable. */
  finished(job: Job, tasks: readonly Task[], deviceId: string | undefined): void;
  /** No task of the group under way is open any more. */
  groupEnded(job: Job): void;
}

/** One device's share of a scheduling pass. */
interface Slot {
  readonly target: DispatchTarget;
  credits: number;
  held: number;
  readonly batch: TaskAssignment[];
}

/**
 * Gives ready tasks to devices: first those that name their device, then the others to whichever holds the least work
 * (ties: lower CPU load, then name). All that becomes ready within one turn of the event loop is placed in one pass.
 */
export class Scheduler implements DispatchListener {
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, Set<Task>>();
  readonly #waits: PinnedWaits;
  #passQueued = false;
  #stopped = false;

  constructor(
    private readonly dispatcher: TaskDispatcher,
    private readonly events: SchedulerEvents,
    options: { readonly reattachGraceMs: number },
  ) {
    this.#waits = new PinnedWaits(options.reattachGraceMs, (deviceId) => this.#giveUpOn(deviceId));
    dispatcher.listen(this);
  }

  add(job: Job): void {
    this.#jobs.set(job.record.jobId, job);
    // A device that a later group names takes one of the job's places: it is not kept for ever.
    for (const deviceId of job.devices) if (!this.dispatcher.isOnline(deviceId)) this.#waits.begin(deviceId);
    this.openGroup(job);
  }

  /** Makes the job's group under way ready and places it. */
  openGroup(job: Job): void {
    job.openGroup();
    for (const [deviceId, queue] of job.pinned) {
      if (queue.length > 0 && !this.dispatcher.isOnline(deviceId)) this.#waits.begin(deviceId);
    }
    this.#queuePass();
  }

  remove(job: Job): void {
    this.#jobs.delete(job.record.jobId);
  }

  /** Places nothing any more; outcomes of running tasks are still taken. */
  stop(): void {
    this.#stopped = true;
    this.#waits.clear();
  }

  get runningTasks(): number {
    let count = 0;
    for (const tasks of this.#running.values()) count += tasks.size;
    return count;
  }

  outcomes(deviceId: string, outcomes: readonly TaskOutcome[]): void {
    const finished = new Map<Job, Task[]>();
    const stray: TaskOutcome[] = [];
    for (const outcome of outcomes) {
      const task = this.#jobs.get(outcome.job_id)?.task(outcome.task_id);
      if (!task || !isAnswer(outcome, task, deviceId)) {
        stray.push(outcome);
        continue;
      }
      this.#running.get(deviceId)?.delete(task);
      // Its device was lost and came back with the outcome before the task went to another one: it did run.
      if (task.state === "QUEUED") moveTask(task, "RUNNING");
      settle(task, outcome);
      const list = finished.get(task.job) ?? [];
      finished.set(task.job, list);
      list.push(task);
    }
    if (stray.length > 0) this.#dropStray(deviceId, stray);
    for (const [job, tasks] of finished) this.#close(job, tasks, deviceId);
    this.#queuePass();
  }

  capacity(deviceId: string): void {
    this.#waits.end(deviceId);
    this.#queuePass();
  }

  lost(deviceId: string, reason: string): void {
    const tasks = this.#running.get(deviceId);
    this.#running.delete(deviceId);
    for (const job of this.#jobs.values()) {
      job.leave(deviceId);
      if (job.pinned.get(deviceId)?.length) this.#waits.begin(deviceId);
    }
    const failed = new Map<Job, Task[]>();
    for (const task of [...tasks ?? []].reverse()) {
      if (task.attempt < MAX_ATTEMPTS) {
        moveTask(task, "QUEUED");
        task.job.makeReady(task, true);
        if (task.spec.target_device_id) this.#waits.begin(deviceId);
        continue;
      }
      moveTask(task, "FAILED");
      task.error = `given up after ${task.attempt} attempts: lost ${task.deviceName} (${reason})`;
      failed.set(task.job, [...failed.get(task.job) ?? [], task]);
    }
    for (const [job, list] of failed) this.#close(job, list, undefined);
    this.#queuePass();
  }

  /** An outcome for a task that the device does not hold: late, repeated, or made up. It is acknowledged and dropped. */
  #dropStray(deviceId: string, stray: readonly TaskOutcome[]): void {
    log.warning("dropped {count} outcomes of device {deviceId} for tasks that it does not hold", {
      count: stray.length,
      deviceId,
      first: stray[0]?.task_id,
    });
    this.dispatcher.acknowledge(deviceId, stray);
  }

  #close(job: Job, tasks: readonly Task[], deviceId: string | undefined): void {
    job.openInGroup -= tasks.length;
    this.events.finished(job, tasks, deviceId);
    if (job.openInGroup === 0) this.events.groupEnded(job);
  }

  #giveUpOn(deviceId: string): void {
    if (this.dispatcher.isOnline(deviceId)) return;
    for (const job of [...this.#jobs.values()]) {
      job.forget(deviceId);
      const tasks = job.pinned.get(deviceId)?.drain() ?? [];
      if (tasks.length === 0) continue;
      for (const task of tasks) {
        moveTask(task, "FAILED");
        task.error = `its device ${deviceId} stayed away for ${this.#waits.graceMs / 1000} s`;
      }
      this.#close(job, tasks, undefined);
    }
    this.#queuePass();
  }

  #queuePass(): void {
    if (this.#passQueued || this.#stopped) return;
    this.#passQueued = true;
    queueMicrotask(() => {
      this.#passQueued = false;
      if (!this.#stopped) this.#pass();
    });
  }

  #pass(): void {
    const waiting = [...this.#jobs.values()].filter((job) => job.hasReadyTasks);
    if (waiting.length === 0) return;
    const slots = this.dispatcher.targets().filter((target) => target.credits > 0)
      .sort((a, b) => order(a) - order(b) || compare(a.deviceName, b.deviceName) || compare(a.deviceId, b.deviceId))
      .map((target): Slot => ({ target, credits: target.credits, held: target.running, batch: [] }));
    const byId = new Map(slots.map((slot) => [slot.target.deviceId, slot]));
    for (let again = true; again;) {
      again = false;
      for (const job of waiting) {
        const placed = placePinned(job, byId, (task, slot) => this.#place(task, slot)) +
          placeAnywhere(job, slots, (task, slot) => this.#place(task, slot));
        if (placed > 0) {
          again = true;
          this.events.started(job);
          // The next pass begins with another job.
          if (this.#jobs.delete(job.record.jobId)) this.#jobs.set(job.record.jobId, job);
        }
      }
    }
    for (const { target, batch } of slots) {
      if (batch.length > 0) this.dispatcher.assign(target.deviceId, batch);
    }
  }

  #place(task: Task, slot: Slot): void {
    const { deviceId, deviceName } = slot.target;
    moveTask(task, "RUNNING");
    task.attempt++;
    task.deviceId = deviceId;
    task.deviceName = deviceName;
    task.job.devices.add(deviceId);
    slot.credits--;
    slot.held++;
    const running = this.#running.get(deviceId) ?? new Set();
    this.#running.set(deviceId, running);
    running.add(task);
    const { task_id, kind, input } = task.spec;
    slot.batch.push({ job_id: task.job.record.jobId, task_id, attempt: task.attempt, kind, input });
  }
}

/** True for the outcome of the attempt that the device was given last, while nobody else holds the task. */
function isAnswer(outcome: TaskOutcome, task: Task, deviceId: string): boolean {
  const open = task.state === "RUNNING" || task.state === "QUEUED";
  return open && !task.job.ending && task.deviceId === deviceId && task.attempt === outcome.attempt;
}

/** What a device says is bounded before it is kept and shown. */
function settle(task: Task, outcome: TaskOutcome): void {
  if (outcome.ok && outcome.output.length <= MAX_OUTPUT) {
    moveTask(task, "DONE");
    task.result = outcome.output;
    return;
  }
  moveTask(task, "FAILED");
  const reason = oneLine(outcome.error.slice(0, MAX_REASON)) || "the device reported a failure without a reason";
  task.error = outcome.ok ? `its result is longer than ${MAX_OUTPUT} characters` : reason;
}

type Place = (task: Task, slot: Slot) => void;

function placePinned(job: Job, slots: ReadonlyMap<string, Slot>, place: Place): number {
  let placed = 0;
  for (const [deviceId, queue] of job.pinned) {
    const slot = slots.get(deviceId);
    while (slot && slot.credits > 0 && placed < TURN) {
      const task = queue.shift();
      if (!task) break;
      place(task, slot);
      placed++;
    }
  }
  return placed;
}

/** Fills the devices that hold least first, one task each in turn, so that work spreads before it piles up. */
function placeAnywhere(job: Job, slots: readonly Slot[], place: Place): number {
  if (job.anywhere.length === 0) return 0;
  let level = Math.min(...slots.map((slot) => slot.held));
  let placed = 0;
  while (placed < TURN) {
    let open = false;
    for (const slot of slots) {
      if (slot.credits === 0 || !job.mayUse(slot.target.deviceId)) continue;
      open = true;
      if (slot.held > level || placed === TURN) continue;
      const task = job.anywhere.shift();
      if (!task) return placed;
      place(task, slot);
      placed++;
    }
    if (!open) break;
    level++;
  }
  return placed;
}

/** An unknown load counts as a full one. */
function order(target: DispatchTarget): number {
  return target.load < 0 ? 1 : target.load;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
