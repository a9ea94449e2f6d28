import { oneLine } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";
import type { Lease } from "../store/store.ts";
import type { DispatchListener, TaskDispatcher } from "./dispatcher.ts";
import { type Cure, cureOf } from "./failures.ts";
import type { Job, Task } from "./job.ts";
import { DeviceLeases } from "./leases.ts";
import { PinnedWaits } from "./pinned_waits.ts";
import { hasFailedOn, mayRun, placeTurn, type Slot, slotsOf } from "./placement.ts";
import { isFinished } from "./states.ts";

const log = logger("jobs");

/** A task is begun at most this often. */
export const MAX_ATTEMPTS = 3;

/** The longest result of a task, in characters: an ECHO of the longest input fits. */
const MAX_OUTPUT = 1_048_576 + 1024;

/** The longest reason of a failure that is kept, in characters. */
const MAX_REASON = 1000;

/** A device that reported that it could not do a task now gets it again after this, in ms, times the attempts so far. */
const RETRY_MS = 500;

/**
 * A task whose device was lost waits so long, in ms, for another one before that device may have it again: where a coordinator
 * is restarted again and again, its own device is back first, and its tasks would use up their attempts there.
 */
const OTHERS_MS = 3000;

/** How often tasks without an answer are looked for, in ms. */
const SWEEP_MS = 1000;

/** A device that does not answer this long after a task's time limit, in ms, has lost it. It says so itself within 2 s. */
const ANSWER_GRACE_MS = 5000;

/** Numbers of leases are 32 bits wide. By the time they begin anew, those in use are far behind. */
const MAX_LEASE = 2 ** 32 - 1;

/** Of outcomes that nobody asked for, one in so many is worth a warning. */
const STRAYS_A_WARNING = 1000;

/** After a restart, devices that held tasks come back within this, in ms: their longest wait is 10 s. */
const RETURN_MS = 11_000;

/** Outcomes that a device may forget once they are durable. */
export interface Answered {
  readonly deviceId: string;
  readonly outcomes: readonly TaskOutcome[];
}

/** What the scheduler tells, in the order in which it happens. */
export interface SchedulerEvents {
  /** Something is ready to be placed: `pass` should be called soon. */
  passNeeded(): void;
  /** Tasks were given to devices, a batch to each. `durable` is to be called when the leases are. */
  leased(leases: readonly Lease[], batches: readonly (readonly Task[])[], durable: () => void): void;
  /** Tasks changed their state: they are finished, or wait for another attempt. */
  settled(tasks: readonly Task[], answered?: Answered): void;
  /** Whether a success ends the job: what else of it was answered at the same time no longer counts. */
  succeeded(task: Task): boolean;
  /** No task of the group under way is open any more, or none runs any more of a job that is being cancelled. */
  idle(job: Job): void;
}

export interface SchedulerOptions {
  /** How long a task that names its device waits for it while it is away, in ms. */
  readonly reattachGraceMs: number;
}

/**
 * Gives ready tasks to devices and settles what they answer. A task is leased to its device until that answers, is lost, or
 * lets the task's time limit pass; it is sent there once the lease is durable.
 */
export class Scheduler implements DispatchListener {
  readonly #jobs = new Map<string, Job>();
  /** Jobs that wait for devices, the one whose turn it is first. */
  readonly #waiting = new Set<Job>();
  readonly #leases = new Map<string, DeviceLeases>();
  readonly #waits: PinnedWaits;
  /** Devices that held tasks before this agent was restarted and are not back. */
  readonly #returns: PinnedWaits;
  #sweep: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Tasks by the number of the lease under which they were sent: faster than by their ids. */
  readonly #sent = new Map<number, Task>();
  #lastLease = 0;
  #strays = 0;
  #stopped = false;

