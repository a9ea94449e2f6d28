import { DatabaseSync } from "node:sqlite";
import { fileKind, migrate, runSql } from "./schema.ts";
import { failureOf } from "./sqlite_failure.ts";
import type { Failure } from "./sqlite_messages.ts";

/**
 * Files up to this many bytes are checked page by page at every start: that takes about 50 ms for 32 MiB. Larger ones
 * are checked when damage was met while they were in use. Damage inside a stored text is not found by it.
 */
const CHECKED_UP_TO = 32 * 1024 * 1024;

/** After a large transaction the write-ahead log is cut back to this many bytes. */
const LOG_KEPT = 16 * 1024 * 1024;

/** Two connections to one file: reads see one moment of it while writes go on. */
export interface Connections {
  readonly writer: DatabaseSync;
  readonly reader: DatabaseSync;
}

/**
 * Opens, checks and migrates the file, which must exist (it may be empty). What keeps it from being used is returned;
 * the file is then closed and, unless it was sound, as it was.
 */
export function openConnections(path: string, size: number, fullCheck: boolean): Connections | Failure {
  const opened: DatabaseSync[] = [];
  try {
    const writer = new DatabaseSync(path);
    opened.push(writer);
    runSql(writer, "PRAGMA busy_timeout = 5000");
    const kind = fileKind(writer);
    if (kind === "newer" || kind === "foreign") return refuse(opened, { kind, message: "" });
    if (fullCheck || size <= CHECKED_UP_TO) {
      const finding = String(Object.values(writer.prepare("PRAGMA quick_check(1)").get() ?? {})[0]);
      if (finding !== "ok") return refuse(opened, { kind: "damaged", message: finding });
    }
    runSql(writer, "PRAGMA journal_mode = WAL");
    runSql(writer, "PRAGMA synchronous = FULL");
    runSql(writer, `PRAGMA journal_size_limit = ${LOG_KEPT}`);
    migrate(writer);
    const reader = new DatabaseSync(path);
    opened.push(reader);
    runSql(reader, "PRAGMA busy_timeout = 5000");
    runSql(reader, "PRAGMA query_only = ON");
    return { writer, reader };
  } catch (error) {
    return refuse(opened, failureOf(error));
  }
}

function refuse(opened: readonly DatabaseSync[], failure: Failure): Failure {
  for (const db of opened) db.close();
  return { ...failure, message: failure.message.replace(/\s*\n\s*/g, " ") };
}
