import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Flat } from "./sqlite_messages.ts";
import { stored } from "./sqlite_text.ts";

/** A statement takes so many rows at once. Measured: 16 cost half the time of one by one, 64 are no better. */
const SIZES = [16, 4, 1] as const;

/** Where rows are inserted, under the key of a job and an ordinal. */
export interface RowLayout {
  readonly table: string;
  /** Columns that are the same in many rows. They are bound once in a statement. */
  readonly shared: readonly string[];
  /** Columns that differ from row to row. */
  readonly own: readonly string[];
}

/** Inserts rows of a job that have most of their values in common. */
export class MultiRowInsert {
  readonly #statements: readonly { readonly size: number; readonly statement: StatementSync }[];

  constructor(db: DatabaseSync, layout: RowLayout) {
    this.#statements = SIZES.map((size) => ({ size, statement: db.prepare(insertOf(layout, size)) }));
  }

  /**
   * Inserts some of the rows from `at` on by one statement, all or none of them, and returns how many they were. Throws
   * what SQLite does.
   */
  some(job: number, shared: Flat, ordinals: readonly number[], own: readonly Flat[], at: number): number {
    const left = ordinals.length - at;
    for (const { size, statement } of this.#statements) {
      if (size > left) continue;
      const values: Flat = [job];
      for (const value of shared) values.push(stored(value));
      for (let i = at; i < at + size; i++) {
        values.push(ordinals[i] as number);
        // Where a value is missing, the statement refuses it.
        for (const column of own) values.push(stored(column[i] as string | number));
      }
      statement.run(...values);
      return size;
    }
    return 0;
  }
}

/** Parameters are the job's key, the shared values, then the ordinal and the own values of each row. */
function insertOf({ table, shared, own }: RowLayout, size: number): string {
  const sharedValues = shared.map((_, i) => `?${i + 2}`);
  let next = shared.length + 2;
  const rows = Array.from({ length: size }, () => {
    const key = `(?1 << 32) + ?${next++}`;
    return `(${[key, ...sharedValues, ...own.map(() => `?${next++}`)].join(", ")})`;
  });
  return `INSERT INTO ${table} (${["key", ...shared, ...own].join(", ")}) VALUES ${rows.join(", ")}`;
}
