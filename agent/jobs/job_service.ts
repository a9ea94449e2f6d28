import { delay } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import { beginSpan } from "../core/tracing.ts";
import type {
  Change,
  FiledTask,
  JobChange,
  JobPosition,
  JobRecord,
  JobState,
  Lease,
  Store,
  TaskChange,
} from "../store/store.ts";
import type { JobInfo, JobStatus, JobSummary, OutputFile } from "../../proto/messages.ts";
import type { TaskDispatcher } from "./dispatcher.ts";
import type { GenerationOutlook } from "./generation_outlook.ts";
import { Job, type Task } from "./job.ts";
import { finalUpdateOf, overviewOf, statusOf, summaryOf } from "./job_view.ts";
import type { JobObserver } from "./job_observer.ts";
import type { JobWatcher } from "./job_watch.ts";
import { JobWatches } from "./job_watches.ts";
import { Journal } from "./journal.ts";
import { MemoryBudget } from "./memory_budget.ts";
import type { OutputFileEvents } from "./output_files.ts";
import { type Answered, Scheduler } from "./scheduler.ts";
import { isFinished, moveJob } from "./states.ts";
import { type OutputSummarizer, Summaries } from "./summaries.ts";
import type { JobSubmission } from "./submission.ts";
import { type Room, Submitter, type SubmitterOptions } from "./submitter.ts";
import { pageOf, storedPage, type TaskPage, type TaskQuery } from "./task_pages.ts";

const log = logger("jobs");

/** What runs of a job that is cancelled gets so long, in ms, to stop and say so. */
const CANCEL_MS = 2000;

export interface JobServiceOptions extends SubmitterOptions {
  readonly store: Store;
  readonly dispatcher: TaskDispatcher;
  /** How long a task waits for the device that it names while that is away, in ms. */
  readonly reattachGraceMs: number;
  /** Writes the summaries of jobs whose reduce is LLM_SUMMARIZE. */
  readonly summarizer?: OutputSummarizer;
  /** Predictions for tasks that models answer. */
  readonly outlook?: GenerationOutlook;
  readonly observer?: JobObserver | undefined;
  readonly outputFiles?: OutputFileEvents;
}

/** A job whose end somebody waits for. */
interface Cancel {
  /** Settled when the job's end is durable. */
  readonly end: PromiseWithResolvers<void>;
  /** Ends what does not end by itself. */
  timer: ReturnType<typeof setTimeout> | undefined;
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
  readonly #submitter: Submitter;
  readonly #room: Room = { openTasks: 0, memory: new MemoryBudget() };
  readonly #watches = new JobWatches();
  readonly #cancels = new Map<Job, Cancel>();
  readonly #summaries: Summaries;
  #stopping = false;
  #stopped = false;

  constructor(private readonly options: JobServiceOptions) {
    this.#submitter = new Submitter(options, this.#room, (job) => this.#begin(job));
    this.#summaries = new Summaries(options.summarizer);
    this.#journal = new Journal(options.store, () => this.#scheduler.pass());
    this.#scheduler = new Scheduler(options.dispatcher, {
      passNeeded: () => this.#journal.ask(),
      leased: (leases, batches, durable) => this.#leased(leases, batches, durable),
      settled: (tasks, answered) => this.#settled(tasks, answered),
      strayFile: (deviceId, jobId, taskId, file) => this.#strayFile(deviceId, jobId, taskId, file),
      succeeded: (task) => task.job.record.reduce === "FIRST" && task.job.isLastGroup,
      idle: (job) => this.#idle(job),
    }, { reattachGraceMs: options.reattachGraceMs, memory: this.#room.memory, outlook: options.outlook });
  }

  async start(): Promise<void> {
    const stored = await this.options.store.unfinishedJobs();
    for (const one of stored) {
      const { job, held } = Job.restore(one);
      this.#room.openTasks += job.openTasks;
      this.#room.memory.take(job.characters);
      this.#begin(job, held);
    }
    if (stored.length > 0) log.info("unfinished jobs go on: {count}", { count: stored.length });
  }

