import { dirname, join } from "node:path";
import { MeshError, messageOf } from "../core/errors.ts";
import { damageMark } from "./damage_mark.ts";
import { MemoryStore } from "./memory_store.ts";
import { exists, setAside } from "./set_aside.ts";
import { SqliteChannel } from "./sqlite_channel.ts";
import { SqliteStore, storeError } from "./sqlite_store.ts";
import type { Store } from "./store.ts";

/** The file in the data folder. Only its owner may read it: tasks carry what people asked for. */
const FILE = "edgemesh.db";
const OWNER_ONLY = 0o600;

/** How every SQLite file begins: https://sqlite.org/fileformat.html#magic_header_string */
const SQLITE_HEADER = "SQLite format 3\0";

/**
 * Opens the store. `sqlite` is the file `edgemesh.db` in `dataDir`, made where it is missing; `memory` keeps nothing.
 *
 * A damaged file is renamed, never deleted or written over; a new one is begun and `onNotice` is told both names. Files
 * up to 32 MiB are checked as a whole. Damage in a larger one shows when it is met: that call fails, and the next start
 * checks the file whatever its size.
 *
 * Throws a `MeshError`: `FAILED_PRECONDITION` for a file of a newer version or of another program, which is left alone,
 * and for a path that cannot be read and written; `RESOURCE_EXHAUSTED` when the disk is full.
 */
export async function openStore(
  kind: "sqlite" | "memory",
  dataDir: string,
  onNotice: (message: string) => void,
): Promise<Store> {
  return kind === "memory" ? new MemoryStore() : await openSqliteStore(dataDir, onNotice);
}

/** {@link openStore} of kind `sqlite`. */
export async function openSqliteStore(dataDir: string, onNotice: (message: string) => void): Promise<SqliteStore> {
  const path = join(dataDir, FILE);
  // The thread starts while the file is looked at.
  const channel = new SqliteChannel();
  try {
    const nextKey = await open(channel, path, onNotice);
    return new SqliteStore(channel, path, nextKey, onNotice);
  } catch (error) {
    channel.end();
    if (error instanceof MeshError) throw error;
    throw cannotOpen(path, error);
  }
}

/** Returns the first key that no job has. */
async function open(channel: SqliteChannel, path: string, onNotice: (message: string) => void): Promise<number> {
  if (!await makeFile(path)) {
    await putAside(path, "file is not a database", onNotice);
    await makeFile(path);
  }
  const mark = damageMark(path);
  const marked = await exists(mark);
  let reply = await channel.ask({ op: "open", path, fullCheck: marked });
  if (reply.failure?.kind === "damaged") {
    await putAside(path, reply.failure.message, onNotice);
    await makeFile(path);
    reply = await channel.ask({ op: "open", path, fullCheck: false });
  }
  if (reply.failure) throw storeError(`Cannot open the store "${path}"`, reply.failure);
  if (marked) await Deno.remove(mark);
  return reply.nextKey ?? 1;
}

async function putAside(path: string, damage: string, onNotice: (message: string) => void): Promise<void> {
  const kept = await setAside(path, new Date());
  onNotice(`The store "${path}" is damaged (${damage}): it is kept as "${kept}", and a new one is begun`);
}

/**
 * Makes the folder and the file where they are missing; throws the system's error when they cannot be used. False when
 * the file begins like no database: SQLite is not to open it, since that removes a log beside it.
 */
async function makeFile(path: string): Promise<boolean> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  using file = await Deno.open(path, { create: true, read: true, write: true, mode: OWNER_ONLY });
  if (Deno.build.os !== "windows") await Deno.chmod(path, OWNER_ONLY);
  const begin = new Uint8Array(SQLITE_HEADER.length);
  const length = await file.read(begin);
  return length === null || new TextDecoder().decode(begin.subarray(0, length)) === SQLITE_HEADER;
}

/** `Not a directory (os error 20): mkdir '/x'` without the call, which the message says in its own words. */
function cannotOpen(path: string, error: unknown): MeshError {
  const reason = messageOf(error).replace(/: \w+ '.*$/, "");
  return new MeshError("FAILED_PRECONDITION", `Cannot open the store "${path}": ${reason}`, { cause: error });
}
