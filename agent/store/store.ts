import type { DeviceInfo, ModelRates, OutputFile, TaskSpec } from "../../proto/messages.ts";

/** States of a job. `QUEUED → RUNNING → DONE | FAILED | CANCELLED`. */
export type JobState = "QUEUED" | "RUNNING" | "DONE" | "FAILED" | "CANCELLED";

/** States of a task: the same as a job's. */
export type TaskState = JobState;

/** A job as it is kept, without its tasks. */
export interface JobRecord {
  readonly jobId: string;
  readonly text: string;
  readonly maxWorkers: number;
  readonly reduce: string;
  readonly summary: string;
  /** Unix time in ms. */
  readonly createdAt: number;
  state: JobState;
  /** Unix time in ms; 0 while unfinished. */
  finishedAt: number;
  /** Why the job failed or was cancelled; empty otherwise. */
  reason: string;
  /** The final result, where it is not made of the tasks' results alone (a summary that a model wrote); else empty. */
  reduced: string;
}

/** A task as it is kept. `ordinal` is its place in plan order, from 0; (job, ordinal) identifies it. */
export interface TaskRecord {
  readonly ordinal: number;
  /** Position of its group in ascending order of the plan's group indexes, from 0. */
  readonly group: number;
  readonly spec: TaskSpec;
  state: TaskState;
  /** An attempt ends after this, in ms. */
  readonly timeoutMs: number;
  /** Attempts begun so far. */
  attempt: number;
  deviceId: string;
  deviceName: string;
  result: string;
  error: string;
  /** Attempts that failed, in order. Never changed in place. */
  failedAttempts: readonly FailedAttempt[];
  /** Of a task whose output is kept as a file on its device: `result` only says so. */
  outputFile?: OutputFile | undefined;
}

/** A task of which the output is kept as a file on its device. */
export interface FiledTask {
  readonly taskId: string;
  readonly deviceId: string;
  readonly file: OutputFile;
}

/** Why an attempt at a task came to nothing. */
export interface FailedAttempt {
  /** From 1. */
  readonly attempt: number;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly reason: string;
}

/** Tasks of one job that were given to a device together: of each one attempt more was begun. */
export interface Lease {
  readonly jobId: string;
  readonly deviceId: string;
  readonly deviceName: string;
  /** Which start of the device's program it was; empty where that is not known. */
  readonly instanceId: string;
  readonly ordinals: readonly number[];
}

/** What a client calls a submission, so that it can be made again without a second job. */
export interface SubmissionKey {
  readonly client: string;
  readonly key: string;
}

/** What changed of a task since it was inserted. */
export interface TaskChange {
  readonly jobId: string;
  readonly ordinal: number;
  readonly state: TaskState;
  readonly attempt: number;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly result: string;
  readonly error: string;
  readonly failedAttempts: readonly FailedAttempt[];
  readonly outputFile?: OutputFile | undefined;
}

/** What changed of a job since it was inserted. */
export interface JobChange {
  readonly jobId: string;
  readonly state: JobState;
  readonly finishedAt: number;
  readonly reason: string;
  /** Undefined = as it was. */
  readonly reduced?: string;
}

/** A job with counts of its tasks, for lists. */
export interface JobOverview extends JobRecord {
  readonly tasksTotal: number;
  readonly tasksDone: number;
  readonly tasksFailed: number;
}

export interface StoredJob {
  readonly job: JobRecord;
  /** In plan order, as the last change of each said: what leases say is not in them. */
  readonly tasks: TaskRecord[];
  /** Of an unfinished job, in the order in which they were written; those of a finished one are not kept. */
  readonly leases: Lease[];
}

/** What one call of `update` writes. */
export interface Change {
  readonly jobs?: readonly JobChange[];
  readonly tasks?: readonly TaskChange[];
  readonly leases?: readonly Lease[];
}

/** A place in the list of jobs. */
export interface JobPosition {
  readonly createdAt: number;
  readonly jobId: string;
}

/** A device as it is kept over restarts: what it said of itself and what was measured. */
export interface DeviceRecord {
  readonly info: DeviceInfo;
  /** Unix time in ms. */
  readonly registeredAt: number;
  /** Unix time in ms. */
  readonly lastSeen: number;
}

