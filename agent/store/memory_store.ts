import { MeshError } from "../core/errors.ts";
import type {
  DeviceRecord,
  JobChange,
  JobOverview,
  JobRecord,
  JobState,
  Store,
  StoredJob,
  TaskChange,
  TaskRecord,
} from "./store.ts";

/** So many tasks are copied before other work gets its turn: a few ms. */
const TASKS_A_TURN = 5_000;

interface KeptJob {
  job: JobRecord;
  readonly tasks: Map<number, TaskRecord>;
  done: number;
  failed: number;
}

/**
 * A store that ends with the process, for tests and for agents that need not remember. What it is given and what it
 * gives are copies. Calls take effect one after the other, in the order in which they were made.
 */
export class MemoryStore implements Store {
  readonly #jobs = new Map<string, KeptJob>();
  readonly #devices = new Map<string, DeviceRecord>();
  #lastCall: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  insertJob(job: JobRecord, tasks: readonly TaskRecord[]): Promise<void> {
    const kept: KeptJob = { job: { ...job }, tasks: new Map(), done: 0, failed: 0 };
    return this.#inTurn(async () => {
      if (this.#jobs.has(job.jobId)) throw refused(`job ${job.jobId} is there already`);
      await inTurns(tasks, (task) => {
        if (kept.tasks.has(task.ordinal)) throw refused(`job ${job.jobId} has two tasks ${task.ordinal}`);
        kept.tasks.set(task.ordinal, copyTask(task));
        count(kept, task.state, 1);
      });
      this.#jobs.set(job.jobId, kept);
    });
  }

  update(change: { readonly jobs?: readonly JobChange[]; readonly tasks?: readonly TaskChange[] }): Promise<void> {
    const jobs = change.jobs?.map((job) => ({ ...job })) ?? [];
    return this.#inTurn(async () => {
      for (const { jobId, ...changed } of jobs) {
        const kept = this.#jobs.get(jobId);
        if (kept) Object.assign(kept.job, changed);
      }
      await inTurns(change.tasks ?? [], ({ jobId, ordinal, ...changed }) => {
        const kept = this.#jobs.get(jobId);
        const task = kept?.tasks.get(ordinal);
        if (!kept || !task) return;
        count(kept, task.state, -1);
        Object.assign(task, changed);
        count(kept, task.state, 1);
      });
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
      const found = [...this.#jobs.values()].filter(({ job }) => job.state === "QUEUED" || job.state === "RUNNING");
      const jobs: StoredJob[] = [];
      for (const kept of found.sort((a, b) => byAge(a.job, b.job))) jobs.push(await copyJob(kept));
      return jobs;
    });
  }

  listJobs({ state, limit }: { readonly state?: JobState; readonly limit: number }): Promise<JobOverview[]> {
    return this.#inTurn(() =>
      [...this.#jobs.values()]
        .filter(({ job }) => state === undefined || job.state === state)
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

  putDevice(device: DeviceRecord): Promise<void> {
    const copy = structuredClone(device);
    return this.#inTurn(() => void this.#devices.set(copy.info.device_id, copy));
  }

  removeDevice(deviceId: string): Promise<void> {
    return this.#inTurn(() => void this.#devices.delete(deviceId));
  }

  devices(): Promise<DeviceRecord[]> {
    return this.#inTurn(() =>
      [...this.#devices.values()]
        .sort((a, b) => compare(a.info.device_id, b.info.device_id))
        .map((device) => structuredClone(device))
    );
  }

  close(): Promise<void> {
    return this.#closing ??= this.#lastCall.then(() => {});
  }

  #inTurn<T>(run: () => T | Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(new MeshError("UNAVAILABLE", "The store is closed"));
    const result = this.#lastCall.then(run);
    this.#lastCall = result.catch(() => {});
    return result;
  }
}

/** Calls `use` with each item, giving other work a turn now and then. */
async function inTurns<T>(items: Iterable<T>, use: (item: T) => void): Promise<void> {
  let count = 0;
  for (const item of items) {
    if (++count % TASKS_A_TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    use(item);
  }
}

async function copyJob({ job, tasks }: KeptJob): Promise<StoredJob> {
  const copies: TaskRecord[] = [];
  await inTurns(tasks.values(), (task) => copies.push(copyTask(task)));
  return { job: { ...job }, tasks: copies.sort((a, b) => a.ordinal - b.ordinal) };
}

function copyTask(task: TaskRecord): TaskRecord {
  return { ...task, spec: { ...task.spec } };
}

function count(job: KeptJob, state: JobState, by: number): void {
  if (state === "DONE") job.done += by;
  else if (state === "FAILED") job.failed += by;
}

/** Oldest first. */
function byAge(a: JobRecord, b: JobRecord): number {
  return a.createdAt - b.createdAt || compare(a.jobId, b.jobId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function refused(why: string): MeshError {
  return new MeshError("INTERNAL", `Cannot write to the store: ${why}`);
}
