import { delay } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import { type CheckedPlan, checkPlan, requireKnownKinds, taskPath } from "../plans/check_plan.ts";
import type { Planner } from "../plans/planner.ts";
import type { JobRecord, JobState, Store, TaskChange } from "../store/store.ts";
import type { DeviceInfo, JobInfo, JobStatus, JobSummary, Plan } from "../../proto/messages.ts";
import type { TaskDispatcher } from "./dispatcher.ts";
import { Job, type Task, taskRecords } from "./job.ts";
import { statusOf, summaryLine, summaryOf } from "./job_view.ts";
import { Journal } from "./journal.ts";
import { reduceKind } from "./reduce.ts";
import { Scheduler } from "./scheduler.ts";
import { isFinished, moveJob, moveTask } from "./states.ts";

const log = logger("jobs");

/** At most this many tasks wait or run at once; past that a submission is refused. */
const MAX_QUEUED_TASKS = 1_000_000;

/** The longest job description, in characters. */
const MAX_TEXT = 65_536;

/** What the service knows of devices. */
export interface JobDevices {
  /** True for every registered device, online or not. */
  has(deviceId: string): boolean;
  /** The devices that can take work now. */
  online(): readonly DeviceInfo[];
}

export interface JobSubmission {
  readonly text: string;
  /** At most this many distinct devices; 0 = all. */
  readonly maxWorkers: number;
  /** Null = the planner makes one from the text. */
  readonly plan: Plan | null;
  readonly reduce: string;
}

export interface JobServiceOptions {
  readonly store: Store;
  readonly dispatcher: TaskDispatcher;
  readonly devices: JobDevices;
  readonly planner: Planner;
  /** Kinds of tasks that can run. */
  readonly kinds: readonly string[];
  /** How long a task waits for the device that it names while that is away, in ms. */
  readonly reattachGraceMs: number;
}

/**
 * Takes jobs, keeps them, and answers for them. A job is answered for once it is durable; jobs that a former run of the
 * agent left unfinished go on at `start`.
 */
export class JobService implements Component {
  readonly name = "jobs";
  readonly #active = new Map<string, Job>();
  readonly #journal: Journal;
  readonly #scheduler: Scheduler;
  #openTasks = 0;
  #stopping = false;

