import { createHash } from "node:crypto";
import { MeshError } from "../../core/errors.ts";

/** A file that somebody wants to put into the inbox. */
export interface UploadOrder {
  /** From the inbox on, steps divided by `/`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** 64 hexadecimal digits, in lower case. */
  readonly sha256: string;
  /** Whether it may take the place of a regular file. */
  readonly overwrite: boolean;
}

/** The largest file, in bytes: past it a length is no whole number any more. */
const MAX_SIZE = Number.MAX_SAFE_INTEGER;

/** An order as somebody sent it. @throws {MeshError} `INVALID_ARGUMENT`, naming the field */
export function uploadOrder(
  { path, size_bytes: size, sha256, overwrite }: {
    readonly path: string;
    readonly size_bytes: number;
    readonly sha256: string;
    readonly overwrite: boolean;
  },
): UploadOrder {
  if (!(Number.isInteger(size) && size >= 0 && size <= MAX_SIZE)) {
    throw new MeshError("INVALID_ARGUMENT", "size_bytes: is no length of a file");
  }
  if (!/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new MeshError("INVALID_ARGUMENT", "sha256: must be 64 hexadecimal digits");
  }
  return { path, size, sha256: sha256.toLowerCase(), overwrite };
}

/** The same for every attempt to put the same file in the same place. */
export function keyOf({ path, size, sha256 }: UploadOrder): string {
  return createHash("sha256").update(JSON.stringify([path, size, sha256])).digest("hex");
}
