import type { DeviceInfo, TaskSpec } from "../../proto/messages.ts";

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
}

/** A task as it is kept. `ordinal` is its place in plan order, from 0; (job, ordinal) identifies it. */
export interface TaskRecord {
  readonly ordinal: number;
  /** Position of its group in ascending order of the plan's group indexes, from 0. */
  readonly group: number;
  readonly spec: TaskSpec;
  state: TaskState;
  /** Attempts begun so far. */
  attempt: number;
  deviceId: string;
  deviceName: string;
  result: string;
  error: string;
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
}

/** What changed of a job since it was inserted. */
export interface JobChange {
  readonly jobId: string;
  readonly state: JobState;
  readonly finishedAt: number;
  readonly reason: string;
}

/** A job with counts of its tasks, for lists. */
export interface JobOverview extends JobRecord {
  readonly tasksTotal: number;
  readonly tasksDone: number;
  readonly tasksFailed: number;
}

export interface StoredJob {
  readonly job: JobRecord;
  /** In plan order. */
  readonly tasks: TaskRecord[];
}

/** A device as it is kept over restarts: what it said of itself and what was measured. */
export interface DeviceRecord {
  readonly info: DeviceInfo;
  /** Unix time in ms. */
  readonly registeredAt: number;
  /** Unix time in ms. */
  readonly lastSeen: number;
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
  /**
   * A job and its tasks become durable together, however many they are. Rejects with `INTERNAL` when the id is taken or
   * an ordinal is there twice. The records must not change before this resolves: many are not copied at once.
   */
  insertJob(job: JobRecord, tasks: readonly TaskRecord[]): Promise<void>;
  /**
   * Unknown ids are ignored. Job and task changes of one call become durable together, applied in their order. The
   * changes must not change before this resolves.
   */
  update(change: { readonly jobs?: readonly JobChange[]; readonly tasks?: readonly TaskChange[] }): Promise<void>;
  /** Undefined when there is no such job. */
  job(jobId: string): Promise<StoredJob | undefined>;
  /** Jobs in state QUEUED or RUNNING, oldest first (the reverse order of `listJobs`), with their tasks. */
  unfinishedJobs(): Promise<StoredJob[]>;
  /** Newest first, at most `limit`; of the same age, by descending jobId. Cheap however many tasks the jobs have. */
  listJobs(query: { readonly state?: JobState; readonly limit: number }): Promise<JobOverview[]>;

  /** Replaces what was kept of the same `device_id`. */
  putDevice(device: DeviceRecord): Promise<void>;
  /** Nothing of it is kept; an unknown one is ignored. */
  removeDevice(deviceId: string): Promise<void>;
  /** By `device_id`. */
  devices(): Promise<DeviceRecord[]>;

  /** Waits for pending writes and releases the file. Idempotent. */
  close(): Promise<void>;
}
