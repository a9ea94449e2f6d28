import type { DatabaseSync, StatementSync } from "node:sqlite";
import { MultiRowInsert, type RowLayout } from "./multi_row_insert.ts";
import { type KnownJob, OutcomeWrites } from "./outcome_writes.ts";
import { PredictionWrites } from "./prediction_writes.ts";
import {
  type Flat,
  JOB_CHANGE_WIDTH,
  JOB_WIDTH,
  LEASE_WIDTH,
  MODEL_RATES_WIDTH,
  type OutcomeRun,
  REDUCED_WIDTH,
  type TaskRun,
  TICKET_WIDTH,
  type Write,
} from "./sqlite_messages.ts";
import { stored } from "./sqlite_text.ts";

const INSERT_JOB = `INSERT INTO jobs VALUES (${placeholders(JOB_WIDTH)})`;

const TASKS: RowLayout = {
  table: "tasks",
  shared: ["group_position", "kind", "target_device_id", "prompt_tokens", "max_output_tokens", "timeout_ms"],
  own: ["task_id", "input"],
};

const KNOWN_JOB = `SELECT key, tasks_total, (
    SELECT max(key) & 4294967295 FROM tasks WHERE key >= jobs.key << 32 AND key < (jobs.key + 1) << 32
  ) AS last_ordinal FROM jobs WHERE job_id = ?`;

/** Behind the leases that its job has, unless the job has ended. */
const INSERT_LEASE = `INSERT INTO leases
  SELECT ifnull((SELECT max(key) FROM leases WHERE key >= ?1 << 32 AND key < (?1 + 1) << 32) + 1, ?1 << 32), ?2, ?3, ?4, ?5
  FROM jobs WHERE key = ?1 AND state IN ('QUEUED', 'RUNNING')`;

const PUT_SUBMISSION = `INSERT INTO submissions VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (client, name) DO UPDATE SET job_key = ?3, made_at = ?4`;

const PUT_DEVICE = `INSERT INTO devices VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (device_id) DO UPDATE SET info = ?2, registered_at = ?3, last_seen = ?4`;

const PUT_MODEL_RATES = `INSERT OR REPLACE INTO model_rates VALUES (${placeholders(MODEL_RATES_WIDTH)})`;

const PUT_TICKET = `INSERT INTO tickets VALUES (${placeholders(TICKET_WIDTH)})`;

/** How many jobs are remembered between transactions, so that a change costs no look-up of its job. */
const REMEMBERED_JOBS = 10_000;

/** Applies writes inside a transaction that the caller begins and ends. */
export class WriteStatements {
  readonly #insertJob: StatementSync;
  readonly #changeJob: StatementSync;
  readonly #setReduced: StatementSync;
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
  readonly #putModelRates: StatementSync;
  readonly #putTicket: StatementSync;
  readonly #removeTicket: StatementSync;
  readonly #removeTickets: StatementSync;
  readonly #insertTasks: MultiRowInsert;
  readonly #outcomes: OutcomeWrites;
  readonly #predictions: PredictionWrites;
  readonly #known = new Map<string, KnownJob>();

  constructor(db: DatabaseSync) {
    this.#insertJob = db.prepare(INSERT_JOB);
    this.#insertTasks = new MultiRowInsert(db, TASKS);
    this.#outcomes = new OutcomeWrites(db);
    this.#predictions = new PredictionWrites(db);
    this.#changeJob = db.prepare("UPDATE jobs SET state = ?2, finished_at = ?3, reason = ?4 WHERE job_id = ?1");
    this.#setReduced = db.prepare("UPDATE jobs SET reduced = ?2 WHERE job_id = ?1");
    this.#keyOf = db.prepare(KNOWN_JOB);
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
    this.#putModelRates = db.prepare(PUT_MODEL_RATES);
    this.#putTicket = db.prepare(PUT_TICKET);
    this.#removeTicket = db.prepare("DELETE FROM tickets WHERE token_hash = ?");
    this.#removeTickets = db.prepare("DELETE FROM tickets WHERE expires_at < ?");
  }

  apply(write: Write): void {
    if (write.hiddenJob) this.#beginHidden(write.hiddenJob.key, write.hiddenJob.jobId);
    if (write.newTasks) this.#addTasks(write.newTasks);
    if (write.newJob) this.#addJob(write.newJob, write.newTasks?.tasks ?? []);
    if (write.submission) this.#putSubmission.run(...write.submission.map(stored));
    if (write.jobChanges) this.#changeJobs(write.jobChanges);
    if (write.reduced) this.#setReducedOf(write.reduced);
    if (write.taskChanges) this.#changeTasks(write.taskChanges);
    if (write.leases) this.#addLeases(write.leases);
    if (write.removedJob !== undefined) this.#hideJob(write.removedJob);
    if (write.forgetSubmissionsBefore !== undefined) this.#forgetSubmissions.run(write.forgetSubmissionsBefore);
    if (write.device) this.#putDevice.run(...write.device.map(stored));
    if (write.removedDevice !== undefined) this.#forgetDevice(write.removedDevice);
    if (write.modelRates) this.#putModelRates.run(...write.modelRates.map(stored));
    if (write.prediction) this.#predictions.add(write.prediction);
    if (write.ticket) this.#putTicket.run(...write.ticket.map(stored));
    if (write.removedTicket !== undefined) this.#removeTicket.run(stored(write.removedTicket));
    if (write.removeTicketsBefore !== undefined) this.#removeTickets.run(write.removeTicketsBefore);
  }

