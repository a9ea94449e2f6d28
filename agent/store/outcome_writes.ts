import type { DatabaseSync, StatementSync } from "node:sqlite";
import { MultiRowInsert, type RowLayout } from "./multi_row_insert.ts";
import { isOrdinal } from "./ordinal_text.ts";
import type { Flat, OutcomeRun } from "./sqlite_messages.ts";
import { stored } from "./sqlite_text.ts";

const OUTCOMES: RowLayout = {
  table: "outcomes",
  shared: ["state", "attempt", "device_id", "device_name", "error", "failed_attempts", "output_file"],
  own: ["result"],
};

/** Changes nothing when the outcome that is there counts in its job. */
const PUT =
  `INSERT INTO outcomes (key, state, attempt, device_id, device_name, error, failed_attempts, output_file, result)
  VALUES ((?1 << 32) + ?9, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?10)
  ON CONFLICT (key) DO UPDATE SET state = ?2, attempt = ?3, device_id = ?4, device_name = ?5, error = ?6,
    failed_attempts = ?7, output_file = ?8, result = ?10
  WHERE state NOT IN ('DONE', 'FAILED')`;

const REPLACE = `UPDATE outcomes SET state = ?2, attempt = ?3, device_id = ?4, device_name = ?5, error = ?6,
    failed_attempts = ?7, output_file = ?8, result = ?10
  WHERE key = (?1 << 32) + ?9`;

/** https://sqlite.org/rescode.html#constraint_primarykey */
const CONSTRAINT_PRIMARYKEY = 1555;

/** A job that changes were written for. */
export interface KnownJob {
  readonly key: number;
  /** Tasks with ordinals below this are there; of others it must be looked up. */
  readonly places: number;
}

/** How the numbers of finished tasks of a job move. */
interface Counts {
  done: number;
  failed: number;
}

/** Writes outcomes of tasks and keeps the counts of their jobs, inside a transaction that the caller begins and ends. */
export class OutcomeWrites {
  readonly #insertSome: MultiRowInsert;
  readonly #put: StatementSync;
  readonly #replace: StatementSync;
  readonly #stateOf: StatementSync;
  readonly #task: StatementSync;
  readonly #count: StatementSync;
  #counts = new Map<number, Counts>();

  constructor(db: DatabaseSync) {
    this.#insertSome = new MultiRowInsert(db, OUTCOMES);
    this.#put = db.prepare(PUT);
    this.#replace = db.prepare(REPLACE);
    this.#stateOf = db.prepare("SELECT state FROM outcomes WHERE key = (? << 32) + ?");
    this.#task = db.prepare("SELECT 1 FROM tasks WHERE key = (? << 32) + ?");
    this.#count = db.prepare(
      "UPDATE jobs SET tasks_done = tasks_done + ?2, tasks_failed = tasks_failed + ?3 WHERE key = ?1",
    );
  }

  /** Outcomes of tasks that have none. */
  insert(job: number, { shared, ordinals, results }: OutcomeRun): void {
    for (let at = 0; at < ordinals.length;) at += this.#insertSome.some(job, shared, ordinals, [results], at);
  }

  /** Outcomes of tasks that are there or not, and that may have one. */
  change(job: KnownJob, run: OutcomeRun): void {
    const { shared, ordinals, results } = this.#ofTasks(job, run);
    const counts = this.#countsOf(job.key);
    let oneByOne = false;
    for (let at = 0; at < ordinals.length;) {
      if (oneByOne || at === ordinals.length - 1) {
        this.#putOne(job.key, shared, ordinals[at] as number, results[at] as string, counts);
        at++;
        continue;
      }
      try {
        const count = this.#insertSome.some(job.key, shared, ordinals, [results], at);
        add(counts, shared[0], count);
        at += count;
      } catch (error) {
        if (!isConflict(error)) throw error;
        // One of them has an outcome; nothing was inserted.
        oneByOne = true;
      }
    }
  }

  /** Writes how the counts moved since the last call. Must come in the transaction of the changes. */
  count(): void {
    for (const [job, { done, failed }] of this.#counts) {
      if (done !== 0 || failed !== 0) this.#count.run(job, done, failed);
    }
    this.#counts.clear();
  }

  /** The transaction of the changes came to nothing. */
  rolledBack(): void {
    this.#counts.clear();
  }

  #putOne(job: number, shared: Flat, ordinal: number, result: string, counts: Counts): void {
    const values = [job, ...shared.map(stored), ordinal, stored(result)];
    if (this.#put.run(...values).changes === 0) {
      add(counts, this.#stateOf.get(job, ordinal)?.state, -1);
      this.#replace.run(...values);
    }
    add(counts, shared[0], 1);
  }

  /** The run without tasks that are not there. */
  #ofTasks(job: KnownJob, run: OutcomeRun): OutcomeRun {
    const exists = (ordinal: number) =>
      isOrdinal(ordinal) && (ordinal < job.places || this.#task.get(job.key, ordinal) !== undefined);
    if (run.ordinals.every(exists)) return run;
    const results = run.results.filter((_, i) => exists(run.ordinals[i] as number));
    return { ...run, ordinals: run.ordinals.filter(exists), results };
  }

  #countsOf(job: number): Counts {
    let counts = this.#counts.get(job);
    if (!counts) this.#counts.set(job, counts = { done: 0, failed: 0 });
    return counts;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === CONSTRAINT_PRIMARYKEY;
}

function add(counts: Counts, state: unknown, by: number): void {
  if (state === "DONE") counts.done += by;
  else if (state === "FAILED") counts.failed += by;
}
