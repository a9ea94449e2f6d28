import type { ModelRates } from "../../proto/messages.ts";
import { type ErrorCode, MeshError } from "../core/errors.ts";
import {
  devicePart,
  devicesOf,
  filedTasksOf,
  insertParts,
  jobsOf,
  leasesOf,
  modelRatesOf,
  modelRatesPart,
  predictionPart,
  predictionsOf,
  smallPart,
  tasksOf,
  ticketPart,
  ticketsOf,
  updateParts,
} from "./flat_rows.ts";
import type { SqliteChannel } from "./sqlite_channel.ts";
import type { Failure, Page, Query } from "./sqlite_messages.ts";
import type {
  Change,
  DeviceRecord,
  FiledTask,
  JobOverview,
  JobPosition,
  JobRecord,
  JobState,
  PredictionRecord,
  Store,
  StoredJob,
  SubmissionKey,
  TaskRecord,
  TaskState,
  TicketRecord,
} from "./store.ts";
import { type NewWrite, WriteQueue } from "./write_queue.ts";

/** The store in one SQLite file, which one worker thread owns. */
export class SqliteStore implements Store {
  readonly #channel: SqliteChannel;
  readonly #path: string;
  readonly #queue: WriteQueue;
  #nextKey: number;
  /** Settles with the read that began last; the worker serves one read at a time. */
  #lastRead: Promise<unknown> = Promise.resolve();
  readonly #reads = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;
  #isFailing = false;

