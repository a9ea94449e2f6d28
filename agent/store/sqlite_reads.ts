import type { DatabaseSync } from "node:sqlite";
import type { Flat, Page, Query } from "./sqlite_messages.ts";
import { restored, stored } from "./sqlite_text.ts";

/** A page ends after this many rows or characters, so that taking one in holds the event loop for a few ms only. */
const ROWS_A_PAGE = 2_500;
const CHARACTERS_A_PAGE = 1024 * 1024;

/** Tasks are fetched so many at a time, since one may have a result of some MB. */
const TASKS_A_FETCH = 16;

const JOB = `SELECT key, job_id, text, max_workers, reduce, summary, created_at, state, finished_at, reason,
  tasks_total, tasks_done, tasks_failed FROM jobs WHERE key = ?`;

/** Tasks of job ?1 behind ordinal ?2. One without an outcome is waiting for its first attempt. */
const TASKS = `SELECT t.key >> 32, t.key & 4294967295, t.group_position, t.task_id, t.kind, t.input,
  t.target_device_id, t.prompt_tokens, t.max_output_tokens, ifnull(o.state, 'QUEUED'), ifnull(o.attempt, 0),
  ifnull(o.device_id, ''), ifnull(o.device_name, ''), ifnull(o.result, ''), ifnull(o.error, '')
  FROM tasks t LEFT JOIN outcomes o ON o.key = t.key
  WHERE t.key > (?1 << 32) + ?2 AND t.key < (?1 + 1) << 32 ORDER BY t.key LIMIT ${TASKS_A_FETCH}`;

const KEY_OF_JOB = "SELECT key FROM jobs WHERE job_id = ?";
const KEYS_OF_UNFINISHED = "SELECT key FROM jobs WHERE state IN ('QUEUED', 'RUNNING') ORDER BY created_at, job_id";
const NEWEST_KEYS = "SELECT key FROM jobs ORDER BY created_at DESC, job_id DESC LIMIT ?";
const NEWEST_KEYS_IN_STATE = "SELECT key FROM jobs WHERE state = ? ORDER BY created_at DESC, job_id DESC LIMIT ?";

const DEVICES = "SELECT device_id, info, registered_at, last_seen FROM devices ORDER BY device_id";

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
    if (query.what === "devices") {
      yield* pages("devices", prepare(db, DEVICES).all());
      return;
    }
    const keys = keysOf(db, query);
    yield* pages("jobs", jobRows(db, keys));
    if (query.what !== "jobs") yield* pages("tasks", taskRows(db, keys));
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

function keysOf(db: DatabaseSync, query: Exclude<Query, { what: "devices" }>): number[] {
  const all = (sql: string, ...args: Flat) => prepare(db, sql).all(...args.map(stored)).map(([key]) => Number(key));
  switch (query.what) {
    case "job":
      return all(KEY_OF_JOB, query.jobId);
    case "unfinished":
      return all(KEYS_OF_UNFINISHED);
    case "jobs":
      return query.state === undefined
        ? all(NEWEST_KEYS, query.limit)
        : all(NEWEST_KEYS_IN_STATE, query.state, query.limit);
  }
}

function* jobRows(db: DatabaseSync, keys: readonly number[]): Generator<Flat> {
  const statement = prepare(db, JOB);
  for (const key of keys) {
    const row = statement.get(key);
    if (row) yield row;
  }
}

function* taskRows(db: DatabaseSync, keys: readonly number[]): Generator<Flat> {
  const statement = prepare(db, TASKS);
  for (const key of keys) {
    let rows: Flat[];
    let lastOrdinal = -1;
    do {
      rows = statement.all(key, lastOrdinal);
      yield* rows;
      lastOrdinal = Number(rows.at(-1)?.[1]);
    } while (rows.length === TASKS_A_FETCH);
  }
}

function* pages(of: Page["of"], rows: Iterable<Flat>): Generator<Page> {
  let values: Flat = [];
  let count = 0;
  let characters = 0;
  for (const row of rows) {
    for (const value of row) {
      values.push(restored(value));
      if (typeof value === "string") characters += value.length;
    }
    if (++count < ROWS_A_PAGE && characters < CHARACTERS_A_PAGE) continue;
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
