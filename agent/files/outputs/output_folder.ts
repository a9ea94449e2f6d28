import { createHash, randomBytes } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { chmod, lstat, mkdir, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { MeshError } from "../../core/errors.ts";
import type { Component } from "../../core/lifecycle.ts";
import { logger } from "../../core/log.ts";
import type { FileIdentity } from "../identity.ts";
import type { OpenedFile } from "../opened_file.ts";
import { Share } from "../share.ts";
import { OutputWriter } from "./output_writer.ts";

const log = logger("files");

/** What outputs may take of the disk. */
export interface OutputLimits {
  readonly files: number;
  /** All together, in bytes. */
  readonly bytes: number;
}

/** Enough for weeks of large outputs, and less than what a disk that matters has. */
const LIMITS: OutputLimits = { files: 10_000, bytes: 4 * 1024 ** 3 };

/** Old outputs are looked for this often, in ms, or as often as they are kept if that is less, but not more than once a second. */
const SWEEP_MS = 3_600_000;
const LEAST_SWEEP_MS = 1000;

/** 32 random bytes as unpadded base64url: nobody guesses the name of another's output. */
const NAME_BYTES = 32;

/** The job's mark, and the output's name. */
const FILE = /^([\w-]{22})\.([\w-]{43})$/;

/** An output that is being written. */
const UNFINISHED = ".part";

interface Kept {
  readonly file: string;
  readonly mark: string;
  readonly bytes: number;
  /** Unix time in ms. */
  readonly since: number;
}

export interface OutputFolderOptions {
  /** How long an output is kept, in ms; undefined = until its job is removed. */
  readonly keepMs: number | undefined;
  readonly limits?: OutputLimits;
}

/**
 * Outputs of tasks that are too long for a message, as files that only this device's user may read. They stay over restarts, until
 * their job is removed or their time is over.
 */
export class OutputFolder implements Component {
  readonly name = "outputs";
  readonly #share: Share;
  readonly #kept = new Map<string, Kept>();
  readonly #limits: OutputLimits;
  #bytes = 0;
  /** Of outputs that are being written. */
  #files = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param path made if needed */
  constructor(private readonly path: string, private readonly options: OutputFolderOptions) {
    this.#share = new Share(path);
    this.#limits = options.limits ?? LIMITS;
  }

  /** Takes up what an earlier run left. @throws when the folder cannot be made or read */
  async start(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    await chmod(this.path, 0o700);
    for (const file of await readdir(this.path)) await this.#takeUp(file);
    await this.#sweep();
    const { keepMs = SWEEP_MS } = this.options;
    this.#timer = setInterval(() => this.#sweep(), Math.max(LEAST_SWEEP_MS, Math.min(SWEEP_MS, keepMs)));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Begins an output of a job. Nothing of it stays unless it is finished.
   *
   * @throws {MeshError} `RESOURCE_EXHAUSTED` when too many are kept, or the disk is full
   */
  async begin(jobId: string): Promise<OutputWriter> {
    if (this.#kept.size + this.#files >= this.#limits.files) {
      throw full(`this device keeps ${this.#limits.files} outputs already`);
    }
    const name = randomBytes(NAME_BYTES).toString("base64url");
    const mark = markOf(jobId);
    const file = `${mark}.${name}`;
    this.#files++;
    const path = join(this.path, file);
    const end = (bytes: number, isKept: boolean) => {
      this.#files--;
      if (!isKept) this.#bytes -= bytes;
      else this.#kept.set(name, { file, mark, bytes, since: Date.now() });
    };
    try {
      return await OutputWriter.open({ unfinished: path + UNFINISHED, path, name, take: (n) => this.#take(n), end });
    } catch (error) {
      end(0, false);
      throw error;
    }
  }

  /** Removes an output of a job, or all of them. @param name empty = all */
  async remove(jobId: string, name = ""): Promise<void> {
    const mark = markOf(jobId);
    const found = name === "" ? [...this.#kept] : [...this.#kept].filter(([key]) => key === name);
    for (const [key, kept] of found) if (kept.mark === mark) await this.#remove(key, kept);
  }

  /** Looks at an output. @throws {MeshError} `NOT_FOUND` */
  look(name: string): Promise<FileIdentity> {
    return this.#found(name, (file) => this.#share.look(file));
  }

  /** Opens an output. @throws {MeshError} `NOT_FOUND` */
  open(name: string): Promise<OpenedFile> {
    return this.#found(name, (file) => this.#share.open(file));
  }

  async #found<T>(name: string, use: (file: string) => Promise<T>): Promise<T> {
    const kept = this.#kept.get(name);
    if (!kept) throw gone();
    try {
      return await use(kept.file);
    } catch (error) {
      if (error instanceof MeshError && error.code !== "PERMISSION_DENIED") throw gone(error);
      throw error;
    }
  }

  #take(bytes: number): void {
    if (this.#bytes + bytes > this.#limits.bytes) {
      throw full(`the outputs that this device keeps would be more than ${this.#limits.bytes} bytes`);
    }
    this.#bytes += bytes;
  }

  /** What was not finished belonged to an attempt that ended with the former run. */
  async #takeUp(file: string): Promise<void> {
    const path = join(this.path, file);
    if (file.endsWith(UNFINISHED) && FILE.test(file.slice(0, -UNFINISHED.length))) return await unlink(path);
    const [, mark, name] = FILE.exec(file) ?? [];
    const stat: BigIntStats = await lstat(path, { bigint: true });
    if (mark === undefined || name === undefined || !stat.isFile()) return;
    const bytes = Number(stat.size);
    this.#kept.set(name, { file, mark, bytes, since: Number(stat.mtimeNs / 1_000_000n) });
    this.#bytes += bytes;
  }

  async #remove(name: string, { file, bytes }: Kept): Promise<void> {
    if (!this.#kept.delete(name)) return;
    this.#bytes -= bytes;
    try {
      await unlink(join(this.path, file));
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === "ENOENT") return;
      log.warn("cannot remove the output {file}, which is tried again at the next start: {error}", { file, error });
    }
  }

  async #sweep(): Promise<void> {
    const { keepMs } = this.options;
    if (keepMs === undefined) return;
    const before = Date.now() - keepMs;
    for (const [name, kept] of this.#kept) if (kept.since < before) await this.#remove(name, kept);
  }
}

/** By which the files of a job are found, whatever characters its id has. */
function markOf(jobId: string): string {
  return createHash("sha256").update(jobId).digest("base64url").slice(0, 22);
}

function full(why: string): MeshError {
  return new MeshError("RESOURCE_EXHAUSTED", `its output cannot be kept: ${why}`);
}

function gone(cause?: unknown): MeshError {
  return new MeshError("NOT_FOUND", "the output is not kept on its device any more", { cause });
}
