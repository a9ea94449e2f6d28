import { lstat, realpath } from "node:fs/promises";
import { LinkedSignal } from "../../core/abort.ts";
import { MeshError } from "../../core/errors.ts";
import { Interruption } from "../../core/interruption.ts";
import type { Component } from "../../core/lifecycle.ts";
import { logger } from "../../core/log.ts";
import type { OpenedFile } from "../opened_file.ts";
import { Destination, incomingFolder } from "./destination.ts";
import { DiskFullError, requireRoom } from "./disk_full.ts";
import { PartialFile } from "./partial_file.ts";
import { PARTIAL_LIMITS, PartialFiles, type PartialLimits } from "./partial_files.ts";
import { keyOf, type UploadOrder } from "./upload_order.ts";

const log = logger("files");

/** Files that are written at once, at most. */
const MAX_UPLOADS = 64;

/** How often old parts are looked for, in ms. */
const SWEEP_MS = 600_000;

const GONE = "the inbox of this device is gone: its owner has to create it again";

/** What comes of a file with one request. */
export interface Portion {
  /** Where it begins, in bytes, and before which byte it ends. */
  readonly begin: number;
  readonly end: number;
  /** Its bytes, in order. Whoever iterates gets them no faster than they are taken; fails where they cannot be had. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Where the inbox stands, once it was found. */
interface Opened {
  readonly root: string;
  readonly folder: string;
  readonly partial: PartialFiles;
}

/** A file that is being written. */
interface Running {
  readonly signal: LinkedSignal;
  readonly ended: Promise<void>;
}

/**
 * A folder into which others put files. What has come of one is kept, hidden, until the whole is there, verified and on the disk;
 * only then it gets its name. What was broken off can be gone on with for a day.
 */
export class Inbox implements Component {
  readonly name = "inbox";
  readonly #running = new Map<string, Running>();
  #opened: Opened | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param path of the folder; may be a link to one */
  constructor(private readonly path: string, private readonly limits: PartialLimits = PARTIAL_LIMITS) {}

