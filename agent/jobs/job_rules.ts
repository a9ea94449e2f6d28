import { assert, assertEquals } from "../../tests/assert.ts";
import type { TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";
import type { Change, JobRecord, TaskRecord } from "../store/store.ts";
import type { StoreEvents } from "./delayed_store.ts";
import { keyOf, type WorkerEvents, type WorkerTraits } from "./simulated_workers.ts";
import { isFinished } from "./states.ts";

/** After a restart, a lease ends at the latest after this, in ms: see RETURN_MS in scheduler.ts. */
const RETURN_MS = 11_000;

/** Who has a task. */
interface Holder {
  readonly deviceId: string;
  readonly instanceId: string;
  readonly attempt: number;
}

/** A job as it is durable. */
interface DurableJob {
  readonly record: JobRecord;
  readonly tasks: Map<string, TaskRecord>;
  /** Leases written, by place. */
  readonly begun: Map<number, number>;
}

/** Checks what must hold of jobs whatever happens: looks at all that goes to devices, comes from them, and is stored. */
export class JobRules implements WorkerEvents, StoreEvents {
  readonly jobs = new Map<string, DurableJob>();
  /** What devices really answered, by attempt. */
  readonly answers = new Map<string, { readonly deviceId: string; readonly outcome: TaskOutcome }>();
  /** Jobs whose cancelling was asked of this run of the coordinator. */
  readonly cancelling = new Set<string>();
  readonly #holders = new Map<string, Holder>();
  /** Attempts that were told to the coordinator since it started. */
  readonly #told = new Set<string>();
  /** Tasks of which a success was told. */
  readonly #succeeded = new Set<string>();
  readonly #begun = new Set<string>();
  /** Devices that attached since the coordinator started. */
  readonly #returned = new Set<string>();
  /** Attempts that were leased before the coordinator started. */
  readonly #inherited = new Set<string>();
  #restartedAt = -Infinity;

  constructor(private readonly traits: ReadonlyMap<string, WorkerTraits>, private readonly now: () => number) {}

  restarted(): void {
    for (const [name, holder] of this.#holders) {
      // An attempt that was given up and went on after all is not written: it is not known any more.
      const givenUp = this.#taskOf(name)?.failedAttempts.some(({ attempt }) => attempt === holder.attempt);
      if (givenUp || this.#isGone(holder)) this.#holders.delete(name);
    }
    this.#restartedAt = this.now();
    for (const [job_id, { tasks, begun }] of this.jobs) {
      for (const { ordinal, spec } of tasks.values()) {
        this.#inherited.add(keyOf({ job_id, task_id: spec.task_id, attempt: begun.get(ordinal) ?? 0 }));
      }
    }
    this.#told.clear();
    this.cancelling.clear();
    this.#returned.clear();
  }

  assigned(deviceId: string, instanceId: string, task: TaskAssignment): void {
    const what = `${keyOf(task)} for ${deviceId}`;
    const job = this.jobs.get(task.job_id);
    const record = job?.tasks.get(task.task_id);
    assert(job && record, `${what}: it was begun before its job was durable`);
    assert(!isFinished(job.record.state), `${what}: its job is ${job.record.state}`);
    assert(!isFinished(record.state), `${what}: it is ${record.state}`);
    assert(!this.cancelling.has(task.job_id), `${what}: its job is being cancelled`);
    assert(task.attempt >= 1 && task.attempt <= 3, `${what}: at most three attempts`);
    assertEquals(job.begun.get(record.ordinal), task.attempt, `${what}: its lease is not durable`);
    const target = record.spec.target_device_id;
    assert(!target || target === deviceId, `${what}: it names ${target}`);
    assert(!this.#told.has(keyOf(task)), `${what}: it was answered already`);
    const holder = this.#holders.get(nameOf(task));
    const again = holder?.deviceId === deviceId && holder.instanceId === instanceId && holder.attempt === task.attempt;
    assert(!holder || again || this.#isGone(holder), `${what}: ${holder?.deviceId} has it`);
    for (const earlier of job.tasks.values()) {
      if (earlier.group >= record.group) continue;
      const name = nameOf({ job_id: task.job_id, task_id: earlier.spec.task_id });
      assert(this.#succeeded.has(name), `${what}: ${earlier.spec.task_id} of an earlier group is not done`);
    }
    this.#holders.set(nameOf(task), { deviceId, instanceId, attempt: task.attempt });
    this.#checkPlaces(deviceId, task, what);
  }

  acknowledged(deviceId: string, ref: TaskRef): void {
    const job = this.jobs.get(ref.job_id);
    const task = job?.tasks.get(ref.task_id);
    const answer = this.answers.get(keyOf(ref));
    if (!job || !task || answer?.deviceId !== deviceId || !this.#told.has(keyOf(ref))) return;
    const settled = isFinished(task.state) || isFinished(job.record.state) || task.attempt > ref.attempt ||
      (job.begun.get(task.ordinal) ?? 0) > ref.attempt ||
      task.failedAttempts.some(({ attempt }) => attempt === ref.attempt);
    assert(settled, `${keyOf(ref)}: acknowledged to ${deviceId} before it was durable`);
  }

  cancelled(deviceId: string, ref: TaskRef): void {
    const holder = this.#holders.get(nameOf(ref));
    if (holder?.deviceId === deviceId && holder.attempt === ref.attempt) this.#holders.delete(nameOf(ref));
  }

  begun(deviceId: string, task: TaskAssignment): void {
    const key = keyOf(task);
    assert(!this.#begun.has(key), `${key}: begun a second time, on ${deviceId}`);
    this.#begun.add(key);
  }

  delivered(deviceId: string, outcome: TaskOutcome): void {
    this.#told.add(keyOf(outcome));
    if (outcome.ok) this.#succeeded.add(nameOf(outcome));
    const holder = this.#holders.get(nameOf(outcome));
    if (holder?.deviceId === deviceId && holder.attempt === outcome.attempt) this.#holders.delete(nameOf(outcome));
  }

  lost(deviceId: string): void {
    for (const [name, holder] of this.#holders) if (holder.deviceId === deviceId) this.#holders.delete(name);
  }

  attached(deviceId: string, instanceId: string, wanted: readonly TaskRef[]): void {
    for (const [name, holder] of this.#holders) {
      const ended = holder.instanceId !== instanceId || this.#isGone(holder);
      if (holder.deviceId === deviceId && ended) this.#holders.delete(name);
    }
    this.#returned.add(deviceId);
    for (const ref of wanted) this.#holders.set(nameOf(ref), { deviceId, instanceId, attempt: ref.attempt });
    for (const ref of wanted) this.#checkWorkers(ref.job_id, `${deviceId} came back with ${keyOf(ref)}`);
  }

  inserted(job: JobRecord, tasks: readonly TaskRecord[]): void {
    const byId = new Map(tasks.map((task) => [task.spec.task_id, { ...task }]));
    this.jobs.set(job.jobId, { record: { ...job }, tasks: byId, begun: new Map() });
  }

  updated({ jobs, tasks, leases }: Change): void {
    for (const change of jobs ?? []) {
      const record = this.jobs.get(change.jobId)?.record;
      assert(
        record && !isFinished(record.state),
        `job ${change.jobId} becomes ${change.state}: it is ${record?.state}`,
      );
      Object.assign(record, change);
    }
    // Where a write failed, what came meanwhile is tried together with it: a lease then may stand beside its task's end.
    const endedNow = new Set<TaskRecord>();
    for (const { jobId, ordinal, ...change } of tasks ?? []) {
      const task = this.#task(jobId, ordinal);
      if (!isFinished(task.state) && isFinished(change.state)) endedNow.add(task);
      const what = `${jobId}/${task.spec.task_id} becomes ${change.state}`;
      // The end of a cancelled job says once more what was cancelled.
      assert(!isFinished(task.state) || task.state === change.state, `${what}: it is ${task.state}`);
      if (isFinished(task.state)) assertEquals(change.result, task.result, `${what}: its result changes`);
      assert(change.attempt >= task.attempt && change.attempt <= 3, `${what}: attempt ${change.attempt}`);
      Object.assign(task, change);
    }
    for (const { jobId, ordinals } of leases ?? []) {
      const job = this.jobs.get(jobId);
      assert(job);
      for (const at of ordinals) {
        const task = this.#task(jobId, at);
        assert(!isFinished(task.state) || endedNow.has(task), `${jobId}: a task that has ended is leased`);
        job.begun.set(at, (job.begun.get(at) ?? 0) + 1);
      }
    }
  }

  /** A job that has ended: what is stored agrees with itself and with what devices answered. */
  checkEnded(jobId: string): void {
    const job = this.jobs.get(jobId);
    assert(job);
    const { record } = job;
    const tasks = [...job.tasks.values()];
    for (const { spec, state, attempt, deviceId, result, failedAttempts } of tasks) {
      const what = `${record.state} ${jobId}/${spec.task_id}, ${state}`;
      assert(isFinished(state), what);
      const attempts = failedAttempts.map((one) => one.attempt);
      assertEquals(attempts, [...new Set(attempts)].sort(), `${what}: its failed attempts`);
      if (state === "DONE") {
        const answer = this.answers.get(keyOf({ job_id: jobId, task_id: spec.task_id, attempt }));
        assertEquals([result, deviceId], [answer?.outcome.output, answer?.deviceId], `${what}: whose result it is`);
        assert(!attempts.includes(attempt), `${what}: the attempt that succeeded is called failed`);
      } else assertEquals(result, "", what);
      if (record.state === "DONE" && record.reduce !== "FIRST") assertEquals(state, "DONE", what);
    }
    const last = tasks.filter((task) => task.group === tasks.at(-1)?.group);
    if (record.state === "DONE") assert(last.some(({ state }) => state === "DONE"), `${jobId}: nothing was done`);
    if (record.state === "FAILED") assert(tasks.some(({ state }) => state === "FAILED"), `${jobId}: nothing failed`);
  }

  /** A device that did not come back after a restart of the coordinator has lost what it had. */
  #isGone({ deviceId }: Holder): boolean {
    return !this.#returned.has(deviceId) && this.now() >= this.#restartedAt + RETURN_MS;
  }

  #checkPlaces(deviceId: string, task: TaskAssignment, what: string): void {
    const { job_id, kind } = task;
    const places = this.traits.get(deviceId)?.kinds?.get(kind);
    // A restart can bring back leases that had been ended, by a cancel that was not answered: the device queues them.
    if (places !== undefined && !this.#inherited.has(keyOf(task))) {
      let taken = 0;
      for (const [name, holder] of this.#holders) {
        if (holder.deviceId === deviceId && this.#taskOf(name)?.spec.kind === kind) taken++;
      }
      assert(taken <= places, `${what}: ${taken} tasks of kind ${kind}, ${places} places`);
    }
    this.#checkWorkers(job_id, what);
  }

  #checkWorkers(jobId: string, what: string): void {
    const most = this.jobs.get(jobId)?.record.maxWorkers ?? 0;
    const devices = new Set<string>();
    for (const [name, holder] of this.#holders) {
      if (name.startsWith(`${jobId}/`) && !this.#isGone(holder)) devices.add(holder.deviceId);
    }
    assert(most === 0 || devices.size <= most, `${what}: on ${devices.size} devices, at most ${most}`);
  }

  #taskOf(name: string): TaskRecord | undefined {
    const [jobId = "", taskId = ""] = name.split("/");
    return this.jobs.get(jobId)?.tasks.get(taskId);
  }

  #task(jobId: string, ordinal: number): TaskRecord {
    for (const task of this.jobs.get(jobId)?.tasks.values() ?? []) if (task.ordinal === ordinal) return task;
    throw new Error(`no task ${ordinal} of ${jobId}`);
  }
}

function nameOf({ job_id, task_id }: Pick<TaskRef, "job_id" | "task_id">): string {
  return `${job_id}/${task_id}`;
}
