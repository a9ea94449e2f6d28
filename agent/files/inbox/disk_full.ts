import { statfs } from "node:fs/promises";
import { MeshError } from "../../core/errors.ts";

/** No room for a file. */
export class DiskFullError extends MeshError {
  constructor(options?: { cause?: unknown }) {
    super("RESOURCE_EXHAUSTED", "the disk of the device's inbox is full", options);
  }
}

/** A failure to write, named if it is a full disk. */
export function writeFailure(error: unknown): unknown {
  const { code } = error as { readonly code?: unknown };
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG" ? new DiskFullError({ cause: error }) : error;
}

/** @throws {DiskFullError} where a folder's disk has not so many bytes left */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bytes > bavail * bsize) throw new DiskFullError();
}
