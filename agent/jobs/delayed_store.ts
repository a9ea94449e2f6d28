import { MeshError } from "../core/errors.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { Change, JobRecord, Store, SubmissionKey, TaskChange, TaskRecord } from "../store/store.ts";

interface Write {
  readonly apply: () => Promise<void>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** What a test hears of a store. */
export interface StoreEvents {
  /** A job is durable from now on. */
  inserted(job: JobRecord, tasks: readonly TaskRecord[]): void;
  updated(change: Change): void;
}

/** A store in memory whose writes become durable, in their order, when a test says so. */
export class DelayedStore implements Store {
  readonly isFailing = false;
  /** Writes become durable at once. */
  prompt = true;
  readonly #durable = new MemoryStore();
  #waiting: Write[] = [];
  #last: Promise<void> = Promise.resolve();
  /** Counts the processes that used it: one that has ended is told nothing. */
  #process = 0;

  constructor(private readonly events: StoreEvents) {}

  get waiting(): number {
    return this.#waiting.length;
  }

  insertJob(job: JobRecord, tasks: readonly TaskRecord[], submission?: SubmissionKey): Promise<void> {
    const [record, records] = [{ ...job }, tasks.map((task) => ({ ...task }))];
    return this.#write(() => {
      this.events.inserted(record, records);
      return this.#durable.insertJob(record, records, submission);
    });
  }

  update(change: Change): Promise<void> {
    const tasks = change.tasks?.map((task): TaskChange => ({ ...task })) ?? [];
    return this.#write(() => {
      this.events.updated({ ...change, tasks });
      return this.#durable.update({ ...change, tasks });
    });
  }

  /** The next `count` waiting writes become durable. */
  commit(count = Infinity): void {
    for (const { apply, done, failed } of this.#waiting.splice(0, count)) {
      const process = this.#process;
      const tell = (what: () => void) => process === this.#process ? what() : undefined;
      this.#last = this.#last.then(apply).then(() => tell(done), (error) => tell(() => failed(error)));
    }
  }

  /** The next write finds the disk full, and so is not made. */
  refuse(): void {
    this.#waiting.shift()?.failed(new MeshError("RESOURCE_EXHAUSTED", "the disk is full"));
  }

  /** The process ends: `written` of what waits became durable, the rest is gone, and nobody is told. */
  async crash(written: number): Promise<void> {
    this.#process++;
    const lucky = this.#waiting.splice(0, written);
    this.#waiting = [];
    await this.#last;
    for (const { apply } of lucky) await apply();
  }

  job(jobId: string) {
    return this.#read(() => this.#durable.job(jobId));
  }

  unfinishedJobs() {
    return this.#read(() => this.#durable.unfinishedJobs());
  }

  listJobs(query: Parameters<Store["listJobs"]>[0]) {
    return this.#read(() => this.#durable.listJobs(query));
  }

  listTasks(query: Parameters<Store["listTasks"]>[0]) {
    return this.#read(() => this.#durable.listTasks(query));
  }

  filedTasks(jobId: string) {
    return this.#read(() => this.#durable.filedTasks(jobId));
  }

  submittedJob(submission: SubmissionKey, since: number) {
    return this.#read(() => this.#durable.submittedJob(submission, since));
  }

  finishedBefore(time: number, limit: number) {
    return this.#read(() => this.#durable.finishedBefore(time, limit));
  }

  removeJob(jobId: string): Promise<void> {
    return this.#write(() => this.#durable.removeJob(jobId));
  }

  forgetSubmissions(before: number): Promise<void> {
    return this.#write(() => this.#durable.forgetSubmissions(before));
  }

  putDevice(): Promise<void> {
    return Promise.reject(new Error("no test needs it"));
  }

  removeDevice(): Promise<void> {
    return Promise.reject(new Error("no test needs it"));
  }

  devices(): Promise<never[]> {
    return Promise.resolve([]);
  }

  putModelRates(): Promise<void> {
    return Promise.reject(new Error("no test needs it"));
  }

  modelRates(): Promise<ReadonlyMap<string, never>> {
    return Promise.resolve(new Map<string, never>());
  }

  addPrediction(): Promise<void> {
    return Promise.reject(new Error("no test needs it"));
  }

  predictions(): Promise<never[]> {
    return Promise.resolve([]);
  }

  putTicket(): Promise<void> {
    return Promise.reject(new Error("no test needs it"));
  }

  removeTicket(): Promise<void> {
    return Promise.reject(new Error("no test needs it"));
  }

  removeTickets(): Promise<void> {
    return Promise.reject(new Error("no test needs it"));
  }

  tickets(): Promise<never[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    this.commit();
    return this.#last;
  }

  #write(apply: () => Promise<void>): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ apply, done, failed });
      if (this.prompt) this.commit();
    });
  }

  /** Reads see all writes that were called before. */
  async #read<T>(read: () => Promise<T>): Promise<T> {
    const process = this.#process;
    this.commit();
    await this.#last;
    const result = await read();
    return process === this.#process ? result : await new Promise<never>(() => {});
  }
}
