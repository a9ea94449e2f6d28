import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Flat, Page, Query } from "./sqlite_messages.ts";

/** A page ends after this many rows or characters, so that taking one in holds the event loop for a few ms only. */
const ROWS_A_PAGE = 2_500;
const CHARACTERS_A_PAGE = 1024 * 1024;

const JOBS = `SELECT key, job_id, text, max_workers, reduce, summary, created_at, state, finished_at, reason,
  tasks_total, tasks_done, tasks_failed FROM jobs`;

/** Of tasks `t` and outcomes `o`; a task without an outcome is waiting for its first attempt. */
const TASK_COLUMNS = `t.key >> 32, t.key & 4294967295, t.group_position, t.task_id, t.kind, t.input,
  t.target_device_id, t.prompt_tokens, t.max_output_tokens, ifnull(o.state, 'QUEUED'), ifnull(o.attempt, 0),
  ifnull(o.device_id, ''), ifnull(o.device_name, ''), ifnull(o.result, ''), ifnull(o.error, '')`;

const TASKS_OF_JOBS = `SELECT ${TASK_COLUMNS} FROM jobs j
  CROSS JOIN tasks t ON t.key >= j.key << 32 AND t.key < (j.key + 1) << 32
  LEFT JOIN outcomes o ON o.key = t.key`;

const UNFINISHED = "state IN ('QUEUED', 'RUNNING')";

/** The pages of one read, all of the same moment. Ending it early ends its transaction. */
export function* readPages(db: DatabaseSync, query: Query): Generator<Page> {
  db.exec("BEGIN");
  try {
    switch (query.what) {
      case "job":
        yield* pages(db, "jobs", `${JOBS} WHERE job_id = ?`, query.jobId);
        yield* pages(db, "tasks", `${TASKS_OF_JOBS} WHERE j.job_id = ? ORDER BY t.key`, query.jobId);
        break;
      case "unfinished":
        yield* pages(db, "jobs", `${JOBS} WHERE ${UNFINISHED} ORDER BY created_at, job_id`);
        yield* pages(db, "tasks", `${TASKS_OF_JOBS} WHERE j.${UNFINISHED} ORDER BY j.key, t.key`);
        break;
      case "jobs":
        yield* query.state === undefined
          ? pages(db, "jobs", `${JOBS} ORDER BY created_at DESC, job_id DESC LIMIT ?`, query.limit)
          : pages(
            db,
            "jobs",
            `${JOBS} WHERE state = ? ORDER BY created_at DESC, job_id DESC LIMIT ?`,
            query.state,
            query.limit,
          );
        break;
      case "devices":
        yield* pages(db, "devices", "SELECT device_id, info, registered_at, last_seen FROM devices ORDER BY device_id");
        break;
    }
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

function* pages(db: DatabaseSync, of: Page["of"], sql: string, ...args: SQLInputValue[]): Generator<Page> {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  let values: Flat = [];
  let rows = 0;
  let characters = 0;
  for (const row of statement.iterate(...args) as Iterable<unknown> as Iterable<Flat>) {
    for (const value of row) {
      values.push(value);
      if (typeof value === "string") characters += value.length;
    }
    if (++rows < ROWS_A_PAGE && characters < CHARACTERS_A_PAGE) continue;
    yield { of, values };
    values = [];
    rows = characters = 0;
  }
  if (rows > 0) yield { of, values };
}
