import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Flat, JOB_CHANGE_WIDTH, TASK_CHANGE_WIDTH, TASK_WIDTH, type Write } from "./sqlite_messages.ts";
import { stored } from "./sqlite_text.ts";

const INSERT_JOB = `INSERT INTO jobs (job_id, text, max_workers, reduce, summary, created_at, state, finished_at,
  reason, tasks_total) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const INSERT_TASK = "INSERT INTO tasks VALUES ((? << 32) + ?, ?, ?, ?, ?, ?, ?, ?)";

/** Changes nothing when the task is unknown, or when its outcome counts in its job: the latter is `REPLACE_OUTCOME`. */
const PUT_OUTCOME = `INSERT INTO outcomes SELECT (?1 << 32) + ?2, ?3, ?4, ?5, ?6, ?7, ?8
  WHERE EXISTS (SELECT 1 FROM tasks WHERE key = (?1 << 32) + ?2)
  ON CONFLICT (key) DO UPDATE SET state = ?3, attempt = ?4, device_id = ?5, device_name = ?6, result = ?7, error = ?8
  WHERE state NOT IN ('DONE', 'FAILED')`;

const REPLACE_OUTCOME = `UPDATE outcomes
  SET state = ?3, attempt = ?4, device_id = ?5, device_name = ?6, result = ?7, error = ?8
  WHERE key = (?1 << 32) + ?2`;

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
  readonly #putOutcome: StatementSync;
  readonly #replaceOutcome: StatementSync;
  readonly #stateOf: StatementSync;
  readonly #changeJob: StatementSync;
  readonly #count: StatementSync;
  readonly #keyOf: StatementSync;
  readonly #putDevice: StatementSync;
  readonly #removeDevice: StatementSync;
  readonly #keys = new Map<string, number>();

  constructor(db: DatabaseSync) {
    this.#insertJob = db.prepare(INSERT_JOB);
    this.#insertTask = db.prepare(INSERT_TASK);
    this.#putOutcome = db.prepare(PUT_OUTCOME);
    this.#replaceOutcome = db.prepare(REPLACE_OUTCOME);
    this.#stateOf = db.prepare("SELECT state FROM outcomes WHERE key = (? << 32) + ?");
    this.#changeJob = db.prepare("UPDATE jobs SET state = ?2, finished_at = ?3, reason = ?4 WHERE job_id = ?1");
    this.#count = db.prepare(
      "UPDATE jobs SET tasks_done = tasks_done + ?2, tasks_failed = tasks_failed + ?3 WHERE key = ?1",
    );
    this.#keyOf = db.prepare("SELECT key FROM jobs WHERE job_id = ?");
    this.#putDevice = db.prepare(PUT_DEVICE);
    this.#removeDevice = db.prepare("DELETE FROM devices WHERE device_id = ?");
  }

  apply(write: Write): void {
    if (write.newJob) this.#addJob(write.newJob);
    if (write.newTasks) this.#addTasks(write.newTasks.jobId, write.newTasks.values);
    if (write.jobChanges) {
      for (let i = 0; i < write.jobChanges.length; i += JOB_CHANGE_WIDTH) {
        this.#changeJob.run(...row(write.jobChanges, i, i + JOB_CHANGE_WIDTH));
      }
    }
    if (write.taskChanges) this.#changeTasks(write.taskChanges);
    if (write.device) this.#putDevice.run(...write.device.map(stored));
    if (write.removedDevice !== undefined) this.#removeDevice.run(stored(write.removedDevice));
  }

  /** Forgets the keys of jobs, some of which the transaction may have made. */
  rolledBack(): void {
    this.#keys.clear();
  }

  #addJob(values: Flat): void {
    this.#remember(String(values[0]), Number(this.#insertJob.run(...values.map(stored)).lastInsertRowid));
  }

  #addTasks(jobId: string, values: Flat): void {
    const job = this.#key(jobId);
    if (job === undefined) throw new Error(`no job ${jobId}`);
    const counts = { done: 0, failed: 0 };
    for (let i = 0; i < values.length; i += TASK_WIDTH) {
      this.#insertTask.run(job, ...row(values, i, i + 8));
      const ordinal = values[i] ?? null;
      const outcome = row(values, i + 8, i + TASK_WIDTH);
      if (isUntried(outcome)) continue;
      this.#putOutcome.run(job, ordinal, ...outcome);
      add(counts, outcome[0], 1);
    }
    this.#addCounts(job, counts);
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
    for (const [job, counts] of countsOfJobs) this.#addCounts(job, counts);
  }

  #addCounts(job: number, counts: Counts): void {
    if (counts.done !== 0 || counts.failed !== 0) this.#count.run(job, counts.done, counts.failed);
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

function isUntried([state, attempt, deviceId, deviceName, result, error]: Flat): boolean {
  return state === "QUEUED" && attempt === 0 && deviceId === "" && deviceName === "" && result === "" && error === "";
}

function add(counts: Counts, state: unknown, by: number): void {
  if (state === "DONE") counts.done += by;
  else if (state === "FAILED") counts.failed += by;
}
