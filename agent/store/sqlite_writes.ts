import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  type Flat,
  JOB_CHANGE_WIDTH,
  LEASE_WIDTH,
  SPEC_WIDTH,
  TASK_CHANGE_WIDTH,
  TASK_WIDTH,
  type Write,
} from "./sqlite_messages.ts";
import { stored } from "./sqlite_text.ts";

const INSERT_JOB = "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const INSERT_TASK = "INSERT INTO tasks VALUES ((? << 32) + ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const INSERT_OUTCOME = "INSERT INTO outcomes VALUES ((? << 32) + ?, ?, ?, ?, ?, ?, ?, ?)";

/** Changes nothing when the task is unknown, or when its outcome counts in its job: the latter is `REPLACE_OUTCOME`. */
const PUT_OUTCOME = `INSERT INTO outcomes SELECT (?1 << 32) + ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
  WHERE EXISTS (SELECT 1 FROM tasks WHERE key = (?1 << 32) + ?2)
  ON CONFLICT (key) DO UPDATE SET state = ?3, attempt = ?4, device_id = ?5, device_name = ?6, result = ?7, error = ?8,
    failed_attempts = ?9
  WHERE state NOT IN ('DONE', 'FAILED')`;

const REPLACE_OUTCOME = `UPDATE outcomes
  SET state = ?3, attempt = ?4, device_id = ?5, device_name = ?6, result = ?7, error = ?8, failed_attempts = ?9
  WHERE key = (?1 << 32) + ?2`;

/** Behind the leases that its job has, unless the job has ended. */
const INSERT_LEASE = `INSERT INTO leases
  SELECT ifnull((SELECT max(key) FROM leases WHERE key >= ?1 << 32 AND key < (?1 + 1) << 32) + 1, ?1 << 32), ?2, ?3, ?4, ?5
  FROM jobs WHERE key = ?1 AND state IN ('QUEUED', 'RUNNING')`;

const PUT_SUBMISSION = `INSERT INTO submissions VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (client, name) DO UPDATE SET job_key = ?3, made_at = ?4`;

const PUT_DEVICE = `INSERT INTO devices VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (device_id) DO UPDATE SET info = ?2, registered_at = ?3, last_seen = ?4`;

/** Job keys that are remembered between transactions, so that a change costs no look-up of its job. */
const REMEMBERED_JOBS = 10_000;

/** How the numbers of finished tasks of a job move. */
interface Counts {
  done: number;
  failed: number;
}

/** Applies writes inside a transaction that the caller begins and ends. */
export class WriteStatements {
  readonly #insertJob: StatementSync;
  readonly #insertTask: StatementSync;
  readonly #insertOutcome: StatementSync;
  readonly #putOutcome: StatementSync;
  readonly #replaceOutcome: StatementSync;
  readonly #stateOf: StatementSync;
  readonly #changeJob: StatementSync;
  readonly #count: StatementSync;
  readonly #keyOf: StatementSync;
  readonly #removeJob: StatementSync;
  readonly #hide: StatementSync;
  readonly #show: StatementSync;
  readonly #insertLease: StatementSync;
  readonly #endLeases: StatementSync;
  readonly #putSubmission: StatementSync;
  readonly #removeSubmissions: StatementSync;
  readonly #forgetSubmissions: StatementSync;
  readonly #putDevice: StatementSync;
  readonly #removeDevice: StatementSync;
  readonly #keys = new Map<string, number>();

  constructor(db: DatabaseSync) {
    this.#insertJob = db.prepare(INSERT_JOB);
    this.#insertTask = db.prepare(INSERT_TASK);
    this.#insertOutcome = db.prepare(INSERT_OUTCOME);
    this.#putOutcome = db.prepare(PUT_OUTCOME);
    this.#replaceOutcome = db.prepare(REPLACE_OUTCOME);
    this.#stateOf = db.prepare("SELECT state FROM outcomes WHERE key = (? << 32) + ?");
    this.#changeJob = db.prepare("UPDATE jobs SET state = ?2, finished_at = ?3, reason = ?4 WHERE job_id = ?1");
    this.#count = db.prepare(
      "UPDATE jobs SET tasks_done = tasks_done + ?2, tasks_failed = tasks_failed + ?3 WHERE key = ?1",
    );
    this.#keyOf = db.prepare("SELECT key FROM jobs WHERE job_id = ?");
    this.#removeJob = db.prepare("DELETE FROM jobs WHERE key = ?");
    this.#hide = db.prepare("INSERT INTO hidden_jobs VALUES (?)");
    this.#show = db.prepare("DELETE FROM hidden_jobs WHERE key = ?");
    this.#insertLease = db.prepare(INSERT_LEASE);
    this.#endLeases = db.prepare("DELETE FROM leases WHERE key >= ?1 << 32 AND key < (?1 + 1) << 32");
    this.#putSubmission = db.prepare(PUT_SUBMISSION);
    this.#removeSubmissions = db.prepare("DELETE FROM submissions WHERE job_key = ?");
    this.#forgetSubmissions = db.prepare("DELETE FROM submissions WHERE made_at < ?");
    this.#putDevice = db.prepare(PUT_DEVICE);
    this.#removeDevice = db.prepare("DELETE FROM devices WHERE device_id = ?");
  }

  apply(write: Write): void {
    if (write.hiddenJob) this.#beginHidden(write.hiddenJob.key, write.hiddenJob.jobId);
    if (write.newTasks) this.#addTasks(write.newTasks.key, write.newTasks.values);
    if (write.newJob) this.#addJob(write.newJob);
    if (write.submission) this.#putSubmission.run(...write.submission.map(stored));
    if (write.jobChanges) this.#changeJobs(write.jobChanges);
    if (write.taskChanges) this.#changeTasks(write.taskChanges);
    if (write.leases) this.#addLeases(write.leases);
    if (write.removedJob !== undefined) this.#hideJob(write.removedJob);
    if (write.forgetSubmissionsBefore !== undefined) this.#forgetSubmissions.run(write.forgetSubmissionsBefore);
    if (write.device) this.#putDevice.run(...write.device.map(stored));
    if (write.removedDevice !== undefined) this.#removeDevice.run(stored(write.removedDevice));
  }

  /** Forgets the keys of jobs, some of which the transaction may have made. */
  rolledBack(): void {
    this.#keys.clear();
  }

  #beginHidden(key: number, jobId: string): void {
    // Otherwise it would be noticed with the last part only.
    if (this.#key(jobId) !== undefined) throw new Error(`job ${jobId} is there already`);
    this.#hide.run(key);
  }

  #addJob(values: Flat): void {
    this.#insertJob.run(...values.map(stored));
    const key = Number(values[0]);
    this.#show.run(key);
    this.#remember(String(values[1]), key);
  }

  #addTasks(job: number, values: Flat): void {
    for (let i = 0; i < values.length; i += TASK_WIDTH) {
      this.#insertTask.run(job, ...row(values, i, i + SPEC_WIDTH));
      const outcome = row(values, i + SPEC_WIDTH, i + TASK_WIDTH);
      if (!isUntried(outcome)) this.#insertOutcome.run(job, values[i] ?? null, ...outcome);
    }
  }

  #changeJobs(values: Flat): void {
    for (let i = 0; i < values.length; i += JOB_CHANGE_WIDTH) {
      this.#changeJob.run(...row(values, i, i + JOB_CHANGE_WIDTH));
      const state = values[i + 1];
      if (state === "QUEUED" || state === "RUNNING") continue;
      const job = this.#key(String(values[i]));
      if (job !== undefined) this.#endLeases.run(job);
    }
  }

  #changeTasks(values: Flat): void {
    const countsOfJobs = new Map<number, Counts>();
    for (let i = 0; i < values.length; i += TASK_CHANGE_WIDTH) {
      const job = this.#key(String(values[i]));
      if (job === undefined) continue;
      const change = row(values, i + 1, i + TASK_CHANGE_WIDTH);
      let before: unknown;
      if (this.#putOutcome.run(job, ...change).changes === 0) {
        before = this.#stateOf.get(job, change[0] ?? null)?.state;
        if (before === undefined) continue;
        this.#replaceOutcome.run(job, ...change);
      }
      let counts = countsOfJobs.get(job);
      if (!counts) countsOfJobs.set(job, counts = { done: 0, failed: 0 });
      add(counts, before, -1);
      add(counts, change[1], 1);
    }
    for (const [job, { done, failed }] of countsOfJobs) {
      if (done !== 0 || failed !== 0) this.#count.run(job, done, failed);
    }
  }

  #addLeases(values: Flat): void {
    for (let i = 0; i < values.length; i += LEASE_WIDTH) {
      const job = this.#key(String(values[i]));
      if (job !== undefined) this.#insertLease.run(job, ...row(values, i + 1, i + LEASE_WIDTH));
    }
  }

  #hideJob(jobId: string): void {
    const job = this.#key(jobId);
    if (job === undefined) return;
    this.#keys.delete(jobId);
    this.#removeJob.run(job);
    this.#removeSubmissions.run(job);
    this.#hide.run(job);
  }

  #key(jobId: string): number | undefined {
    const known = this.#keys.get(jobId);
    if (known !== undefined) return known;
    const row = this.#keyOf.get(stored(jobId));
    if (!row) return undefined;
    this.#remember(jobId, Number(row.key));
    return Number(row.key);
  }

  #remember(jobId: string, key: number): void {
    if (this.#keys.size >= REMEMBERED_JOBS) this.#keys.clear();
    this.#keys.set(jobId, key);
  }
}

/** The values from `begin` to before `end`, as they go into the database. */
function row(values: Flat, begin: number, end: number): Flat {
  const part = values.slice(begin, end);
  // Where a value is missing, the statement refuses it.
  for (let i = 0; i < part.length; i++) part[i] = stored(part[i] as string | number);
  return part;
}

function isUntried([state, attempt, ...texts]: Flat): boolean {
  return state === "QUEUED" && attempt === 0 && texts.every((text) => text === "");
}

function add(counts: Counts, state: unknown, by: number): void {
  if (state === "DONE") counts.done += by;
  else if (state === "FAILED") counts.failed += by;
}
