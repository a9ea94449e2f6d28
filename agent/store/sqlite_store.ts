import { type ErrorCode, MeshError } from "../core/errors.ts";
import {
  devicePart,
  devicesOf,
  insertParts,
  jobsOf,
  type Part,
  removalPart,
  tasksOf,
  updateParts,
} from "./flat_rows.ts";
import type { SqliteChannel } from "./sqlite_channel.ts";
import type { Failure, Page, Query, Reply } from "./sqlite_messages.ts";
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

/** One commit takes at most this much of what waits; a write that is larger has a commit of its own. */
const ROWS_A_COMMIT = 5_000;
const CHARACTERS_A_COMMIT = 4 * 1024 * 1024;

interface PendingWrite {
  /** Made when the call was, so that a small write keeps what it was given then. */
  readonly head: Part;
  /** What comes after the head of a write that is too large for one message. */
  readonly rest: Iterator<Part>;
  readonly resolve: () => void;
  readonly reject: (error: MeshError) => void;
}

/**
 * The store in one SQLite file, which one worker thread owns. While a commit is under way, whatever is called is
 * gathered and shares the next one. Reads see every write that was called before them.
 */
export class SqliteStore implements Store {
  readonly #channel: SqliteChannel;
  readonly #path: string;
  #queue: PendingWrite[] = [];
  #draining = false;
  /** Settles with the write that was called last. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  /** Settles with the read that was called last; the worker serves one read at a time. */
  #lastRead: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #commits = 0;

  /** Takes over a channel whose worker has opened the file at `path`; see `openStore`. */
  constructor(channel: SqliteChannel, path: string) {
    this.#channel = channel;
    this.#path = path;
  }

  /** Transactions committed so far: far fewer than writes when many are called at once. */
  get commits(): number {
    return this.#commits;
  }

  insertJob(job: JobRecord, tasks: readonly TaskRecord[]): Promise<void> {
    return this.#write(() => insertParts(job, tasks));
  }

  update(change: { readonly jobs?: readonly JobChange[]; readonly tasks?: readonly TaskChange[] }): Promise<void> {
    return this.#write(() => updateParts(change.jobs ?? [], change.tasks ?? []));
  }

  putDevice(device: DeviceRecord): Promise<void> {
    return this.#write(() => [devicePart(device)].values());
  }

  removeDevice(deviceId: string): Promise<void> {
    return this.#write(() => [removalPart(deviceId)].values());
  }

  async job(jobId: string): Promise<StoredJob | undefined> {
    return (await this.#readJobs({ what: "job", jobId }))[0];
  }

  unfinishedJobs(): Promise<StoredJob[]> {
    return this.#readJobs({ what: "unfinished" });
  }

  async listJobs(query: { readonly state?: JobState; readonly limit: number }): Promise<JobOverview[]> {
    const overviews: JobOverview[] = [];
    await this.#read({ what: "jobs", state: query.state, limit: query.limit }, (page) => {
      for (const { overview } of jobsOf(page.values)) overviews.push(overview);
    });
    return overviews;
  }

  async devices(): Promise<DeviceRecord[]> {
    const devices: DeviceRecord[] = [];
    await this.#read({ what: "devices" }, (page) => void devices.push(...devicesOf(page.values)));
    return devices;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await Promise.all([this.#lastWrite, this.#lastRead]);
    const { failure } = await this.#channel.ask({ op: "close" });
    this.#channel.end();
    if (failure) throw this.#error("close", failure);
  }

  #write(begin: () => Iterator<Part>): Promise<void> {
    if (this.#closing) return Promise.reject(this.#closed());
    const written = new Promise<void>((resolve, reject) => {
      const rest = begin();
      const first = rest.next();
      if (first.done) return resolve();
      this.#queue.push({ head: first.value, rest, resolve, reject });
      if (!this.#draining) this.#drain();
    });
    this.#lastWrite = written.catch(() => {});
    return written;
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    // One microtask later, what is called in the same go shares the first commit.
    await Promise.resolve();
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      if (first.head.last) await this.#commit(this.#takeSmall());
      else await this.#commitLarge(this.#queue.shift() as PendingWrite);
    }
    this.#draining = false;
  }

  /** Takes the small writes at the front of the queue, at least one. */
  #takeSmall(): PendingWrite[] {
    let rows = 0;
    let characters = 0;
    let count = 0;
    for (const { head } of this.#queue) {
      rows += head.rows;
      characters += head.characters;
      if (!head.last || (count > 0 && (rows > ROWS_A_COMMIT || characters > CHARACTERS_A_COMMIT))) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #commit(writes: readonly PendingWrite[]): Promise<void> {
    const reply = await this.#channel.ask({ op: "commit", writes: writes.map(({ head }) => head.write) });
    this.#commits += reply.commits ?? 0;
    writes.forEach((write, i) => this.#settle(write, reply.failure ?? reply.failures?.[i] ?? undefined));
  }

  /** Sends the parts one ahead of the worker, so that this thread prepares while the other one writes. */
  async #commitLarge(write: PendingWrite): Promise<void> {
    let before: Promise<Reply> | undefined;
    try {
      for (let part = write.head, first = true;; first = false) {
        const sent = this.#channel.ask({ op: "part", write: part.write, first, last: part.last });
        const { failure } = await (part.last ? sent : before) ?? {};
        if (failure) {
          await sent;
          return this.#settle(write, failure);
        }
        if (part.last) break;
        before = sent;
        part = (write.rest.next() as IteratorYieldResult<Part>).value;
      }
      this.#commits++;
      this.#settle(write, undefined);
    } catch (error) {
      await this.#channel.ask({ op: "abandon" });
      this.#settle(write, { kind: "other", message: error instanceof Error ? error.message : String(error) });
    }
  }

  #settle(write: PendingWrite, failure: Failure | undefined): void {
    if (failure) write.reject(this.#error("write to", failure));
    else write.resolve();
  }

  async #readJobs(query: Query): Promise<StoredJob[]> {
    const jobs = new Map<number, StoredJob>();
    await this.#read(query, (page) => {
      if (page.of === "jobs") {
        for (const { key, overview } of jobsOf(page.values)) {
          const { tasksTotal: _total, tasksDone: _done, tasksFailed: _failed, ...job } = overview;
          jobs.set(key, { job, tasks: [] });
        }
      } else {
        for (const { jobKey, task } of tasksOf(page.values)) jobs.get(jobKey)?.tasks.push(task);
      }
    });
    return [...jobs.values()];
  }

  #read(query: Query, take: (page: Page) => void): Promise<void> {
    if (this.#closing) return Promise.reject(this.#closed());
    const writesBefore = this.#lastWrite;
    const readBefore = this.#lastRead;
    const read = (async () => {
      await writesBefore;
      await readBefore;
      for (let reply = await this.#channel.ask({ op: "read", query });;) {
        if (reply.failure) throw this.#error("read", reply.failure);
        if (!reply.page) return;
        // Asked for before this page is taken in: the worker reads on meanwhile.
        const next = this.#channel.ask({ op: "next page" });
        take(reply.page);
        reply = await next;
      }
    })();
    this.#lastRead = read.catch(() => {});
    return read;
  }

  #closed(): MeshError {
    return new MeshError("UNAVAILABLE", `The store "${this.#path}" is closed`);
  }

  #error(action: string, failure: Failure): MeshError {
    return storeError(`Cannot ${action} the store "${this.#path}"`, failure);
  }
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