  /** Stops placing tasks and writes what is known. What still runs is asked for after the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#scheduler.stop();
    this.#summaries.stop();
    await this.#journal.close();
    this.#stopped = true;
    const stopping = stoppingError();
    this.#watches.fail(stopping);
    for (const { timer, end } of this.#cancels.values()) {
      clearTimeout(timer);
      end.reject(stopping);
    }
    this.#cancels.clear();
  }

  /** Takes no new job, places no new task, and waits for those that run, at most `ms`. */
  async drain(ms: number): Promise<void> {
    this.#stopping = true;
    this.#scheduler.stop();
    const end = performance.now() + ms;
    while (this.#scheduler.runningTasks > 0 && performance.now() < end) await delay(20);
  }

  /** What there is to do now. */
  get load(): { readonly jobs: number; readonly openTasks: number; readonly runningTasks: number } {
    const { runningTasks } = this.#scheduler;
    return { jobs: this.#active.size, openTasks: this.#room.openTasks, runningTasks };
  }

  /** Tasks that a device holds now. */
  heldBy(deviceId: string): number {
    return this.#scheduler.heldBy(deviceId);
  }

  /**
   * @throws {MeshError} INVALID_ARGUMENT or NOT_FOUND naming the field; RESOURCE_EXHAUSTED when too much is queued or
   * the disk is full; FAILED_PRECONDITION when nothing in the mesh can run it.
   */
  async submit(request: JobSubmission, signal?: AbortSignal): Promise<JobInfo> {
    if (this.#stopping) throw stoppingError();
    const { jobId, createdAt, summary } = await this.#submitter.submit(request, signal);
    return { job_id: jobId, created_at: Math.floor(createdAt / 1000), summary };
  }

  /** @throws {MeshError} NOT_FOUND */
  async get(jobId: string): Promise<JobStatus> {
    const active = this.#active.get(jobId);
    if (active) return statusOf(active.record, active.tasks, active.group, active.groupCount);
    const stored = await this.options.store.job(jobId);
    if (!stored) throw unknownJob(jobId);
    const { group, groupCount } = Job.restore(stored).job;
    return statusOf(stored.job, stored.tasks, group, groupCount);
  }

  /** Newest first. */
  async list(query: { readonly state?: JobState; readonly limit: number; readonly after?: JobPosition }) {
    const found = await this.options.store.listJobs({ ...query, limit: query.limit + 1 });
    const jobs = found.slice(0, query.limit);
    const last = found.length > query.limit ? jobs.at(-1) : undefined;
    const next: JobPosition | undefined = last && { createdAt: last.createdAt, jobId: last.jobId };
    return { jobs: jobs.map(summaryOf), next };
  }

  /** @throws {MeshError} NOT_FOUND */
  async tasks(query: TaskQuery): Promise<TaskPage> {
    const active = this.#active.get(query.jobId);
    if (active) return pageOf(active.tasks, query);
    const page = await storedPage(this.options.store, query);
    if (page.tasks.length === 0 && !await this.#exists(query.jobId)) throw unknownJob(query.jobId);
    return page;
  }

  /**
   * Tells a watcher of a job: how it is now, then what changes, then its end.
   *
   * @returns ends the watching
   * @throws {MeshError} NOT_FOUND
   */
  async watch(jobId: string, options: { readonly countsOnly: boolean }, watcher: JobWatcher): Promise<() => void> {
    if (this.#stopped) throw stoppingError();
    const active = this.#active.get(jobId);
    if (active) return this.#watches.begin(active, options.countsOnly, watcher);
    const stored = await this.options.store.job(jobId);
    if (!stored) throw unknownJob(jobId);
    watcher.send(finalUpdateOf(stored, Job.restore(stored).job, options.countsOnly));
    watcher.end();
    return () => {};
  }

  /**
   * Ends a job: what waits never begins, what runs is told to stop and gets 2 s. Resolves when the end is durable.
   *
   * @throws {MeshError} NOT_FOUND; FAILED_PRECONDITION when it is DONE or FAILED already
   */
  async cancel(jobId: string): Promise<JobSummary> {
    if (this.#stopped) throw stoppingError();
    const job = this.#active.get(jobId);
    if (!job) return await this.#alreadyCancelled(jobId);
    await this.#cancelJob(job).end.promise;
    if (job.record.state !== "CANCELLED") throw endedAlready(job.record);
    return summaryOf(overviewOf(job.record, job.progress));
  }

  /** Forgets a job that has ended. @throws {MeshError} NOT_FOUND; FAILED_PRECONDITION while it has not ended */
  async delete(jobId: string): Promise<void> {
    if (this.#active.has(jobId)) {
      throw new MeshError("FAILED_PRECONDITION", `job ${jobId} has not ended: cancel it first`);
    }
    if (!await this.#exists(jobId)) throw unknownJob(jobId);
    await this.options.store.removeJob(jobId);
    this.options.outputFiles?.jobRemoved(jobId);
  }

  /**
   * Where a task's output is kept as a file.
   *
   * @throws {MeshError} NOT_FOUND: there is no such job, no such task, or no file of it
   */
  async outputFile(jobId: string, taskId: string): Promise<FiledTask> {
    const filed = await this.#filedTask(jobId, taskId);
    if (filed) return filed;
    if (!this.#active.has(jobId) && !await this.#exists(jobId)) throw unknownJob(jobId);
    const task = JSON.stringify(taskId.slice(0, 128));
    throw new MeshError("NOT_FOUND", `task_id: job ${jobId} has no task ${task} whose output is kept as a file`);
  }

  async #filedTask(jobId: string, taskId: string): Promise<FiledTask | undefined> {
    const active = this.#active.get(jobId);
    if (!active) return (await this.options.store.filedTasks(jobId)).find((task) => task.taskId === taskId);
    const task = active.task(taskId);
    return task?.outputFile && { taskId, deviceId: task.deviceId, file: task.outputFile };
  }

  /** A device says again what it said, or has a file that nobody wants. */
  async #strayFile(deviceId: string, jobId: string, taskId: string, file: OutputFile): Promise<void> {
    try {
      const known = await this.#filedTask(jobId, taskId);
      if (known?.file.name !== file.name) this.options.outputFiles?.dropped(deviceId, jobId, file);
    } catch (error) {
      log.debug("cannot tell whether an output is wanted, so that its file stays: {error}", { error });
    }
  }

  #begin(job: Job, held?: ReadonlyMap<Task, string>): void {
    this.#active.set(job.record.jobId, job);
    job.span = beginSpan("job", {
      attributes: { "edgemesh.job": job.record.jobId, "edgemesh.tasks": job.tasks.length },
    });
    if (held) this.#summaries.restored(job);
    this.#scheduler.add(job, held);
    if (held && job.record.reduce === "FIRST" && job.isLastGroup) job.won = job.groupTasks.some(isDone);
    // It was being cancelled when the agent ended, and some of it had stopped.
    if (!job.won && job.tasks.some((task) => task.state === "CANCELLED")) this.#cancelJob(job);
    if (job.won || job.openInGroup === 0) this.#idle(job);
  }

  #settled(tasks: readonly Task[], answered: Answered | undefined): void {
    const { observer } = this.options;
    for (const task of tasks) {
      if (!isFinished(task.state)) observer?.taskRetried(task.spec.kind);
      else {
        this.#room.openTasks--;
        observer?.taskEnded(task.spec.kind, OUTCOME[task.state]);
      }
    }
    this.#write({ tasks: tasks.map(changeOf) }, () => {
      if (answered) this.options.dispatcher.acknowledge(answered.deviceId, answered.outcomes);
    });
    this.#watches.tasksChanged(tasks);
  }

  #leased(leases: readonly Lease[], batches: readonly (readonly Task[])[], durable: () => void): void {
    const started: JobChange[] = [];
    for (const { jobId } of leases) {
      const record = this.#active.get(jobId)?.record;
      if (record?.state !== "QUEUED") continue;
      moveJob(record, "RUNNING");
      started.push({ jobId, state: "RUNNING", finishedAt: 0, reason: "" });
    }
    this.#write({ jobs: started, leases }, durable);
    for (const batch of batches) this.#watches.tasksChanged(batch);
  }

  #idle(job: Job): void {
    if (job.ending) return;
    if (job.won) return this.#end(job, "DONE", "", "another task came first");
    if (job.cancelling) return this.#end(job, "CANCELLED", CANCELLED, "the job was cancelled");
    const failed = job.groupTasks.filter((task) => task.state === "FAILED");
    const first = failed[0];
    if (first) {
      const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
      const where = first.deviceName ? ` on ${first.deviceName}` : "";
      const reason = `task ${first.spec.task_id} failed${where}: ${first.error}${more}`;
      return this.#end(job, "FAILED", reason, "an earlier group failed");
    }
    if (job.isLastGroup) return this.#reduce(job);
    job.group++;
    this.#scheduler.openGroup(job);
    this.#watches.changed(job, []);
  }

