import type { ModelRates } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { inTurns } from "./in_turns.ts";
import { MemoryPredictions } from "./memory_predictions.ts";
import { MemoryTickets } from "./memory_tickets.ts";
import { isOrdinal } from "./ordinal_text.ts";
import type {
  Change,
  DeviceRecord,
  FiledTask,
  JobChange,
  JobOverview,
  JobPosition,
  JobRecord,
  JobState,
  Lease,
  PredictionRecord,
  Store,
  StoredJob,
  SubmissionKey,
  TaskChange,
  TaskRecord,
  TaskState,
  TicketRecord,
} from "./store.ts";

interface KeptJob {
  job: JobRecord;
  readonly tasks: Map<number, TaskRecord>;
  leases: Lease[];
  done: number;
  failed: number;
}

/**
 * A store that ends with the process, for tests and for agents that need not remember. What it is given and what it
 * gives are copies. Calls take effect one after the other, in the order in which they were made: a large insert is only
 * a matter of copying, and others wait for it.
 */
export class MemoryStore implements Store {
  readonly isFailing = false;
  readonly #jobs = new Map<string, KeptJob>();
  /** Jobs by what `nameOf` makes of a submission. */
  readonly #submissions = new Map<string, JobRecord>();
  readonly #devices = new Map<string, DeviceRecord>();
  readonly #modelRates = new Map<string, ModelRates>();
  readonly #predictions = new MemoryPredictions();
  readonly #tickets = new MemoryTickets();
  #lastCall: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  insertJob(job: JobRecord, tasks: readonly TaskRecord[], submission?: SubmissionKey): Promise<void> {
    const kept: KeptJob = { job: { ...job }, tasks: new Map(), leases: [], done: 0, failed: 0 };
    const name = submission && nameOf(submission);
    return this.#inTurn(async () => {
      if (this.#jobs.has(job.jobId)) throw refused(`job ${job.jobId} is there already`);
      await inTurns(tasks, (task) => {
        if (!isOrdinal(task.ordinal)) throw refused(`job ${job.jobId} has a task in place ${task.ordinal}`);
        if (kept.tasks.has(task.ordinal)) throw refused(`job ${job.jobId} has two tasks ${task.ordinal}`);
        kept.tasks.set(task.ordinal, copyTask(task));
        count(kept, task.state, 1);
      });
      this.#jobs.set(job.jobId, kept);
      if (name !== undefined) this.#submissions.set(name, kept.job);
    });
  }

  update(change: Change): Promise<void> {
    const jobs = change.jobs?.map((job) => ({ ...job })) ?? [];
    const leases = change.leases?.map((lease) => ({ ...lease, ordinals: [...lease.ordinals] })) ?? [];
    return this.#inTurn(async () => {
      for (const changed of jobs) this.#changeJob(changed);
      await inTurns(change.tasks ?? [], (changed) => this.#changeTask(changed));
      for (const lease of leases) {
        const kept = this.#jobs.get(lease.jobId);
        if (kept && isUnfinished(kept.job)) kept.leases.push(lease);
      }
    });
  }

  job(jobId: string): Promise<StoredJob | undefined> {
    return this.#inTurn(() => {
      const kept = this.#jobs.get(jobId);
      return kept && copyJob(kept);
    });
  }

  unfinishedJobs(): Promise<StoredJob[]> {
    return this.#inTurn(async () => {
      const found = [...this.#jobs.values()].filter(({ job }) => isUnfinished(job));
      const jobs: StoredJob[] = [];
      for (const kept of found.sort((a, b) => byAge(a.job, b.job))) jobs.push(await copyJob(kept));
      return jobs;
    });
  }

  listJobs(
    { state, limit, after }: { readonly state?: JobState; readonly limit: number; readonly after?: JobPosition },
  ): Promise<JobOverview[]> {
    return this.#inTurn(() =>
      [...this.#jobs.values()]
        .filter(({ job }) => (state === undefined || job.state === state) && (!after || byAge(job, after) < 0))
        .sort((a, b) => byAge(b.job, a.job))
        .slice(0, limit)
        .map(({ job, tasks, done, failed }) => ({
          ...job,
          tasksTotal: tasks.size,
          tasksDone: done,
          tasksFailed: failed,
        }))
    );
  }

  listTasks({ jobId, state, after, limit, characters }: {
    readonly jobId: string;
    readonly state?: TaskState;
    readonly after: number;
    readonly limit: number;
    readonly characters: number;
  }): Promise<TaskRecord[]> {
    return this.#inTurn(() => {
      const found = [...this.#jobs.get(jobId)?.tasks.values() ?? []]
        .filter((task) => task.ordinal > after && (state === undefined || task.state === state))
        .sort((a, b) => a.ordinal - b.ordinal);
      const tasks: TaskRecord[] = [];
      let total = 0;
      for (const task of found) {
        if (tasks.length >= limit || total > characters) break;
        tasks.push(copyTask(task));
        total += task.spec.input.length + task.result.length;
      }
      return tasks;
    });
  }

  filedTasks(jobId: string): Promise<FiledTask[]> {
    return this.#inTurn(() =>
      [...this.#jobs.get(jobId)?.tasks.values() ?? []]
        .sort((a, b) => a.ordinal - b.ordinal)
        .flatMap(({ spec, deviceId, outputFile }) =>
          outputFile ? [{ taskId: spec.task_id, deviceId, file: { ...outputFile } }] : []
        )
    );
  }

  submittedJob(submission: SubmissionKey, since: number): Promise<JobRecord | undefined> {
    const name = nameOf(submission);
    return this.#inTurn(() => {
      const job = this.#submissions.get(name);
      return job && job.createdAt >= since ? { ...job } : undefined;
    });
  }

  finishedBefore(time: number, limit: number): Promise<string[]> {
    return this.#inTurn(() =>
      [...this.#jobs.values()]
        .filter(({ job }) => job.finishedAt > 0 && job.finishedAt < time)
        .sort((a, b) => a.job.finishedAt - b.job.finishedAt || compare(a.job.jobId, b.job.jobId))
        .slice(0, limit)
        .map(({ job }) => job.jobId)
    );
  }

  removeJob(jobId: string): Promise<void> {
    return this.#inTurn(() => {
      this.#jobs.delete(jobId);
      this.#forget((job) => job.jobId === jobId);
    });
  }

  forgetSubmissions(before: number): Promise<void> {
    return this.#inTurn(() => this.#forget((job) => job.createdAt < before));
  }

  putDevice(device: DeviceRecord): Promise<void> {
    const copy = structuredClone(device);
    return this.#inTurn(() => void this.#devices.set(copy.info.device_id, copy));
  }

  removeDevice(deviceId: string): Promise<void> {
    return this.#inTurn(() => {
      this.#devices.delete(deviceId);
      this.#predictions.removeOf(deviceId);
    });
  }

  devices(): Promise<DeviceRecord[]> {
    return this.#inTurn(() =>
      [...this.#devices.values()]
        .sort((a, b) => compare(a.info.device_id, b.info.device_id))
        .map((device) => structuredClone(device))
    );
  }

  putModelRates(model: string, rates: ModelRates): Promise<void> {
    const copy = { ...rates };
    return this.#inTurn(() => void this.#modelRates.set(model, copy));
  }

  modelRates(): Promise<ReadonlyMap<string, ModelRates>> {
    return this.#inTurn(() => new Map([...this.#modelRates].map(([model, rates]) => [model, { ...rates }])));
  }

  addPrediction(prediction: PredictionRecord): Promise<void> {
    const copy = { ...prediction };
    return this.#inTurn(() => this.#predictions.add(copy));
  }

  predictions(limit: number): Promise<PredictionRecord[]> {
    return this.#inTurn(() => this.#predictions.latest(limit));
  }

  putTicket(ticket: TicketRecord): Promise<void> {
    const copy = { ...ticket };
    return this.#inTurn(() => {
      if (!this.#tickets.put(copy)) throw refused(`ticket ${copy.tokenHash} is there already`);
    });
  }

  removeTicket(tokenHash: string): Promise<void> {
    return this.#inTurn(() => this.#tickets.remove(tokenHash));
  }

  removeTickets(expiringBefore: number): Promise<void> {
    return this.#inTurn(() => this.#tickets.removeExpiring(expiringBefore));
  }

  tickets(): Promise<TicketRecord[]> {
    return this.#inTurn(() => this.#tickets.all());
  }

  close(): Promise<void> {
    return this.#closing ??= this.#lastCall.then(() => {});
  }

  #changeJob({ jobId, state, finishedAt, reason, reduced }: JobChange): void {
    const kept = this.#jobs.get(jobId);
    if (!kept) return;
    Object.assign(kept.job, { state, finishedAt, reason, reduced: reduced ?? kept.job.reduced });
    if (!isUnfinished(kept.job)) kept.leases = [];
  }

  #changeTask(change: TaskChange): void {
    const { jobId, ordinal, state, attempt, deviceId, deviceName, result, error, failedAttempts } = change;
    const kept = this.#jobs.get(jobId);
    const task = kept?.tasks.get(ordinal);
    if (!kept || !task) return;
    count(kept, task.state, -1);
    Object.assign(task, { state, attempt, deviceId, deviceName, result, error, failedAttempts });
    if (change.outputFile) task.outputFile = change.outputFile;
    else delete task.outputFile;
    count(kept, task.state, 1);
  }

  #forget(test: (job: JobRecord) => boolean): void {
    for (const [name, job] of this.#submissions) if (test(job)) this.#submissions.delete(name);
  }

  #inTurn<T>(run: () => T | Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(new MeshError("UNAVAILABLE", "The store is closed"));
    const result = this.#lastCall.then(run);
    this.#lastCall = result.catch(() => {});
    return result;
  }
}