  constructor(
    private readonly dispatcher: TaskDispatcher,
    private readonly events: SchedulerEvents,
    options: SchedulerOptions,
  ) {
    this.#waits = new PinnedWaits(options.reattachGraceMs, (deviceId) => this.#giveUpOn(deviceId));
    this.#returns = new PinnedWaits(RETURN_MS, (deviceId) => {
      if (!dispatcher.isOnline(deviceId)) this.lost(deviceId, "it did not come back after the coordinator's restart");
    });
    dispatcher.listen(this);
  }

  /** @param held tasks that a device held before this agent's restart, by the start of the device's program */
  add(job: Job, held?: ReadonlyMap<Task, string>): void {
    if (!this.#stopped) this.#sweep ??= setInterval(() => this.#dropUnanswered(), SWEEP_MS);
    this.#jobs.set(job.record.jobId, job);
    if (held) this.#restore(job, held);
    // A device that a later group names takes one of the job's places: it is not kept for ever.
    for (const deviceId of job.devices) if (!this.dispatcher.isOnline(deviceId)) this.#waits.begin(deviceId);
    this.openGroup(job);
  }

  /** Makes the job's group under way ready. */
  openGroup(job: Job): void {
    job.openGroup();
    for (const deviceId of job.ready.named()) if (!this.dispatcher.isOnline(deviceId)) this.#waits.begin(deviceId);
    this.#wait(job);
  }

  /** Begins nothing more of a job, not even what was placed just now, and tells the devices to stop what runs of it. */
  stopJob(job: Job): void {
    this.#waiting.delete(job);
    for (const leases of this.#leases.values()) {
      for (const task of leases.tasks) {
        if (task.job !== job || task.sentAt > 0) continue;
        leases.delete(task);
        job.move(task, "QUEUED");
      }
    }
    this.#cancel(job, false);
  }

  /** Forgets a job. What still runs of it is told to stop, and is not listened to any more. */
  remove(job: Job): void {
    this.#waiting.delete(job);
    this.#jobs.delete(job.record.jobId);
    this.#cancel(job, true);
    if (this.#jobs.size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
  }

  /** Places nothing any more; outcomes of running tasks are still taken. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#sweep);
    clearTimeout(this.#retry);
    this.#waits.stop();
    this.#returns.stop();
  }

  /** Tasks that devices which are online are running. */
  get runningTasks(): number {
    let count = 0;
    for (const { deviceId, tasks } of this.#leases.values()) {
      if (this.dispatcher.isOnline(deviceId)) count += tasks.size;
    }
    return count;
  }

  /** Tasks that a device holds. */
  heldBy(deviceId: string): number {
    return this.#leases.get(deviceId)?.tasks.size ?? 0;
  }

  attached(deviceId: string, instanceId: string, held: readonly TaskRef[]): void {
    this.#returns.end(deviceId);
    const before = this.#leases.get(deviceId);
    const isInUse = before !== undefined && before.tasks.size + before.unsent > 0;
    if (isInUse && (instanceId === "" || before.instanceId !== instanceId)) {
      this.lost(deviceId, "its program was restarted");
    }
    this.#waits.end(deviceId);
    this.#resume(deviceId, instanceId, held);
    this.events.passNeeded();
  }

  outcomes(deviceId: string, outcomes: readonly TaskOutcome[]): void {
    const leases = this.#leases.get(deviceId);
    const settled: Task[] = [];
    const answers: TaskOutcome[] = [];
    const stray: TaskOutcome[] = [];
    const jobs = new Set<Job>();
    for (const outcome of outcomes) {
      const task = this.#answeredBy(outcome, deviceId);
      if (!task) {
        stray.push(outcome);
        continue;
      }
      leases?.delete(task);
      this.#endLease(task);
      task.isClosed = true;
      // Its device was lost and came back with the outcome before the task went to another one: it did run.
      if (task.state === "QUEUED") this.#readopt(task);
      this.#settle(task, outcome);
      settled.push(task);
      answers.push(outcome);
      jobs.add(task.job);
    }
    if (stray.length > 0) this.#dropStray(deviceId, stray);
    if (settled.length > 0) this.events.settled(settled, { deviceId, outcomes: answers });
    this.#closeGroups(jobs);
    this.events.passNeeded();
  }

  capacity(deviceId: string): void {
    this.#waits.end(deviceId);
    this.events.passNeeded();
  }

  away(deviceId: string): void {
    for (const job of this.#jobs.values()) if (job.ready.waitsFor(deviceId)) this.#waits.begin(deviceId);
  }

  lost(deviceId: string, reason: string): void {
    const leases = this.#leases.get(deviceId);
    this.#leases.delete(deviceId);
    for (const job of this.#jobs.values()) job.leave(deviceId);
    this.away(deviceId);
    const tasks = [...leases?.tasks ?? []];
    for (const task of tasks) {
      const pauseMs = task.spec.target_device_id ? 0 : OTHERS_MS;
      this.#failAttempt(task, `lost ${task.deviceName} (${reason})`, "anywhere", pauseMs);
      if (task.state === "QUEUED" && task.spec.target_device_id && !this.dispatcher.isOnline(deviceId)) {
        this.#waits.begin(deviceId);
      }
    }
    this.#settleAll(tasks);
  }

  /** Places what can be placed. */
  pass(): void {
    if (this.#stopped || this.#waiting.size === 0) return;
    const now = performance.now();
    const slots = slotsOf(this.dispatcher.targets(), (target) => this.#leasesOf(target.deviceId, target.instanceId));
    for (let again = true; again;) {
      again = false;
      for (const job of [...this.#waiting]) {
        if (!slots.some((slot) => slot.free > 0)) {
          again = false;
          break;
        }
        if (placeTurn(job, slots, now, (task, slot) => this.#begin(task, slot)) > 0) again = true;
        this.#waiting.delete(job);
        // The next turn, and the next pass, begin with another job.
        if (!job.ready.isEmpty) this.#waiting.add(job);
      }
    }
    this.#scheduleRetry(now);
    const given = slots.filter(({ batch }) => batch.length > 0);
    if (given.length === 0) return;
    this.events.leased(given.flatMap(leasesOfSlot), given.map(({ batch }) => batch), () => {
      for (const slot of given) this.#send(slot);
    });
  }

  /** The task whose attempt under way an outcome ends; undefined where it ends none. */
  #answeredBy(outcome: TaskOutcome, deviceId: string): Task | undefined {
    if (outcome.lease > 0) {
      const task = this.#sent.get(outcome.lease);
      return task && task.deviceId === deviceId && mayEnd(task) ? task : undefined;
    }
    const task = this.#jobs.get(outcome.job_id)?.task(outcome.task_id);
    return task && isAttempt(outcome, task, deviceId) ? task : undefined;
  }

  /** What comes under this number from now on is late. */
  #endLease(task: Task): void {
    if (task.lease > 0) this.#sent.delete(task.lease);
    task.lease = 0;
  }

  #begin(task: Task, slot: Slot): void {
    const { deviceId, deviceName } = slot.target;
    task.job.move(task, "RUNNING");
    task.attempt++;
    task.deviceId = deviceId;
    task.deviceName = deviceName;
    task.sentAt = 0;
    task.isClosed = false;
    task.job.devices.add(deviceId);
    slot.leases.add(task);
    slot.leases.unsent++;
    slot.batch.push(task);
  }

  /** Sends what was placed, now that its leases are durable, but for what was cancelled or lost meanwhile. */
  #send({ leases, batch }: Slot): void {
    leases.unsent -= batch.length;
    if (this.#leases.get(leases.deviceId) !== leases || !this.dispatcher.isOnline(leases.deviceId)) return;
    const tasks = batch.filter((task) => task.state === "RUNNING" && task.sentAt === 0 && leases.tasks.has(task));
    this.#assign(leases.deviceId, tasks);
  }

  #assign(deviceId: string, tasks: readonly Task[]): void {
    if (tasks.length === 0) return;
    const now = performance.now();
    for (const task of tasks) {
      this.#endLease(task);
      task.sentAt = now;
      task.lease = this.#nextLease();
      this.#sent.set(task.lease, task);
    }
    this.dispatcher.assign(deviceId, tasks.map(assignmentOf));
  }

  /**
   * A device is back: what it holds goes on, what never reached it is sent again (the same attempt, since that has not
   * begun), and what nobody wants of it any more it is told to stop.
   */
  #resume(deviceId: string, instanceId: string, held: readonly TaskRef[]): void {
    const leases = this.#leasesOf(deviceId, instanceId);
    const known = new Set<Task>();
    const unwanted: TaskRef[] = [];
    for (const ref of held) {
      const task = this.#jobs.get(ref.job_id)?.task(ref.task_id);
      // Where others took its place among the job's `maxWorkers` meanwhile, it is too late.
      if (!task || !isAttempt(ref, task, deviceId) || task.job.cancelling || !task.job.mayUse(deviceId)) {
        unwanted.push(ref);
        continue;
      }
      known.add(task);
      if (task.state === "QUEUED") this.#readopt(task);
      leases.add(task);
      task.job.devices.add(deviceId);
      task.sentAt = performance.now();
    }
    // Those whose lease is being written are sent when it is.
    const isBeingSent = (task: Task) => task.sentAt === 0 && leases.unsent > 0;
    const missing = [...leases.tasks].filter((task) => !known.has(task) && !task.job.cancelling && !isBeingSent(task));
    this.#assign(deviceId, missing);
    if (unwanted.length > 0) this.dispatcher.cancel(deviceId, unwanted);
  }

  /** The attempt that was given up goes on after all. */
  #readopt(task: Task): void {
    task.job.move(task, "RUNNING");
    task.failedAttempts = task.failedAttempts.filter(({ attempt }) => attempt !== task.attempt);
  }

  /** What devices held goes on where they still do; what failed before waits for the devices that are not back yet. */
  #restore(job: Job, held: ReadonlyMap<Task, string>): void {
    for (const [task, instanceId] of held) this.#hold(task, instanceId);
    const holders = new Set([...held.keys()].map((task) => task.deviceId));
    for (const { deviceId, instanceId } of this.dispatcher.targets()) {
      if (holders.has(deviceId)) this.attached(deviceId, instanceId, []);
    }
    const notBefore = performance.now() + OTHERS_MS;
    for (const task of job.groupTasks) {
      if (task.failedAttempts.length > 0 && !task.spec.target_device_id) task.notBefore = notBefore;
    }
  }

  #hold(task: Task, instanceId: string): void {
    const { deviceId } = task;
    this.#leasesOf(deviceId, instanceId).add(task);
    task.job.devices.add(deviceId);
    task.sentAt = performance.now();
    if (!this.dispatcher.isOnline(deviceId)) this.#returns.begin(deviceId);
  }

  #leasesOf(deviceId: string, instanceId: string): DeviceLeases {
    let leases = this.#leases.get(deviceId);
    if (!leases || (leases.tasks.size === 0 && leases.unsent === 0 && leases.instanceId !== instanceId)) {
      this.#leases.set(deviceId, leases = new DeviceLeases(deviceId, instanceId));
    }
    return leases;
  }

  /** What a device says is bounded before it is kept and shown. */
  #settle(task: Task, outcome: TaskOutcome): void {
    if (outcome.ok && outcome.output.length <= MAX_OUTPUT) {
      task.job.move(task, "DONE");
      task.result = outcome.output;
      task.job.won ||= this.events.succeeded(task);
      return;
    }
    if (outcome.ok) return this.#failAttempt(task, `its result is longer than ${MAX_OUTPUT} characters`, "nothing");
    const reason = oneLine(outcome.error.slice(0, MAX_REASON)) || "the device reported a failure without a reason";
    this.#failAttempt(task, reason, cureOf(outcome.error_code));
  }

  /**
   * The attempt under way came to nothing: another one may follow.
   *
   * @param pauseMs so long, in ms, a device that failed the task does not get it again; another one may at once
   */
  #failAttempt(task: Task, reason: string, cure: Cure, pauseMs = RETRY_MS * task.attempt): void {
    const { attempt, deviceId, deviceName, job } = task;
    this.#endLease(task);
    task.failedAttempts = [...task.failedAttempts, { attempt, deviceId, deviceName, reason }];
    if (job.cancelling) {
      job.move(task, "CANCELLED");
      task.error = "cancelled while it ran";
      return;
    }
    if (attempt < MAX_ATTEMPTS && this.#isCurable(task, cure)) {
      job.move(task, "QUEUED");
      // A device that is lost cannot be asked again too soon; one that said that it could not do it now can.
      task.notBefore = performance.now() + pauseMs;
      job.ready.add(task);
      this.#wait(job);
      return;
    }
    job.move(task, "FAILED");
    task.error = attempt > 1 ? `given up after ${attempt} attempts: ${reason}` : reason;
  }

  #isCurable(task: Task, cure: Cure): boolean {
    if (cure !== "elsewhere") return cure === "anywhere";
    const slots = slotsOf(this.dispatcher.targets(), (target) => this.#leasesOf(target.deviceId, target.instanceId));
    return slots.some((slot) => mayRun(task, slot) && !hasFailedOn(task, slot.target.deviceId));
  }

  /** Tells of tasks that changed without having been answered. */
  #settleAll(tasks: readonly Task[]): void {
    if (tasks.length > 0) this.events.settled(tasks);
    this.#closeGroups(new Set(tasks.map((task) => task.job)));
    this.events.passNeeded();
  }

  #closeGroups(jobs: ReadonlySet<Job>): void {
    for (const job of jobs) {
      const running = job.progress[job.group]?.running ?? 0;
      if (job.won || job.openInGroup === 0 || (job.cancelling && running === 0)) this.events.idle(job);
    }
  }

  /** An outcome for a task that the device does not hold: late, repeated, or made up. It is acknowledged and dropped. */
  #dropStray(deviceId: string, stray: readonly TaskOutcome[]): void {
    const saidBefore = Math.ceil(this.#strays / STRAYS_A_WARNING);
    this.#strays += stray.length;
    const text = "dropped {count} outcomes of device {deviceId} for tasks that it does not hold";
    const properties = { count: stray.length, deviceId, first: stray[0]?.task_id };
    if (Math.ceil(this.#strays / STRAYS_A_WARNING) > saidBefore) log.warning(text, properties);
    else log.debug(text, properties);
    // With the journal, though nothing is to be written: what it repeats may not be durable yet.
    this.events.settled([], { deviceId, outcomes: stray });
  }

  /** Tells devices to stop what they run of a job. */
  #cancel(job: Job, forget: boolean): void {
    if ((job.progress[job.group]?.running ?? 0) === 0) return;
    for (const leases of this.#leases.values()) {
      const tasks = [...leases.tasks].filter((task) => task.job === job);
      const sent = tasks.filter((task) => task.sentAt > 0);
      if (forget) {
        for (const task of tasks) {
          leases.delete(task);
          this.#endLease(task);
        }
      }
      if (sent.length > 0) this.dispatcher.cancel(leases.deviceId, sent.map(refOf));
    }
  }

  #giveUpOn(deviceId: string): void {
    if (this.dispatcher.isOnline(deviceId)) return;
    const failed: Task[] = [];
    for (const job of [...this.#jobs.values()]) {
      // One that may still come back with what it holds keeps its place until it is lost.
      job.forget(deviceId, this.heldBy(deviceId) === 0);
      for (const task of job.ready.drainPinned(deviceId)) {
        job.move(task, "FAILED");
        task.error = `its device ${deviceId} stayed away for ${this.#waits.graceMs / 1000} s`;
        failed.push(task);
      }
    }
    this.#settleAll(failed);
  }

  /** A device that is there and lets a task's time limit pass without a word has lost the task. */
  #dropUnanswered(): void {
    const now = performance.now();
    const dropped: Task[] = [];
    for (const leases of this.#leases.values()) {
      if (!this.dispatcher.isOnline(leases.deviceId)) continue;
      const late = [...leases.tasks].filter((task) =>
        task.sentAt > 0 && now > task.sentAt + task.timeoutMs + ANSWER_GRACE_MS
      );
      if (late.length === 0) continue;
      this.dispatcher.cancel(leases.deviceId, late.map(refOf));
      for (const task of late) {
        leases.delete(task);
        task.isClosed = true;
        this.#failAttempt(task, `${task.deviceName} did not answer within ${task.timeoutMs / 1000} s`, "anywhere");
        dropped.push(task);
      }
    }
    if (dropped.length > 0) this.#settleAll(dropped);
  }

  #nextLease(): number {
    return this.#lastLease = this.#lastLease % MAX_LEASE + 1;
  }

  #wait(job: Job): void {
    if (job.ready.isEmpty || job.cancelling) return;
    this.#waiting.add(job);
    this.events.passNeeded();
  }

  /** A task that must not be tried again too soon gets its pass then. */
  #scheduleRetry(now: number): void {
    let next = Infinity;
    for (const job of this.#waiting) {
      for (const task of job.ready.again) if (task.notBefore > now) next = Math.min(next, task.notBefore);
    }
    clearTimeout(this.#retry);
    if (next < Infinity) this.#retry = setTimeout(() => this.events.passNeeded(), next - now + 1);
  }
}