  #reduce(job: Job): void {
    const end = (reduced?: string) => this.#end(job, "DONE", "", "", reduced);
    if (job.record.reduce !== "LLM_SUMMARIZE") end();
    else if (!this.#stopping) this.#summaries.begin(job, end);
  }

  #cancelJob(job: Job): Cancel {
    let cancel = this.#cancels.get(job);
    if (!cancel) {
      this.#cancels.set(job, cancel = { end: Promise.withResolvers(), timer: undefined });
      cancel.end.promise.catch(() => {/* whoever awaits it hears of it; nobody has to */});
    }
    if (!job.cancelling && !job.ending) cancel.timer = this.#cancel(job);
    return cancel;
  }

  /** Returns the timer that ends it where what runs does not end before. */
  #cancel(job: Job): ReturnType<typeof setTimeout> {
    job.cancelling = true;
    this.#summaries.cancel(job);
    this.#scheduler.stopJob(job);
    const waiting = job.tasks.filter((task) => task.state === "QUEUED");
    for (const task of waiting) {
      job.move(task, "CANCELLED");
      task.error = "the job was cancelled";
    }
    this.#room.openTasks -= waiting.length;
    for (const { spec } of waiting) this.options.observer?.taskEnded(spec.kind, "cancelled");
    this.#watches.changed(job, waiting);
    const timer = setTimeout(() => this.#idle(job), CANCEL_MS);
    if (job.openInGroup === 0) this.#idle(job);
    return timer;
  }

  /** The end becomes visible once it is durable. `why`: what is said of the tasks that did not finish. */
  #end(job: Job, state: "DONE" | "FAILED" | "CANCELLED", reason: string, why: string, reduced?: string): void {
    job.ending = true;
    this.#scheduler.remove(job);
    const open = job.tasks.filter((task) => !isFinished(task.state));
    for (const task of open) {
      job.move(task, "CANCELLED");
      task.error = why;
    }
    this.#room.openTasks -= open.length;
    for (const { spec } of open) this.options.observer?.taskEnded(spec.kind, "cancelled");
    // What was cancelled before the end is written with it, whatever the end is: a success may have decided it meanwhile.
    const changed = job.cancelling ? job.tasks.filter((task) => task.state === "CANCELLED") : open;
    const { record } = job;
    const written = reduced === undefined ? {} : { reduced };
    const change: JobChange = { jobId: record.jobId, state, finishedAt: Date.now(), reason, ...written };
    this.#write({ jobs: [change], tasks: changed.map(changeOf) }, () => this.#ended(job, change, open));
  }

  #ended(job: Job, { state, finishedAt, reason, reduced }: JobChange, changed: readonly Task[]): void {
    const { record } = job;
    if (record.state === "QUEUED" && state === "DONE") moveJob(record, "RUNNING");
    moveJob(record, state);
    Object.assign(record, { finishedAt, reason, reduced: reduced ?? record.reduced });
    this.#active.delete(record.jobId);
    this.#room.memory.give(job.characters);
    this.#watches.ended(job, changed);
    job.span?.end(state === "DONE" ? undefined : state);
    this.options.observer?.jobEnded(state.toLowerCase());
    const cancel = this.#cancels.get(job);
    clearTimeout(cancel?.timer);
    cancel?.end.resolve();
    this.#cancels.delete(job);
    log.info("job {jobId} is {state}", { jobId: record.jobId, state, ...(reason ? { reason } : {}) });
  }

  async #alreadyCancelled(jobId: string): Promise<JobSummary> {
    const stored = await this.options.store.job(jobId);
    if (!stored) throw unknownJob(jobId);
    if (stored.job.state !== "CANCELLED") throw endedAlready(stored.job);
    return summaryOf(overviewOf(stored.job, Job.restore(stored).job.progress));
  }

  async #exists(jobId: string): Promise<boolean> {
    return (await this.options.store.listTasks({ jobId, after: -1, limit: 1, characters: 1 })).length > 0;
  }

  #write(change: Change, durable: () => void): void {
    this.#journal.write(change).then(durable, (error) => {
      log.error("not written before the end, and so done again after the next start: {reason}", { reason: error });
    });
  }
}