  constructor(private readonly options: JobServiceOptions) {
    this.#journal = new Journal(options.store);
    this.#scheduler = new Scheduler(options.dispatcher, {
      started: (job) => this.#started(job),
      finished: (job, tasks, deviceId) => this.#finished(job, tasks, deviceId),
      groupEnded: (job) => this.#groupEnded(job),
    }, options);
  }

  async start(): Promise<void> {
    const stored = await this.options.store.unfinishedJobs();
    for (const one of stored) {
      const job = Job.restore(one);
      this.#openTasks += job.tasks.filter((task) => !isFinished(task.state)).length;
      this.#begin(job);
    }
    if (stored.length > 0) log.info("{count} unfinished jobs go on", { count: stored.length });
  }

  /** Stops placing tasks and writes what is known. What still runs will run again after the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#scheduler.stop();
    await this.#journal.close();
  }

  /** Takes no new job, places no new task, and waits for those that run, at most `ms`. */
  async drain(ms: number): Promise<void> {
    this.#stopping = true;
    this.#scheduler.stop();
    const end = performance.now() + ms;
    while (this.#scheduler.runningTasks > 0 && performance.now() < end) await delay(20);
  }

  /**
   * @throws {MeshError} INVALID_ARGUMENT or NOT_FOUND naming the field; RESOURCE_EXHAUSTED when too much is queued or
   * the disk is full; FAILED_PRECONDITION when nothing in the mesh can run it.
   */
  async submit(request: JobSubmission, signal?: AbortSignal): Promise<JobInfo> {
    if (this.#stopping) throw new MeshError("UNAVAILABLE", "the agent is stopping");
    const reduce = reduceKind(request.reduce);
    checkSubmission(request);
    const online = this.options.devices.online();
    const { text, maxWorkers } = request;
    const plan = checkPlan(
      request.plan ?? (await this.options.planner.plan({ text, maxWorkers, devices: online }, signal)).plan,
    );
    this.#requireRunnable(plan, maxWorkers);
    const tasks = taskRecords(plan);
    if (this.#openTasks + tasks.length > MAX_QUEUED_TASKS) {
      throw new MeshError(
        "RESOURCE_EXHAUSTED",
        `${this.#openTasks} tasks are queued and at most ${MAX_QUEUED_TASKS} can be: try again later`,
      );
    }
    const record: JobRecord = {
      jobId: newId(),
      text,
      maxWorkers,
      reduce,
      summary: summaryLine(plan, maxWorkers, online.map((device) => device.device_id)),
      createdAt: Date.now(),
      state: "QUEUED",
      finishedAt: 0,
      reason: "",
    };
    this.#openTasks += tasks.length;
    try {
      await this.options.store.insertJob(record, tasks);
    } catch (error) {
      this.#openTasks -= tasks.length;
      throw error;
    }
    this.#begin(new Job(record, tasks));
    return { job_id: record.jobId, created_at: Math.floor(record.createdAt / 1000), summary: record.summary };
  }

  /** @throws {MeshError} NOT_FOUND */
  async get(jobId: string): Promise<JobStatus> {
    const active = this.#active.get(jobId);
    if (active) return statusOf(active.record, active.tasks, active.group, active.groupCount);
    const stored = await this.options.store.job(jobId);
    if (!stored) throw new MeshError("NOT_FOUND", `no job "${jobId}"`);
    const { group, groupCount } = Job.restore(stored);
    return statusOf(stored.job, stored.tasks, group, groupCount);
  }

  /** Newest first. */
  async list(query: { readonly state?: JobState; readonly limit: number }): Promise<JobSummary[]> {
    return (await this.options.store.listJobs(query)).map(summaryOf);
  }

  #begin(job: Job): void {
    this.#active.set(job.record.jobId, job);
    this.#scheduler.add(job);
    if (job.openInGroup === 0) this.#groupEnded(job);
  }

  #requireRunnable(plan: CheckedPlan, maxWorkers: number): void {
    requireKnownKinds(plan, [...this.options.kinds, "LLM_GENERATE"]);
    const named = new Set<string>();
    for (const group of plan.groups) {
      group.tasks.forEach((task, at) => {
        const path = taskPath(group, at);
        if (!this.options.kinds.includes(task.kind)) {
          throw new MeshError("FAILED_PRECONDITION", `${path}.kind: no device of this mesh can run ${task.kind}`);
        }
        const target = task.target_device_id;
        if (!target || named.has(target)) return;
        if (!this.options.devices.has(target)) {
          throw new MeshError("NOT_FOUND", `${path}.target_device_id: no device "${target}"`);
        }
        named.add(target);
      });
    }
    if (maxWorkers > 0 && named.size > maxWorkers) {
      throw new MeshError(
        "INVALID_ARGUMENT",
        `max_workers: is ${maxWorkers}, but the plan names ${named.size} different devices`,
      );
    }
  }

  #started(job: Job): void {
    if (job.record.state !== "QUEUED") return;
    moveJob(job.record, "RUNNING");
    this.#write({ jobs: [{ jobId: job.record.jobId, state: "RUNNING", finishedAt: 0, reason: "" }] });
  }

  #finished(job: Job, tasks: readonly Task[], deviceId: string | undefined): void {
    this.#openTasks -= tasks.length;
    const refs = tasks.map((task) => ({
      job_id: job.record.jobId,
      task_id: task.spec.task_id,
      attempt: task.attempt,
    }));
    this.#write({ tasks: tasks.map(changeOf) }, () => {
      if (deviceId) this.options.dispatcher.acknowledge(deviceId, refs);
    });
  }

  #groupEnded(job: Job): void {
    if (job.ending) return;
    const failed = job.groupTasks.filter((task) => task.state === "FAILED");
    const first = failed[0];
    if (first) {
      const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
      const where = first.deviceName ? ` on ${first.deviceName}` : "";
      return this.#end(job, "FAILED", `task ${first.spec.task_id} failed${where}: ${first.error}${more}`);
    }
    if (job.group === job.groupCount - 1) return this.#end(job, "DONE", "");
    job.group++;
    this.#scheduler.openGroup(job);
  }

  /** The end becomes visible once it is durable. */
  #end(job: Job, state: "DONE" | "FAILED", reason: string): void {
    job.ending = true;
    this.#scheduler.remove(job);
    const cancelled = job.tasks.filter((task) => !isFinished(task.state));
    for (const task of cancelled) {
      moveTask(task, "CANCELLED");
      task.error = "an earlier group failed";
    }
    this.#openTasks -= cancelled.length;
    const { jobId } = job.record;
    const change = { jobId, state, finishedAt: Date.now(), reason };
    this.#write({ jobs: [change], tasks: cancelled.map(changeOf) }, () => {
      if (job.record.state === "QUEUED") moveJob(job.record, state === "DONE" ? "RUNNING" : "FAILED");
      if (job.record.state !== state) moveJob(job.record, state);
      this.#active.delete(jobId);
      log.info("job {jobId} is {state}", { jobId, state, ...(reason ? { reason } : {}) });
    });
  }

  #write(change: Parameters<Journal["write"]>[0], durable: () => void = () => {}): void {
    this.#journal.write(change).then(durable, (error) => {
      log.error("not written before the end, and so done again after the next start: {reason}", { reason: error });
    });
  }
}

function checkSubmission({ text, maxWorkers, plan }: JobSubmission): void {
  if (maxWorkers < 0) throw new MeshError("INVALID_ARGUMENT", `max_workers: must be 0 (all) or more, is ${maxWorkers}`);
  if (text.length > MAX_TEXT) {
    throw new MeshError("INVALID_ARGUMENT", `text: is ${text.length} characters long, at most ${MAX_TEXT} are taken`);
  }
  if (!plan && !text.trim()) throw new MeshError("INVALID_ARGUMENT", "text: is empty, and no plan was given");
}

function changeOf(task: Task): TaskChange {
  return {
    jobId: task.job.record.jobId,
    ordinal: task.ordinal,
    state: task.state,
    attempt: task.attempt,
    deviceId: task.deviceId,
    deviceName: task.deviceName,
    result: task.result,
    error: task.error,
  };
}