  /**
   * Takes over a channel whose worker has opened the file at `path`; see `openStore`.
   *
   * @param nextKey the first key that no job has, nor will be swept of one
   * @param onNotice is told of what went wrong in no call
   */
  constructor(channel: SqliteChannel, path: string, nextKey: number, onNotice: (message: string) => void) {
    this.#channel = channel;
    this.#path = path;
    this.#nextKey = nextKey;
    this.#queue = new WriteQueue({
      ask: (request) => channel.ask(request),
      errorOf: (failure) => this.#error("write to", failure),
      sweepFailed: (failure) =>
        onNotice(
          `${this.#error("remove what removed jobs left from", failure).message}; it is tried again at the next start`,
        ),
    });
    this.#queue.sweep();
  }

  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Transactions committed so far: far fewer than writes when many are called at once. */
  get commits(): number {
    return this.#queue.commits;
  }

  insertJob(job: JobRecord, tasks: readonly TaskRecord[], submission?: SubmissionKey): Promise<void> {
    const hiddenKey = this.#nextKey++;
    const names = submission ? [job.jobId, nameOf(submission)] : [job.jobId];
    return this.#write({ begin: () => insertParts(hiddenKey, job, tasks, submission), names: () => names, hiddenKey });
  }

  update(change: Change): Promise<void> {
    return this.#write({ begin: () => updateParts(change), names: () => jobsIn(change) });
  }

  removeJob(jobId: string): Promise<void> {
    const begin = () => [smallPart({ removedJob: jobId })].values();
    return this.#write({ begin, names: () => [jobId], leavesRows: true });
  }

  forgetSubmissions(before: number): Promise<void> {
    return this.#write({ begin: () => [smallPart({ forgetSubmissionsBefore: before })].values(), names: () => [] });
  }

  putDevice(device: DeviceRecord): Promise<void> {
    return this.#write({ begin: () => [devicePart(device)].values(), names: () => [] });
  }

  removeDevice(deviceId: string): Promise<void> {
    return this.#write({ begin: () => [smallPart({ removedDevice: deviceId })].values(), names: () => [] });
  }

  putModelRates(model: string, rates: ModelRates): Promise<void> {
    return this.#write({ begin: () => [modelRatesPart(model, rates)].values(), names: () => [] });
  }

  addPrediction(prediction: PredictionRecord): Promise<void> {
    return this.#write({ begin: () => [predictionPart(prediction)].values(), names: () => [] });
  }

  putTicket(ticket: TicketRecord): Promise<void> {
    return this.#write({ begin: () => [ticketPart(ticket)].values(), names: () => [] });
  }

  removeTicket(tokenHash: string): Promise<void> {
    return this.#write({ begin: () => [smallPart({ removedTicket: tokenHash })].values(), names: () => [] });
  }

  removeTickets(expiringBefore: number): Promise<void> {
    const write = smallPart({ removeTicketsBefore: expiringBefore });
    return this.#write({ begin: () => [write].values(), names: () => [] });
  }

  async job(jobId: string): Promise<StoredJob | undefined> {
    return (await this.#readJobs({ what: "job", jobId }, [jobId]))[0];
  }

  unfinishedJobs(): Promise<StoredJob[]> {
    return this.#readJobs({ what: "unfinished" }, "all");
  }

  async listJobs(
    { state, limit, after }: { readonly state?: JobState; readonly limit: number; readonly after?: JobPosition },
  ): Promise<JobOverview[]> {
    const overviews: JobOverview[] = [];
    await this.#read({ what: "jobs", state, limit, after }, "all", (page) => {
      for (const { overview } of jobsOf(page.values)) overviews.push(overview);
    });
    return overviews;
  }

  async listTasks(query: {
    readonly jobId: string;
    readonly state?: TaskState;
    readonly after: number;
    readonly limit: number;
    readonly characters: number;
  }): Promise<TaskRecord[]> {
    const tasks: TaskRecord[] = [];
    const { jobId, state, after, limit, characters } = query;
    await this.#read({ what: "tasks", jobId, state, after, limit, characters }, [jobId], (page) => {
      for (const { task } of tasksOf(page.values)) tasks.push(task);
    });
    return tasks;
  }

  async filedTasks(jobId: string): Promise<FiledTask[]> {
    const tasks: FiledTask[] = [];
    await this.#read({ what: "filed tasks", jobId }, [jobId], (page) => void tasks.push(...filedTasksOf(page.values)));
    return tasks;
  }

  async submittedJob(submission: SubmissionKey, since: number): Promise<JobRecord | undefined> {
    const { client, key } = submission;
    const [found] = await this.#readJobs({ what: "submitted", client, key, since }, [nameOf(submission)]);
    return found?.job;
  }

  async finishedBefore(time: number, limit: number): Promise<string[]> {
    const ids: string[] = [];
    await this.#read(
      { what: "finished", before: time, limit },
      "all",
      (page) => void ids.push(...page.values.map(String)),
    );
    return ids;
  }

  async devices(): Promise<DeviceRecord[]> {
    const devices: DeviceRecord[] = [];
    await this.#read({ what: "devices" }, [], (page) => void devices.push(...devicesOf(page.values)));
    return devices;
  }

  async modelRates(): Promise<ReadonlyMap<string, ModelRates>> {
    const rates = new Map<string, ModelRates>();
    await this.#read({ what: "model rates" }, [], (page) => {
      for (const [model, measured] of modelRatesOf(page.values)) rates.set(model, measured);
    });
    return rates;
  }

  async predictions(limit: number): Promise<PredictionRecord[]> {
    const predictions: PredictionRecord[] = [];
    const take = (page: Page) => void predictions.push(...predictionsOf(page.values));
    await this.#read({ what: "predictions", limit }, [], take);
    return predictions;
  }

  async tickets(): Promise<TicketRecord[]> {
    const tickets: TicketRecord[] = [];
    await this.#read({ what: "tickets" }, [], (page) => void tickets.push(...ticketsOf(page.values)));
    return tickets;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await Promise.all([this.#queue.end(), Promise.allSettled(this.#reads)]);
    const { failure } = await this.#channel.ask({ op: "close" });
    this.#channel.end();
    if (failure) throw this.#error("close", failure);
  }

  async #write(write: NewWrite): Promise<void> {
    if (this.#closing) throw this.#closed();
    try {
      await this.#queue.write(write);
      this.#isFailing = false;
    } catch (error) {
      this.#isFailing = true;
      throw error;
    }
  }

  async #readJobs(query: Query, before: readonly string[] | "all"): Promise<StoredJob[]> {
    const jobs = new Map<number, StoredJob>();
    await this.#read(query, before, (page) => {
      if (page.of === "jobs") {
        for (const { key, overview } of jobsOf(page.values)) {
          const { tasksTotal: _total, tasksDone: _done, tasksFailed: _failed, ...job } = overview;
          jobs.set(key, { job, tasks: [], leases: [] });
        }
      } else if (page.of === "tasks") {
        for (const { jobKey, task } of tasksOf(page.values)) jobs.get(jobKey)?.tasks.push(task);
      } else {
        for (const { jobKey, lease } of leasesOf(page.values)) {
          const stored = jobs.get(jobKey);
          stored?.leases.push({ jobId: stored.job.jobId, ...lease });
        }
      }
    });
    return [...jobs.values()];
  }

  /** @param before what the read is about, or "all": it waits for the writes about it that were called before */
  #read(query: Query, before: readonly string[] | "all", take: (page: Page) => void): Promise<void> {
    if (this.#closing) return Promise.reject(this.#closed());
    const read = this.#queue.before(before).then(() => {
      const pages = this.#lastRead.then(() => this.#readPages(query, take));
      this.#lastRead = pages.catch(() => {});
      return pages;
    });
    this.#reads.add(read);
    return read.finally(() => this.#reads.delete(read));
  }

  async #readPages(query: Query, take: (page: Page) => void): Promise<void> {
    for (let reply = await this.#channel.ask({ op: "read", query });;) {
      if (reply.failure) throw this.#error("read", reply.failure);
      if (!reply.page) return;
      // Asked for before this page is taken in: the worker reads on meanwhile.
      const next = this.#channel.ask({ op: "next page" });
      take(reply.page);
      reply = await next;
    }
  }

  #closed(): MeshError {
    return new MeshError("UNAVAILABLE", `The store "${this.#path}" is closed`);
  }

  #error(action: string, failure: Failure): MeshError {
    return storeError(`Cannot ${action} the store "${this.#path}"`, failure);
  }
}

function jobsIn({ jobs = [], tasks = [], leases = [] }: Change): Set<string> {
  const ids = new Set<string>();
  for (const list of [jobs, tasks, leases]) for (const { jobId } of list) ids.add(jobId);
  return ids;
}

/** What no job's id can be: ids hold no NUL. */
function nameOf({ client, key }: SubmissionKey): string {
  return `\0${JSON.stringify([client, key])}`;
}

/** The error for a failure that the worker reported: what was being done, why it failed and what to do. */
export function storeError(what: string, { kind, message }: Failure): MeshError {
  const make = (why: string, code: ErrorCode = "INTERNAL") => new MeshError(code, `${what}: ${why}`);
  switch (kind) {
    case "full":
      return make("the disk is full; make room and try again", "RESOURCE_EXHAUSTED");
    case "locked":
      return make("another program has it locked; end that program");
    case "damaged":
      return make(`the file is damaged (${message}); restart to put it aside and begin a new one`);
    case "newer":
      return make("it was made by a newer version of edgemesh; update this one", "FAILED_PRECONDITION");
    case "foreign":
      return make("it is the database of another program; move it away", "FAILED_PRECONDITION");
    case "other":
      return make(message);
  }
}
