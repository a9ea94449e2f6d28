import { logger } from "../core/log.ts";
import type { OutputFile, TaskOutcome, TaskRef } from "../../proto/messages.ts";
import type { Lease } from "../store/store.ts";
import type { DispatchListener, TaskDispatcher } from "./dispatcher.ts";
import type { GenerationOutlook } from "./generation_outlook.ts";
import type { Job, Task } from "./job.ts";
import { isAttempt, LeaseBook, leasesOfSlot } from "./lease_book.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { NamedDevices } from "./named_devices.ts";
import { PinnedWaits } from "./pinned_waits.ts";
import { hasFailedOn, mayRun, placeTurn, slotsOf } from "./placement.ts";
import type { Slot } from "./slot.ts";
import { failAttempt, type Failure, readopt, settle } from "./settling.ts";

const log = logger("jobs");

/**
 * A task whose device was lost waits so long, in ms, for another one before that device may have it again: where a coordinator
 * is restarted again and again, its own device is back first, and its tasks would use up their attempts there.
 */
const OTHERS_MS = 3000;

/** How often tasks without an answer are looked for, in ms. */
const SWEEP_MS = 1000;

/** Of outcomes that nobody asked for there is one warning in so many ms. */
const WARNING_MS = 10_000;

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
  /** A device has a file of an attempt that came to nothing, or of which the file is known already. */
  strayFile(deviceId: string, jobId: string, taskId: string, file: OutputFile): void;
  /** Whether a success ends the job: what else of it was answered at the same time no longer counts. */
  succeeded(task: Task): boolean;
  /** No task of the group under way is open any more, or none runs any more of a job that is being cancelled. */
  idle(job: Job): void;
}

export interface SchedulerOptions {
  /** How long a task that names its device waits for it while it is away, in ms. */
  readonly reattachGraceMs: number;
  /** For what unfinished jobs hold. */
  readonly memory: MemoryBudget;
  /** Without it, tasks that models answer are placed like any others. */
  readonly outlook?: GenerationOutlook | undefined;
}

/**
 * Gives ready tasks to devices and settles what they answer. A task is leased to its device until that answers, is lost, or
 * lets the task's time limit pass; it is sent there once the lease is durable.
 */
export class Scheduler implements DispatchListener {
  readonly #jobs = new Map<string, Job>();
  /** Jobs that wait for devices, the one whose turn it is first. */
  readonly #waiting = new Set<Job>();
  readonly #leases: LeaseBook;
  readonly #named: NamedDevices;
  /** Devices that held tasks before this agent was restarted and are not back. */
  readonly #returns: PinnedWaits<Scheduler>;
  #sweep: ReturnType<typeof setInterval> | undefined;
  #lastSweep = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** When outcomes that nobody asked for are worth a warning again, of `performance.now()`. */
  #nextWarning = 0;
  #stopped = false;

