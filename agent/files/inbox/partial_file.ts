import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { MeshError } from "../../core/errors.ts";
import { DiskFullError, writeFailure } from "./disk_full.ts";

/** A link in its place is not followed. */
const FLAGS = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** As any program makes files; while they are not complete they stand in a folder that only the owner can enter. */
const MODE = 0o666;

/** So much of an earlier attempt is read at once, in bytes. */
const PIECE_BYTES = 1024 * 1024;

/** A file of which only a part has come, open for what follows. */
export class PartialFile {
  #size: number;

  private constructor(
    private readonly handle: FileHandle,
    private readonly hash: Hash,
    begin: number,
  ) {
    this.#size = begin;
  }

  /**
   * Opens it, or makes it, and keeps the first `begin` bytes of it.
   *
   * @throws {MeshError} `FAILED_PRECONDITION` when it has not so many
   */
  static async open(path: string, begin: number, signal: AbortSignal): Promise<PartialFile> {
    const handle = await opened(path);
    try {
      const [own, named] = await Promise.all([handle.stat({ bigint: true }), lstat(path, { bigint: true })]);
      if (!own.isFile() || own.nlink !== 1n || own.dev !== named.dev || own.ino !== named.ino) throw planted();
      if (begin > Number(own.size)) {
        throw new MeshError("FAILED_PRECONDITION", `only ${own.size} bytes are there: begin after them`);
      }
      await handle.truncate(begin);
      return new PartialFile(handle, await digestOf(handle, begin, signal), begin);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** How many bytes are there. */
  get size(): number {
    return this.#size;
  }

  /** Appends all of a piece. @throws {DiskFullError} when there is no room */
  async append(piece: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < piece.length;) {
        const { bytesWritten } = await this.handle.write(piece, at, piece.length - at, this.#size + at);
        if (bytesWritten === 0) throw new DiskFullError();
        at += bytesWritten;
      }
    } catch (error) {
      throw writeFailure(error);
    }
    this.hash.update(piece);
    this.#size += piece.length;
  }

  /** The SHA-256 of all of it, in hexadecimal digits. At most once. */
  digest(): string {
    return this.hash.digest("hex");
  }

  /** Resolves when all of it is on the disk. @throws {DiskFullError} when there was no room for it */
  async sync(): Promise<void> {
    try {
      await this.handle.sync();
    } catch (error) {
      throw writeFailure(error);
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

async function digestOf(handle: FileHandle, end: number, signal: AbortSignal): Promise<Hash> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, end));
  for (let at = 0; at < end;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - at), at);
    if (bytesRead === 0) throw new MeshError("FAILED_PRECONDITION", "what had come of the file was changed meanwhile");
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash;
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, FLAGS, MODE);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "ELOOP") throw planted();
    throw writeFailure(error);
  }
}

/** Somebody who can write into the inbox put something of their own there. */
function planted(): MeshError {
  return new MeshError("FAILED_PRECONDITION", "something else stands where the inbox keeps what is not complete");
}