async function copyJob({ job, tasks, leases }: KeptJob): Promise<StoredJob> {
  const copies: TaskRecord[] = [];
  await inTurns(tasks.values(), (task) => copies.push(copyTask(task)));
  return {
    job: { ...job },
    tasks: copies.sort((a, b) => a.ordinal - b.ordinal),
    leases: leases.map((lease) => ({ ...lease, ordinals: [...lease.ordinals] })),
  };
}

/** Copies what is kept of a task, whatever else it carries. */
function copyTask(task: TaskRecord): TaskRecord {
  const { ordinal, group, spec, state, timeoutMs, attempt, deviceId, deviceName, result, error, failedAttempts } = task;
  const kept = { ordinal, group, state, timeoutMs, attempt, deviceId, deviceName, result, error, failedAttempts };
  const { outputFile } = task;
  return { ...kept, spec: { ...spec }, ...outputFile && { outputFile: { ...outputFile } } };
}

function count(job: KeptJob, state: JobState, by: number): void {
  if (state === "DONE") job.done += by;
  else if (state === "FAILED") job.failed += by;
}

function isUnfinished({ state }: JobRecord): boolean {
  return state === "QUEUED" || state === "RUNNING";
}

function nameOf({ client, key }: SubmissionKey): string {
  return JSON.stringify([client, key]);
}

/** Oldest first. */
function byAge(a: JobPosition, b: JobPosition): number {
  return a.createdAt - b.createdAt || compare(a.jobId, b.jobId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function refused(why: string): MeshError {
  return new MeshError("INTERNAL", `Cannot write to the store: ${why}`);
}
