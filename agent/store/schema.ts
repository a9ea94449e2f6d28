import type { DatabaseSync } from "node:sqlite";

/** The schema that this program writes, kept in the file's `user_version`. A file with a higher one is left alone. */
const SCHEMA_VERSION = 4;

/**
 * What leads from each version to the next; the first entry makes version 1 from an empty file. Entries that were
 * released never change.
 *
 * A task is in two tables, both keyed by `job key * 2^32 + ordinal`: `tasks` has what never changes, `outcomes` what
 * does, so that a change does not write a long input again. A task without an outcome is QUEUED and was never tried.
 * A job carries the counts of its tasks, so that a list of jobs reads no task. Leases are keyed like tasks, with a
 * running number of their job in place of the ordinal.
 *
 * A key in `hidden_jobs` is of a job that nobody sees: one that is being inserted or removed in several transactions.
 * Its rows go before the key does, so that no later job can be given a key under which something is left.
 *
 * Predictions are numbered in the order in which they were added, and counted again within their device and model: so
 * the one that is the thousandth before a new one is found without looking at those between.
 */
const MIGRATIONS: readonly (readonly string[])[] = [[
  `CREATE TABLE jobs (
     key INTEGER PRIMARY KEY,
     job_id TEXT NOT NULL UNIQUE,
     text TEXT NOT NULL,
     max_workers INTEGER NOT NULL,
     reduce TEXT NOT NULL,
     summary TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     state TEXT NOT NULL,
     finished_at INTEGER NOT NULL,
     reason TEXT NOT NULL,
     tasks_total INTEGER NOT NULL,
     tasks_done INTEGER NOT NULL DEFAULT 0,
     tasks_failed INTEGER NOT NULL DEFAULT 0
   ) STRICT`,
  `CREATE INDEX jobs_by_age ON jobs (created_at, job_id)`,
  `CREATE INDEX jobs_by_state ON jobs (state, created_at, job_id)`,
  `CREATE TABLE tasks (
     key INTEGER PRIMARY KEY,
     group_position INTEGER NOT NULL,
     task_id TEXT NOT NULL,
     kind TEXT NOT NULL,
     input TEXT NOT NULL,
     target_device_id TEXT NOT NULL,
     prompt_tokens INTEGER NOT NULL,
     max_output_tokens INTEGER NOT NULL
   ) STRICT`,
  `CREATE TABLE outcomes (
     key INTEGER PRIMARY KEY,
     state TEXT NOT NULL,
     attempt INTEGER NOT NULL,
     device_id TEXT NOT NULL,
     device_name TEXT NOT NULL,
     result TEXT NOT NULL,
     error TEXT NOT NULL
   ) STRICT`,
  `CREATE TABLE devices (
     device_id TEXT PRIMARY KEY,
     info TEXT NOT NULL,
     registered_at INTEGER NOT NULL,
     last_seen INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
], [
  `ALTER TABLE tasks ADD COLUMN timeout_ms INTEGER NOT NULL DEFAULT 250000`,
  `ALTER TABLE outcomes ADD COLUMN failed_attempts TEXT NOT NULL DEFAULT ''`,
  `CREATE TABLE leases (
     key INTEGER PRIMARY KEY,
     device_id TEXT NOT NULL,
     device_name TEXT NOT NULL,
     instance_id TEXT NOT NULL,
     ordinals TEXT NOT NULL
   ) STRICT`,
  `CREATE TABLE submissions (
     client TEXT NOT NULL,
     name TEXT NOT NULL,
     job_key INTEGER NOT NULL,
     made_at INTEGER NOT NULL,
     PRIMARY KEY (client, name)
   ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX submissions_by_age ON submissions (made_at)`,
  `CREATE INDEX submissions_by_job ON submissions (job_key)`,
  `CREATE TABLE hidden_jobs (key INTEGER PRIMARY KEY) STRICT`,
  `CREATE INDEX jobs_by_end ON jobs (finished_at, job_id) WHERE finished_at > 0`,
], [
  `ALTER TABLE jobs ADD COLUMN reduced TEXT NOT NULL DEFAULT ''`,
  `CREATE TABLE model_rates (
     model TEXT PRIMARY KEY,
     prefill_toks_per_s REAL NOT NULL,
     decode_toks_per_s REAL NOT NULL,
     load_ms REAL NOT NULL,
     overhead_ms REAL NOT NULL,
     characters_per_token REAL NOT NULL,
     output_tokens REAL NOT NULL,
     samples INTEGER NOT NULL,
     measured_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE predictions (
     number INTEGER PRIMARY KEY,
     device_id TEXT NOT NULL,
     model TEXT NOT NULL,
     place INTEGER NOT NULL,
     ended_at INTEGER NOT NULL,
     predicted_ms REAL NOT NULL,
     uncorrected_ms REAL NOT NULL,
     actual_ms REAL NOT NULL,
     prompt_tokens INTEGER NOT NULL,
     output_tokens INTEGER NOT NULL
   ) STRICT`,
  `CREATE UNIQUE INDEX predictions_by_model ON predictions (device_id, model, place)`,
], [
  `CREATE TABLE tickets (
     token_hash TEXT PRIMARY KEY,
     expires_at INTEGER NOT NULL,
     subject TEXT NOT NULL
   ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX tickets_by_expiry ON tickets (expires_at)`,
  `ALTER TABLE outcomes ADD COLUMN output_file TEXT NOT NULL DEFAULT ''`,
  `CREATE INDEX outcomes_with_file ON outcomes (key) WHERE output_file <> ''`,
]];

/** What a file is to this program. */
export type FileKind = "empty" | "ours" | "newer" | "foreign";

/** Reads the file's version and whether there is anything in it. Throws when it is not a database. */
export function fileKind(db: DatabaseSync): FileKind {
  const version = numberOf(db, "PRAGMA user_version");
  if (version > SCHEMA_VERSION) return "newer";
  if (version > 0) return "ours";
  return numberOf(db, "SELECT count(*) FROM sqlite_schema") === 0 ? "empty" : "foreign";
}

/** Brings an empty or older file to the current version, in one transaction. */
export function migrate(db: DatabaseSync): void {
  const version = numberOf(db, "PRAGMA user_version");
  if (version === SCHEMA_VERSION) return;
  runSql(db, "BEGIN IMMEDIATE");
  try {
    for (const statement of MIGRATIONS.slice(version).flat()) runSql(db, statement);
    runSql(db, `PRAGMA user_version = ${SCHEMA_VERSION}`);
    runSql(db, "COMMIT");
  } catch (error) {
    if (db.isTransaction) runSql(db, "ROLLBACK");
    throw error;
  }
}

/** Runs one statement. Unlike `exec`, what it throws has SQLite's result code. */
export function runSql(db: DatabaseSync, sql: string): void {
  db.prepare(sql).get();
}

function numberOf(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
}
