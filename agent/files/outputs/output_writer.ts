import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { OutputFile } from "../../../proto/messages.ts";
import { MeshError } from "../../core/errors.ts";
import { syncFolder } from "../sync_folder.ts";

/** Nothing that stands there already is written to, and no link is followed. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Where an output is written, and who counts it. */
export interface OutputPlace {
  readonly unfinished: string;
  /** Its path once it is finished. */
  readonly path: string;
  readonly name: string;
  /** Takes room for so many bytes. @throws {MeshError} where there is none */
  take(bytes: number): void;
  /** Called once, with the bytes that were taken. */
  end(bytes: number, isKept: boolean): void;
}

/** An output that is being written. One call after the other takes effect; after `finish` or `discard` none does. */
export class OutputWriter {
  readonly #hash: Hash = createHash("sha256");
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;

  private constructor(private readonly place: OutputPlace, private readonly handle: FileHandle) {}

  /** @throws {MeshError} `RESOURCE_EXHAUSTED` when the disk is full */
  static async open(place: OutputPlace): Promise<OutputWriter> {
    try {
      return new OutputWriter(place, await open(place.unfinished, FLAGS, 0o600));
    } catch (error) {
      throw named(error);
    }
  }

  /** Appends all of a piece, which must not change meanwhile. @throws {MeshError} `RESOURCE_EXHAUSTED` when there is no room */
  write(piece: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      this.place.take(piece.length);
      this.#bytes += piece.length;
      for (let at = 0; at < piece.length;) at += (await this.handle.write(piece, at, piece.length - at)).bytesWritten;
      this.#hash.update(piece);
    });
  }

  /** Resolves once all of it is on the disk, under its name. */
  async finish(): Promise<OutputFile> {
    const file = await this.#inTurn(async () => {
      await this.handle.sync();
      await this.handle.close();
      await rename(this.place.unfinished, this.place.path);
      await syncFolder(dirname(this.place.path));
      return { name: this.place.name, size_bytes: this.#bytes, sha256: this.#hash.digest("hex") };
    });
    this.#over(true);
    return file;
  }

  /** Nothing of it stays. Does nothing once it is finished, or discarded. */
  async discard(): Promise<void> {
    if (this.#isOver) return;
    const before = this.#last;
    this.#over(false);
    await before;
    await this.handle.close().catch(() => {/* it was closed, but could not be given its name */});
    for (const path of [this.place.unfinished, this.place.path]) {
      await unlink(path).catch((error) => {
        if ((error as { readonly code?: unknown }).code !== "ENOENT") throw error;
      });
    }
  }

  #over(isKept: boolean): void {
    this.#isOver = true;
    this.place.end(this.#bytes, isKept);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      if (this.#isOver) throw new MeshError("CANCELLED", "nobody wants the output any more");
      return run();
    }).catch((error) => {
      throw named(error);
    });
    this.#last = result.catch(() => {/* whoever called hears of it */});
    return result;
  }
}

/** A failure to write, in words if it is a full disk. */
function named(error: unknown): unknown {
  const { code } = error as { readonly code?: unknown };
  if (code !== "ENOSPC" && code !== "EDQUOT" && code !== "EFBIG") return error;
  return new MeshError("RESOURCE_EXHAUSTED", "its output cannot be kept: the disk of the device is full", {
    cause: error,
  });
}
