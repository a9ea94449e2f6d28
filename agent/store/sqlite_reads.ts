import type { DatabaseSync } from "node:sqlite";
import { predictionRows } from "./prediction_reads.ts";
import type { Flat, Page, Query } from "./sqlite_messages.ts";
import { restored, stored } from "./sqlite_text.ts";

/** A page ends after this many rows or characters, so that taking one in holds the event loop for a few ms only. */
const ROWS_A_PAGE = 1_000;
const CHARACTERS_A_PAGE = 1024 * 1024;

/** Tasks are fetched so many at a time, since one may have a result of some MB. */
const TASKS_A_FETCH = 16;

/** Where a task's row has its input and its result. */
const INPUT = 5, RESULT = 14;

/** A read that looks for tasks in one state gives others a turn after it has looked at so many. */
const TASKS_A_WINDOW = 2_048;

const JOB = `SELECT key, job_id, text, max_workers, reduce, summary, created_at, state, finished_at, reason,
  tasks_total, tasks_done, tasks_failed, reduced FROM jobs WHERE key = ?`;

/** Tasks of job ?1 behind ordinal ?2. One without an outcome is waiting for its first attempt. */
const TASKS = `SELECT t.key >> 32, t.key & 4294967295, t.group_position, t.task_id, t.kind, t.input,
  t.target_device_id, t.prompt_tokens, t.max_output_tokens, t.timeout_ms, ifnull(o.state, 'QUEUED'),
  ifnull(o.attempt, 0), ifnull(o.device_id, ''), ifnull(o.device_name, ''), ifnull(o.result, ''), ifnull(o.error, ''),
  ifnull(o.failed_attempts, ''), ifnull(o.output_file, '')
  FROM tasks t LEFT JOIN outcomes o ON o.key = t.key WHERE t.key > (?1 << 32) + ?2`;
const NEXT_TASKS = `${TASKS} AND t.key < (?1 + 1) << 32 ORDER BY t.key LIMIT ${TASKS_A_FETCH}`;
/** Up to ordinal ?3, in state ?4. */
const NEXT_TASKS_IN_STATE = `${TASKS} AND t.key <= (?1 << 32) + ?3 AND ifnull(o.state, 'QUEUED') = ?4
  ORDER BY t.key LIMIT ${TASKS_A_FETCH}`;
const LAST_ORDINAL = "SELECT max(key) & 4294967295 FROM tasks WHERE key >= ?1 << 32 AND key < (?1 + 1) << 32";

/** By the index of those that have one. */
const FILED_TASKS = `SELECT t.task_id, o.device_id, o.output_file FROM outcomes o JOIN tasks t ON t.key = o.key
  WHERE o.output_file <> '' AND o.key >= ?1 << 32 AND o.key < (?1 + 1) << 32 ORDER BY o.key`;

const LEASES = `SELECT key >> 32, device_id, device_name, instance_id, ordinals FROM leases
  WHERE key >= ?1 << 32 AND key < (?1 + 1) << 32 ORDER BY key`;

const KEY_OF_JOB = "SELECT key FROM jobs WHERE job_id = ?";
const KEYS_OF_UNFINISHED = "SELECT key FROM jobs WHERE state IN ('QUEUED', 'RUNNING') ORDER BY created_at, job_id";
const KEY_OF_SUBMISSION = "SELECT job_key FROM submissions WHERE client = ? AND name = ? AND made_at >= ?";
const FINISHED = `SELECT job_id FROM jobs WHERE finished_at > 0 AND finished_at < ?
  ORDER BY finished_at, job_id LIMIT ?`;

const DEVICES = "SELECT device_id, info, registered_at, last_seen FROM devices ORDER BY device_id";

const MODEL_RATES = `SELECT model, prefill_toks_per_s, decode_toks_per_s, load_ms, overhead_ms, characters_per_token,
  output_tokens, samples, measured_at FROM model_rates ORDER BY model`;

const TICKETS = "SELECT token_hash, expires_at, subject FROM tickets ORDER BY expires_at, token_hash";

/** A statement that reads rows as arrays, twice as fast as objects; not all type definitions know this. */
interface ArrayStatement {
  setReturnArrays(enabled: boolean): void;
  get(...args: Flat): Flat | undefined;
  all(...args: Flat): Flat[];
}

/**
 * The pages of one read, all of the same moment. Rows are never taken from `iterate()`: as of Deno 2.9.3 it ends
 * without a word where SQLite reports an error, so that a damaged file would read as a shorter one.
 */