/** A generation whose time was predicted, and what it really took. */
export interface PredictionRecord {
  readonly deviceId: string;
  readonly model: string;
  /** Unix time in ms of its end. */
  readonly at: number;
  /** Of the generation itself, with loading the model where it was cold, without its wait for a turn; in ms. */
  readonly predictedMs: number;
  /** What it would have taken by the rates alone with the tokens that it had; 0 = it tells nothing of the rates. */
  readonly uncorrectedMs: number;
  /** What it took on the device, in ms. */
  readonly actualMs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** A ticket that was not used yet. */
export interface TicketRecord {
  /** By which it is found: its token itself is not kept. */
  readonly tokenHash: string;
  /** Unix time in ms. */
  readonly expiresAt: number;
  /** What it is for, as JSON. */
  readonly subject: string;
}

/**
 * What must survive a restart. Every write resolves once it is durable (its commit is on disk), and writes become
 * durable in the order in which they were called; whatever is called while a commit is under way shares the next one.
 * A write that fails rejects with a `MeshError` (`RESOURCE_EXHAUSTED` when the disk is full, else `INTERNAL`), and
 * nothing of it is kept; what shared its commit is not affected. Reads see every write that was called before them, and
 * show one moment. After `close` every call rejects with `UNAVAILABLE`. A lone half of a surrogate pair in a text may be
 * kept as U+FFFD; all other texts come back as they were.
 */
export interface Store {
  /** Whether the latest write failed: nothing can be relied on to be kept until one succeeds again. */
  readonly isFailing: boolean;
  /**
   * A job and its tasks become durable together, however many they are; a large one does not hold up other writes until
   * then. Rejects with `INTERNAL` when the id is taken or an ordinal is there twice. With `submission` the job can be
   * found by it; what was found by the same one before no longer is. The records must not change before this resolves:
   * many are not copied at once.
   */
  insertJob(job: JobRecord, tasks: readonly TaskRecord[], submission?: SubmissionKey): Promise<void>;
  /**
   * Unknown ids are ignored. The parts of one call become durable together, jobs first, then tasks, then leases, each in
   * its order. A job that is DONE, FAILED or CANCELLED loses its leases. The changes must not change before this resolves.
   */
  update(change: Change): Promise<void>;
  /** Undefined when there is no such job. */
  job(jobId: string): Promise<StoredJob | undefined>;
  /** Jobs in state QUEUED or RUNNING, oldest first (the reverse order of `listJobs`), with their tasks and leases. */
  unfinishedJobs(): Promise<StoredJob[]>;
  /**
   * Newest first, at most `limit`, only those behind `after`; of the same age, by descending jobId. Cheap however many
   * tasks the jobs have.
   */
  listJobs(query: {
    readonly state?: JobState;
    readonly limit: number;
    readonly after?: JobPosition;
  }): Promise<JobOverview[]>;
  /**
   * Tasks of a job in plan order, only those with an ordinal above `after`; at most `limit`, and none more once their
   * inputs and results together pass `characters`. Empty when there is no such job.
   */
  listTasks(query: {
    readonly jobId: string;
    readonly state?: TaskState;
    readonly after: number;
    readonly limit: number;
    readonly characters: number;
  }): Promise<TaskRecord[]>;
  /** Those tasks of a job whose output is kept as a file on their device, in plan order. Cheap however many others it has. */
  filedTasks(jobId: string): Promise<FiledTask[]>;
  /** The job that was inserted with this key, if that was at `since` (Unix time in ms) or later. */
  submittedJob(submission: SubmissionKey, since: number): Promise<JobRecord | undefined>;
  /** Ids of jobs that finished before this (Unix time in ms), longest ago first, at most `limit`. */
  finishedBefore(time: number, limit: number): Promise<string[]>;
  /** Nothing of it is kept, however large it is; an unknown one is ignored. */
  removeJob(jobId: string): Promise<void>;
  /** Submissions made before this (Unix time in ms) can no longer be found; their jobs stay. */
  forgetSubmissions(before: number): Promise<void>;

  /** Replaces what was kept of the same `device_id`. */
  putDevice(device: DeviceRecord): Promise<void>;
  /** Nothing of it is kept; an unknown one is ignored. */
  removeDevice(deviceId: string): Promise<void>;
  /** By `device_id`. */
  devices(): Promise<DeviceRecord[]>;

  /** Replaces what was kept of the rates of this device's model of that name. */
  putModelRates(model: string, rates: ModelRates): Promise<void>;
  /** Of this device's models, by their name. */
  modelRates(): Promise<ReadonlyMap<string, ModelRates>>;

  /** Adds it, and drops the oldest of the same device and model beyond the latest 1000. */
  addPrediction(prediction: PredictionRecord): Promise<void>;
  /** Oldest first, of each device and model the latest `limit` (at most 1000). */
  predictions(limit: number): Promise<PredictionRecord[]>;

  /** Rejects with `INTERNAL` when there is one with this hash. */
  putTicket(ticket: TicketRecord): Promise<void>;
  /** Nothing of it is kept; an unknown one is ignored. */
  removeTicket(tokenHash: string): Promise<void>;
  /** Nothing is kept of those that expire before this (Unix time in ms). */
  removeTickets(expiringBefore: number): Promise<void>;
  /** The one that expires first comes first; of the same moment, by their hash. */
  tickets(): Promise<TicketRecord[]>;

  /** Waits for pending writes and releases the file. Idempotent. */
  close(): Promise<void>;
}