  constructor(
    private readonly dispatcher: TaskDispatcher,
    private readonly events: SchedulerEvents,
    private readonly options: SchedulerOptions,
  ) {
    this.#leases = new LeaseBook(dispatcher, options.outlook);
    this.#named = new NamedDevices(dispatcher, options.reattachGraceMs, {
      isUnderWay: (job) => this.#jobs.has(job.record.jobId),
      heldBy: (deviceId) => this.heldBy(deviceId),
      failed: (tasks) => this.#settleAll(tasks),
    });
    this.#returns = new PinnedWaits(RETURN_MS, (deviceId) => {
      if (!dispatcher.isOnline(deviceId)) this.lost(deviceId, "it did not come back after the coordinator's restart");
    });
    dispatcher.listen(this);
  }

  /** @param held tasks that a device held before this agent's restart, by the start of the device's program */
  add(job: Job, held?: ReadonlyMap<Task, string>): void {
    if (!this.#stopped && this.#sweep === undefined) {
      this.#lastSweep = performance.now();
      this.#sweep = setInterval(() => this.#dropUnanswered(), SWEEP_MS);
    }
    this.#jobs.set(job.record.jobId, job);
    if (held) this.#restore(job, held);
    // A device that a later group names takes one of the job's places: it is not kept for ever.
    for (const deviceId of job.devices) if (!this.dispatcher.isOnline(deviceId)) this.#named.wait(deviceId, job);
    this.openGroup(job);
  }

  /** Makes the job's group under way ready. */
  openGroup(job: Job): void {
    job.openGroup();
    this.#named.opened(job);
    this.#wait(job);
  }

  /** Begins nothing more of a job, not even what was placed just now, and tells the devices to stop what runs of it. */
  stopJob(job: Job): void {
    this.#waiting.delete(job);
    this.#leases.stop(job);
  }

  /** Forgets a job. What still runs of it is told to stop, and is not listened to any more. */
  remove(job: Job): void {
    this.#waiting.delete(job);
    this.#jobs.delete(job.record.jobId);
    this.#leases.forget(job);
    this.#named.forget(job);
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
    this.#named.stop();
    this.#returns.stop();
  }

  /** Tasks that devices which are online are running. */
  get runningTasks(): number {
    return this.#leases.running;
  }

  /** Tasks that a device holds. */
  heldBy(deviceId: string): number {
    return this.#leases.heldBy(deviceId);
  }

  attached(deviceId: string, instanceId: string, held: readonly TaskRef[]): void {
    this.#returns.end(deviceId);
    const former = this.#leases.takeFormer(deviceId, instanceId);
    for (const { job } of former) job.leave(deviceId);
    this.#lose(former, "its program was restarted");
    this.#resume(deviceId, instanceId, held);
    this.#named.failUnrunnable([...this.#jobs.values()], deviceId);
    this.events.passNeeded();
  }

  outcomes(deviceId: string, outcomes: readonly TaskOutcome[]): void {
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
      this.#leases.release(task, outcome.ok ? outcome.generation : null);
      task.isClosed = true;
      // Its device was lost and came back with the outcome before the task went to another one: it did run.
      if (task.state === "QUEUED") readopt(task);
      const failure = settle(task, outcome, this.options.memory);
      if (failure) {
        if (outcome.output_file) {
          this.events.strayFile(deviceId, task.jobId, task.spec.task_id, outcome.output_file);
        }
        this.#fail(task, failure);
      } else task.job.won ||= this.events.succeeded(task);
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
    this.#named.back(deviceId);
    this.events.passNeeded();
  }

  away(deviceId: string): void {
    for (const job of this.#jobs.values()) if (job.ready.waitsFor(deviceId)) this.#named.wait(deviceId, job);
  }

  lost(deviceId: string, reason: string): void {
    const tasks = this.#leases.lose(deviceId);
    for (const job of this.#jobs.values()) job.leave(deviceId);
    this.away(deviceId);
    this.#lose(tasks, reason);
  }

  /** Places what can be placed. */
  pass(): void {
    if (this.#stopped || this.#waiting.size === 0) return;
    const now = performance.now();
    const slots = this.#slots();
    for (let again = true; again;) {
      again = false;
      for (const job of [...this.#waiting]) {
        if (!slots.some((slot) => slot.free > 0)) {
          again = false;
          break;
        }
        const begin = (task: Task, slot: Slot) => this.#leases.begin(task, slot);
        const placed = placeTurn(job, slots, now, begin, this.options.outlook);
        if (placed > 0) again = true;
        if (placed === 0 && !job.ready.isEmpty) {
          if (job.record.maxWorkers > 0 && this.#makeRoom(job, slots)) again = true;
          continue;
        }
        // The next turn, and the next pass, begin with another job.
        this.#waiting.delete(job);
        if (!job.ready.isEmpty) this.#waiting.add(job);
      }
    }
    this.#scheduleRetry(now);
    const given = slots.filter(({ batch }) => batch.length > 0);
    if (given.length === 0) return;
    this.events.leased(given.flatMap(leasesOfSlot), given.map(({ batch }) => batch), () => {
      for (const slot of given) this.#leases.send(slot);
    });
  }

  /**
   * A device that holds nothing of a job and can do nothing more for it gives its place among `maxWorkers` to another.
   * Returns whether one did.
   */
  #makeRoom(job: Job, slots: readonly Slot[]): boolean {
    if (job.devices.size < job.record.maxWorkers) return false;
    let left = false;
    for (const slot of slots) {
      const { deviceId } = slot.target;
      if (!job.devices.has(deviceId) || [...slot.leases.tasks].some((task) => task.job === job)) continue;
      const isOfUse = job.ready.kinds().some((kind) => slot.runs(kind)) ||
        [...job.ready.again].some((task) => mayRun(task, slot) && !hasFailedOn(task, deviceId));
      if (!isOfUse && (job.leave(deviceId) || job.leaveForNow(deviceId))) left = true;
    }
    return left;
  }

  /** The task whose attempt under way an outcome ends; undefined where it ends none. */
  #answeredBy(outcome: TaskOutcome, deviceId: string): Task | undefined {
    if (outcome.lease > 0) return this.#leases.sentAs(outcome.lease, deviceId);
    const task = this.#jobs.get(outcome.job_id)?.task(outcome.task_id);
    return task && isAttempt(outcome, task, deviceId) ? task : undefined;
  }

  /**
   * A device is back: what it holds goes on, what never reached it is sent again (the same attempt, since that has not
   * begun), and what nobody wants of it any more it is told to stop.
   */
  #resume(deviceId: string, instanceId: string, held: readonly TaskRef[]): void {
    const leases = this.#leases.of(deviceId, instanceId);
    const known = new Set<Task>();
    const unwanted: TaskRef[] = [];
    for (const ref of held) {
      const task = this.#jobs.get(ref.job_id)?.task(ref.task_id);
      // Where others took its place among the job's `maxWorkers` meanwhile, it is too late.
      const isWanted = task && isAttempt(ref, task, deviceId) && task.instanceId === instanceId;
      if (!isWanted || task.job.cancelling || !task.job.mayUse(deviceId)) {
        unwanted.push(ref);
        continue;
      }
      known.add(task);
      if (task.state === "QUEUED") readopt(task);
      leases.add(task);
      task.job.devices.add(deviceId);
      task.sentAt = performance.now();
    }
    // Those whose lease is being written are sent when it is.
    const isBeingSent = (task: Task) => task.sentAt === 0 && leases.unsent > 0;
    const missing = [...leases.tasks].filter((task) => !known.has(task) && !task.job.cancelling && !isBeingSent(task));
    this.#leases.assign(deviceId, missing);
    if (unwanted.length > 0) this.dispatcher.cancel(deviceId, unwanted);
  }

  /** What devices held goes on where they still do; what failed before waits for the devices that are not back yet. */
  #restore(job: Job, held: ReadonlyMap<Task, string>): void {
    for (const [task, instanceId] of held) {
      this.#leases.hold(task, instanceId);
      if (!this.dispatcher.isOnline(task.deviceId)) this.#returns.begin(task.deviceId, this);
    }
    const holders = new Set([...held.keys()].map((task) => task.deviceId));
    for (const { deviceId, instanceId } of this.dispatcher.targets()) {
      if (holders.has(deviceId)) this.attached(deviceId, instanceId, []);
    }
    const notBefore = performance.now() + OTHERS_MS;
    for (const task of job.groupTasks) {
      if (task.failedAttempts.length > 0 && !task.spec.target_device_id) task.notBefore = notBefore;
    }
  }

  /** The device of these tasks, or the start of its program that had them, is gone. */
  #lose(tasks: readonly Task[], reason: string): void {
    for (const task of tasks) {
      const pauseMs = task.spec.target_device_id ? 0 : OTHERS_MS;
      this.#fail(task, { reason: `lost ${task.deviceName} (${reason})`, cure: "anywhere", pauseMs });
      const { target_device_id: target } = task.spec;
      if (task.state === "QUEUED" && target && !this.#named.isThere(target)) this.#named.wait(target, task.job);
    }
    if (tasks.length > 0) this.#settleAll(tasks);
  }

  #fail(task: Task, failure: Failure): void {
    failAttempt(task, failure, () => this.#hasAnother(task));
    this.#wait(task.job);
  }

  /** Whether there is a device that may have a task and has not failed it. */
  #hasAnother(task: Task): boolean {
    return this.#slots().some((slot) => mayRun(task, slot) && !hasFailedOn(task, slot.target.deviceId));
  }

  #slots(): Slot[] {
    return slotsOf(this.dispatcher.targets(), ({ deviceId, instanceId }) => this.#leases.of(deviceId, instanceId));
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
    const text = "dropped {count} outcomes of device {deviceId} for tasks that it does not hold";
    const properties = { count: stray.length, deviceId, first: stray[0]?.task_id };
    const now = performance.now();
    if (now >= this.#nextWarning) log.warning(text, properties);
    else log.debug(text, properties);
    this.#nextWarning = Math.max(this.#nextWarning, now >= this.#nextWarning ? now + WARNING_MS : 0);
    for (const { job_id, task_id, output_file } of stray) {
      if (output_file && job_id) this.events.strayFile(deviceId, job_id, task_id, output_file);
    }
    // With the journal, though nothing is to be written: what it repeats may not be durable yet.
    this.events.settled([], { deviceId, outcomes: stray });
  }

  /** A device that is there and lets a task's time limit pass without a word has lost the task. */
  #dropUnanswered(): void {
    const now = performance.now();
    // While this process stood still (a suspended machine), no answer could be heard.
    const late = now - this.#lastSweep - SWEEP_MS;
    this.#lastSweep = now;
    if (late > SWEEP_MS) this.#leases.forgive(late);
    const dropped = this.#leases.takeUnanswered();
    for (const task of dropped) {
      const reason = `${task.deviceName} did not answer within ${task.timeoutMs / 1000} s`;
      this.#fail(task, { reason, cure: "anywhere" });
    }
    if (dropped.length > 0) this.#settleAll(dropped);
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
      if (job.waitsForBetter) next = Math.min(next, job.waitsForBetter.until);
      for (const task of job.ready.again) if (task.notBefore > now) next = Math.min(next, task.notBefore);
    }
    clearTimeout(this.#retry);
    if (next < Infinity) this.#retry = setTimeout(() => this.events.passNeeded(), next - now + 1);
  }
}
