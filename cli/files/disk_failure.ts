import { ioReason } from "../../agent/config/io_reason.ts";
import { MeshError } from "../../agent/core/errors.ts";

/** No room, by what systems call it. */
const NO_ROOM = /^(ENOSPC|EDQUOT)$/;

/** ERROR_DISK_FULL of Windows. */
const NO_ROOM_ON_WINDOWS = /\(os error 112\)/;

/** The disk is full: what else is to be written fails as well. */
class DiskFull extends MeshError {
  constructor(path: string, cause: unknown) {
    super("RESOURCE_EXHAUSTED", `Cannot write ${path}: no room is left on its disk`, { cause });
  }
}

/** Whether a failure comes of a full disk. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof DiskFull || (error instanceof MeshError && error.cause instanceof DiskFull);
}

/** Why something cannot be done with a file of this machine, in one line: `Cannot write a.txt: permission denied`. */
export function diskFailure(what: "read" | "write", path: string, error: unknown): MeshError {
  if (error instanceof MeshError) return error;
  const code = String((error as { readonly code?: unknown } | undefined)?.code);
  if (NO_ROOM.test(code) || NO_ROOM_ON_WINDOWS.test(String(error))) return new DiskFull(path, error);
  const kind = error instanceof Deno.errors.NotFound ? "NOT_FOUND" : "FAILED_PRECONDITION";
  return new MeshError(kind, `Cannot ${what} ${path}: ${ioReason(error)}`, { cause: error });
}

/** What stands under a name, links not followed; undefined = nothing. */
export async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