/** How the end of a task is called among figures. */
const OUTCOME = {
  QUEUED: "queued",
  RUNNING: "running",
  DONE: "done",
  FAILED: "failed",
  CANCELLED: "cancelled",
} as const;

/** What a cancelled job says of itself. */
const CANCELLED = "cancelled by a client";

function isDone(task: Task): boolean {
  return task.state === "DONE";
}

function stoppingError(): MeshError {
  return new MeshError("UNAVAILABLE", "the agent is stopping");
}

function unknownJob(jobId: string): MeshError {
  return new MeshError("NOT_FOUND", `no job ${JSON.stringify(jobId.slice(0, 128))}`);
}

function endedAlready({ jobId, state }: JobRecord): MeshError {
  return new MeshError("FAILED_PRECONDITION", `job ${jobId} is ${state} already`);
}

/** What is written of a task. One that is finished does not change any more, and needs no copy. */
function changeOf(task: Task): TaskChange {
  if (isFinished(task.state)) return task;
  const { ordinal, state, attempt, deviceId, deviceName, result, error, failedAttempts } = task;
  const { outputFile } = task;
  return {
    jobId: task.jobId,
    ordinal,
    state,
    attempt,
    deviceId,
    deviceName,
    result,
    error,
    failedAttempts,
    outputFile,
  };
}
