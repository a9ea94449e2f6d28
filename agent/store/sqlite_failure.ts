import type { Failure } from "./sqlite_messages.ts";

/** Primary result codes of https://sqlite.org/rescode.html */
const BUSY = 5, LOCKED = 6, CORRUPT = 11, FULL = 13, NOT_A_DATABASE = 26;
/** The write-ahead log's index could not grow, which a full disk brings about too. */
const IOERR_SHMSIZE = 4874;

/** The kind and the text of whatever `node:sqlite` threw. */
export function failureOf(error: unknown): Failure {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, " ");
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
  if (code === IOERR_SHMSIZE) return { kind: "full", message };
  switch (code & 0xff) {
    case FULL:
      return { kind: "full", message };
    case BUSY:
    case LOCKED:
      return { kind: "locked", message };
    case CORRUPT:
    case NOT_A_DATABASE:
      return { kind: "damaged", message };
    default:
      return { kind: "other", message };
  }
}