/** True for the attempt that the device was given last, while nobody else holds the task. */
function isAttempt(ref: TaskRef, task: Task, deviceId: string): boolean {
  return mayEnd(task) && task.deviceId === deviceId && task.attempt === ref.attempt;
}

/** Whether an answer still counts: the first one does. */
function mayEnd(task: Task): boolean {
  return !isFinished(task.state) && !task.isClosed && !task.job.won && !task.job.ending;
}

/** What was placed on a device, as it is written: a lease for each job. */
function leasesOfSlot({ target, batch }: Slot): Lease[] {
  const { deviceId, deviceName, instanceId } = target;
  const ordinals = new Map<Job, number[]>();
  for (const task of batch) {
    const list = ordinals.get(task.job);
    if (list) list.push(task.ordinal);
    else ordinals.set(task.job, [task.ordinal]);
  }
  return [...ordinals].map(([job, list]) => {
    return { jobId: job.record.jobId, deviceId, deviceName, instanceId, ordinals: list };
  });
}

function assignmentOf(task: Task): TaskAssignment {
  const { task_id, kind, input } = task.spec;
  const { attempt, timeoutMs: timeout_ms, lease } = task;
  return { job_id: task.job.record.jobId, task_id, attempt, kind, input, timeout_ms, lease };
}

function refOf(task: Task): TaskRef {
  return { job_id: task.job.record.jobId, task_id: task.spec.task_id, attempt: task.attempt };
}