  /** Forgets what is known of jobs, some of which the transaction may have made. */
  rolledBack(): void {
    this.#known.clear();
    this.#outcomes.rolledBack();
  }

  #beginHidden(key: number, jobId: string): void {
    // Otherwise it would be noticed with the last part only.
    if (this.#job(jobId)) throw new Error(`job ${jobId} is there already`);
    this.#hide.run(key);
  }

  #addJob(values: Flat, tasks: readonly TaskRun[]): void {
    this.#insertJob.run(...values.map(stored));
    const key = Number(values[0]);
    this.#show.run(key);
    const ordinals = tasks.flatMap((run) => run.ordinals);
    // Of one that came in parts, the others' ordinals are not known here: it is looked up when it changes.
    if (ordinals.length !== values[10]) return;
    const last = ordinals.reduce((a, b) => Math.max(a, b), -1);
    this.#remember(String(values[1]), { key, places: placesOf(ordinals.length, last) });
  }

  #addTasks({ key, tasks, outcomes }: NonNullable<Write["newTasks"]>): void {
    for (const { shared, ordinals, taskIds, inputs } of tasks) {
      for (let at = 0; at < ordinals.length;) {
        at += this.#insertTasks.some(key, shared, ordinals, [taskIds, inputs], at);
      }
    }
    for (const run of outcomes) this.#outcomes.insert(key, run);
  }

  #changeJobs(values: Flat): void {
    for (let i = 0; i < values.length; i += JOB_CHANGE_WIDTH) {
      this.#changeJob.run(...row(values, i, i + JOB_CHANGE_WIDTH));
      const state = values[i + 1];
      if (state === "QUEUED" || state === "RUNNING") continue;
      const job = this.#job(String(values[i]));
      if (job) this.#endLeases.run(job.key);
    }
  }

  #setReducedOf(values: Flat): void {
    for (let i = 0; i < values.length; i += REDUCED_WIDTH) this.#setReduced.run(...row(values, i, i + REDUCED_WIDTH));
  }

  #changeTasks(runs: readonly OutcomeRun[]): void {
    for (const run of runs) {
      const job = this.#job(run.jobId);
      if (job) this.#outcomes.change(job, run);
    }
    this.#outcomes.count();
  }

  #addLeases(values: Flat): void {
    for (let i = 0; i < values.length; i += LEASE_WIDTH) {
      const job = this.#job(String(values[i]));
      if (job) this.#insertLease.run(job.key, ...row(values, i + 1, i + LEASE_WIDTH));
    }
  }

  #forgetDevice(deviceId: string): void {
    this.#removeDevice.run(stored(deviceId));
    this.#predictions.removeOf(deviceId);
  }

  #hideJob(jobId: string): void {
    const job = this.#job(jobId);
    if (!job) return;
    this.#known.delete(jobId);
    this.#removeJob.run(job.key);
    this.#removeSubmissions.run(job.key);
    this.#hide.run(job.key);
  }

  #job(jobId: string): KnownJob | undefined {
    const known = this.#known.get(jobId);
    if (known) return known;
    const row = this.#keyOf.get(stored(jobId));
    if (!row) return undefined;
    return this.#remember(jobId, {
      key: Number(row.key),
      places: placesOf(Number(row.tasks_total), Number(row.last_ordinal ?? -1)),
    });
  }

  #remember(jobId: string, job: KnownJob): KnownJob {
    if (this.#known.size >= REMEMBERED_JOBS) this.#known.clear();
    this.#known.set(jobId, job);
    return job;
  }
}

function placeholders(count: number): string {
  return Array(count).fill("?").join(", ");
}

/** Ordinals below this are all there; 0 where there are gaps. */
function placesOf(tasks: number, lastOrdinal: number): number {
  return lastOrdinal === tasks - 1 ? tasks : 0;
}

/** The values from `begin` to before `end`, as they go into the database. */
function row(values: Flat, begin: number, end: number): Flat {
  const part = values.slice(begin, end);
  // Where a value is missing, the statement refuses it.
  for (let i = 0; i < part.length; i++) part[i] = stored(part[i] as string | number);
  return part;
}