  /** @throws {MeshError} `FAILED_PRECONDITION` when there is no such folder, or it cannot be written to */
  async start(): Promise<void> {
    try {
      const root = await realpath(this.path);
      if (!(await lstat(root)).isDirectory()) throw new Error("it is not a folder");
      const folder = await incomingFolder(root);
      this.#opened = { root, folder, partial: new PartialFiles(folder, this.limits) };
      await this.#sweep(this.#opened);
    } catch (cause) {
      const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
      const reason = missing ? "there is no such folder" : cause instanceof Error ? cause.message : String(cause);
      throw new MeshError("FAILED_PRECONDITION", `Cannot take files into ${this.path} (--inbox): ${reason}`, { cause });
    }
    this.#timer = setInterval(() => {
      this.#place().then((place) => this.#sweep(place)).catch((error) => {
        log.warn("cannot tidy up the inbox: {error}", { error });
      });
    }, SWEEP_MS);
  }

  /** Breaks off what is being written; its parts stay. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const running = [...this.#running.values()];
    for (const { signal } of running) signal.abort(new MeshError("UNAVAILABLE", "the device is stopping"));
    await Promise.all(running.map(({ ended }) => ended));
  }

  /**
   * Opens the file that has an order's name and size: it may be the one that is ordered.
   *
   * @throws {MeshError} `INVALID_ARGUMENT`, or `FAILED_PRECONDITION` when something on the way is no folder
   */
  async find({ path, size, overwrite }: UploadOrder): Promise<OpenedFile | undefined> {
    const { root } = await this.#place();
    const file = await new Destination(root, path, overwrite).open();
    if (file?.size === size) return file;
    await file?.close();
    return undefined;
  }

  /**
   * Whether a file would be taken now.
   *
   * @returns how many bytes of it are there from an earlier attempt, less than all
   * @throws {MeshError} `ALREADY_EXISTS`, `INVALID_ARGUMENT`, `FAILED_PRECONDITION`, or `RESOURCE_EXHAUSTED` for a full disk
   */
  async look(order: UploadOrder): Promise<number> {
    const { root, folder, partial } = await this.#place();
    await new Destination(root, order.path, order.overwrite).check();
    const there = await partial.sizeOf(keyOf(order));
    // So that there is always something to send: a part of no bytes cannot be told.
    const offset = there <= order.size ? Math.max(Math.min(there, order.size - 1), 0) : 0;
    await requireRoom(folder, order.size - offset);
    return offset;
  }

  /**
   * Takes a portion of a file. What breaks off, on either side, leaves what has come; another attempt at the same file ends this one.
   *
   * @returns whether the file is complete, and in its place
   * @throws {MeshError} as {@link look} does; `INVALID_ARGUMENT` when the whole is not what was announced, and a full disk: nothing
   *   is kept then
   */
  async take(order: UploadOrder, portion: Portion, caller: AbortSignal): Promise<boolean> {
    if (!(0 <= portion.begin && portion.begin <= portion.end && portion.end <= order.size)) {
      throw new MeshError("FAILED_PRECONDITION", `of a file of ${order.size} bytes, no such part can come`);
    }
    const key = keyOf(order);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    using signal = new LinkedSignal(caller);
    const former = this.#running.get(key);
    if (!former && this.#running.size >= MAX_UPLOADS) {
      throw new MeshError("UNAVAILABLE", `${MAX_UPLOADS} files are put into the inbox already: try again soon`);
    }
    const running = { signal, ended };
    this.#running.set(key, running);
    try {
      // Whoever begins anew has given the former attempt up, and may know sooner than this device.
      former?.signal.abort(new MeshError("FAILED_PRECONDITION", "the upload was begun anew elsewhere"));
      await former?.ended;
      const place = await this.#place();
      signal.signal.throwIfAborted();
      return await this.#write(place, order, portion, signal.signal);
    } finally {
      if (this.#running.get(key) === running) this.#running.delete(key);
      resolve();
    }
  }

  async #write({ root, folder, partial }: Opened, order: UploadOrder, portion: Portion, signal: AbortSignal) {
    const destination = new Destination(root, order.path, order.overwrite);
    await destination.check();
    await requireRoom(folder, order.size - portion.begin);
    const path = partial.pathOf(keyOf(order));
    try {
      const file = await PartialFile.open(path, portion.begin, signal);
      try {
        await fill(file, portion, signal);
        if (portion.end < order.size) return false;
        await file.sync();
        requireDigest(file.digest(), order);
      } finally {
        await file.close();
      }
      await destination.take(path);
      return true;
    } catch (error) {
      if (error instanceof DiskFullError || error instanceof WrongFileError) await partial.remove(keyOf(order));
      throw error;
    }
  }

  /** Where it stands. What it keeps hidden is made again where somebody has tidied it away. */
  async #place(): Promise<Opened> {
    if (!this.#opened) throw new MeshError("UNAVAILABLE", "the inbox is not open yet");
    try {
      await incomingFolder(this.#opened.root);
      return this.#opened;
    } catch (cause) {
      if ((cause as { readonly code?: unknown }).code !== "ENOENT") throw cause;
      throw new MeshError("FAILED_PRECONDITION", GONE, { cause });
    }
  }

  #sweep({ partial }: Opened): Promise<void> {
    return partial.sweep((key) => this.#running.has(key));
  }
}

/** What came is not what was announced. */
class WrongFileError extends MeshError {}

async function fill(file: PartialFile, { end, pieces }: Portion, signal: AbortSignal): Promise<void> {
  const interruption = new Interruption();
  const onAbort = () => interruption.interrupt(signal.reason);
  signal.addEventListener("abort", onAbort);
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    signal.throwIfAborted();
    while (file.size < end) {
      const { done, value } = await interruption.wait(iterator.next());
      if (done) throw new MeshError("CANCELLED", `the sender ended ${end - file.size} bytes too early`);
      if (file.size + value.length > end) throw new WrongFileError("INVALID_ARGUMENT", "more came than was announced");
      await file.append(value);
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Not waited for: it may itself wait for a piece that never comes.
    iterator.return?.().catch((error) => log.debug("an upload's source failed: {error}", { error }));
  }
}

function requireDigest(digest: string, { sha256 }: UploadOrder): void {
  if (digest === sha256) return;
  throw new WrongFileError("INVALID_ARGUMENT", `sha256: what came has ${digest}; nothing of it is kept`);
}