export function* readPages(db: DatabaseSync, query: Query): Generator<Page> {
  db.exec("BEGIN");
  try {
    yield* pagesOf(db, query);
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

function* pagesOf(db: DatabaseSync, query: Query): Generator<Page> {
  switch (query.what) {
    case "job":
    case "unfinished": {
      const keys = query.what === "job" ? keysOf(db, KEY_OF_JOB, query.jobId) : keysOf(db, KEYS_OF_UNFINISHED);
      yield* pages("jobs", jobRows(db, keys));
      yield* pages("tasks", taskRows(db, keys));
      return yield* pages("leases", leaseRows(db, keys));
    }
    case "jobs":
      return yield* pages("jobs", jobRows(db, newestKeys(db, query)));
    case "tasks":
      for (const key of keysOf(db, KEY_OF_JOB, query.jobId)) yield* pages("tasks", listedTasks(db, key, query));
      return;
    case "filed tasks":
      for (const key of keysOf(db, KEY_OF_JOB, query.jobId)) {
        yield* pages("filed tasks", prepare(db, FILED_TASKS).all(key));
      }
      return;
    case "submitted":
      return yield* pages("jobs", jobRows(db, keysOf(db, KEY_OF_SUBMISSION, query.client, query.key, query.since)));
    case "finished":
      return yield* pages("ids", prepare(db, FINISHED).all(query.before, query.limit));
    case "devices":
      return yield* pages("devices", prepare(db, DEVICES).all());
    case "model rates":
      return yield* pages("model rates", prepare(db, MODEL_RATES).all());
    case "predictions":
      return yield* pages("predictions", predictionRows((sql) => prepare(db, sql), query.limit));
    case "tickets":
      return yield* pages("tickets", prepare(db, TICKETS).all());
  }
}

function keysOf(db: DatabaseSync, sql: string, ...args: Flat): number[] {
  return prepare(db, sql).all(...args.map(stored)).map(([key]) => Number(key));
}

function newestKeys(db: DatabaseSync, { state, limit, after }: Query & { what: "jobs" }): number[] {
  const conditions: string[] = [];
  const args: Flat = [];
  if (state !== undefined) {
    conditions.push("state = ?");
    args.push(state);
  }
  if (after) {
    conditions.push("(created_at, job_id) < (?, ?)");
    args.push(after.createdAt, after.jobId);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  return keysOf(db, `SELECT key FROM jobs ${where} ORDER BY created_at DESC, job_id DESC LIMIT ?`, ...args, limit);
}

function* jobRows(db: DatabaseSync, keys: readonly number[]): Generator<Flat> {
  const statement = prepare(db, JOB);
  for (const key of keys) {
    const row = statement.get(key);
    if (row) yield row;
  }
}

function* taskRows(db: DatabaseSync, keys: readonly number[]): Generator<Flat> {
  const statement = prepare(db, NEXT_TASKS);
  for (const key of keys) yield* allTasks(statement, key, -1);
}

function* allTasks(statement: ArrayStatement, key: number, after: number): Generator<Flat> {
  let rows: Flat[];
  let last = after;
  do {
    rows = statement.all(key, last);
    yield* rows;
    last = Number(rows.at(-1)?.[1]);
  } while (rows.length === TASKS_A_FETCH);
}

function* listedTasks(db: DatabaseSync, key: number, query: Query & { what: "tasks" }): Generator<Flat | undefined> {
  const rows = query.state === undefined
    ? allTasks(prepare(db, NEXT_TASKS), key, query.after)
    : tasksInState(db, key, query.after, query.state);
  let count = 0;
  let characters = 0;
  if (query.limit < 1) return;
  for (const row of rows) {
    yield row;
    if (!row) continue;
    characters += charactersOf(row[INPUT]) + charactersOf(row[RESULT]);
    if (++count >= query.limit || characters > query.characters) return;
  }
}

/** Undefined where nothing was found for a while. */
function* tasksInState(db: DatabaseSync, key: number, after: number, state: string): Generator<Flat | undefined> {
  const end = Number(prepare(db, LAST_ORDINAL).get(key)?.[0] ?? -1);
  const statement = prepare(db, NEXT_TASKS_IN_STATE);
  for (let begin = after; begin < end; begin += TASKS_A_WINDOW) {
    let rows: Flat[];
    let last = begin;
    do {
      rows = statement.all(key, last, begin + TASKS_A_WINDOW, state);
      yield* rows;
      last = Number(rows.at(-1)?.[1]);
    } while (rows.length === TASKS_A_FETCH);
    yield undefined;
  }
}

function* leaseRows(db: DatabaseSync, keys: readonly number[]): Generator<Flat> {
  const statement = prepare(db, LEASES);
  for (const key of keys) yield* statement.all(key);
}

/** Where a row is missing, the page ends as it is, even if it is empty. */
function* pages(of: Page["of"], rows: Iterable<Flat | undefined>): Generator<Page> {
  let values: Flat = [];
  let count = 0;
  let characters = 0;
  for (const row of rows) {
    for (const value of row ?? []) {
      values.push(restored(value));
      if (typeof value === "string") characters += value.length;
    }
    if (row && ++count < ROWS_A_PAGE && characters < CHARACTERS_A_PAGE) continue;
    yield { of, values };
    values = [];
    count = characters = 0;
  }
  if (count > 0) yield { of, values };
}

function prepare(db: DatabaseSync, sql: string): ArrayStatement {
  const statement = db.prepare(sql) as unknown as ArrayStatement;
  statement.setReturnArrays(true);
  return statement;
}

function charactersOf(value: string | number | undefined): number {
  return typeof value === "string" ? restored(value).length : 0;
}
