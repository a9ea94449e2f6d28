import type { DatabaseSync, StatementSync } from "node:sqlite";

/** One step removes at most this many rows, and none more once it met so many bytes of text: about 10 ms. */
const ROWS_A_STEP = 2_000;
const BYTES_A_STEP = 4 * 1024 * 1024;

/** What is kept under a job's key, with the column whose size counts. The order does not matter. */
const TABLES = [["outcomes", "result"], ["tasks", "input"], ["leases", "ordinals"]] as const;

/** Removes what hidden jobs left, a bounded step at a time, inside a transaction that the caller begins and ends. */
export class Sweeper {
  readonly #hidden: StatementSync;
  readonly #found: readonly StatementSync[];
  readonly #remove: readonly StatementSync[];
  readonly #forget: StatementSync;

  constructor(db: DatabaseSync) {
    this.#hidden = db.prepare("SELECT key FROM hidden_jobs ORDER BY key");
    this.#found = TABLES.map(([table, text]) =>
      db.prepare(
        `SELECT key & 4294967295 AS place, octet_length(${text}) AS bytes FROM ${table} WHERE key >= ? << 32 AND key < (? + 1) << 32
         ORDER BY key LIMIT ?`,
      )
    );
    this.#remove = TABLES.map(([table]) =>
      db.prepare(`DELETE FROM ${table} WHERE key BETWEEN (?1 << 32) + ?2 AND (?1 << 32) + ?3`)
    );
    this.#forget = db.prepare("DELETE FROM hidden_jobs WHERE key = ?");
  }

  /** A hidden job whose key is none of these. */
  next(sparing: readonly number[]): number | undefined {
    return this.#hidden.all().map((row) => Number(row.key)).find((key) => !sparing.includes(key));
  }

  /** Removes some rows of the hidden job, or its key when none is left. */
  step(job: number): void {
    let rows = 0;
    let bytes = 0;
    for (const [i, statement] of this.#found.entries()) {
      const found = statement.all(job, job, ROWS_A_STEP - rows);
      let count = 0;
      while (count < found.length && bytes < BYTES_A_STEP) bytes += Number(found[count++]?.bytes);
      if (count > 0) this.#remove[i]?.run(job, Number(found[0]?.place), Number(found[count - 1]?.place));
      rows += count;
      if (rows >= ROWS_A_STEP || bytes >= BYTES_A_STEP) return;
    }
    this.#forget.run(job);
  }
}
