import { createHash, type Hash } from "node:crypto";
import { MeshError } from "../../agent/core/errors.ts";
import { diskFailure, lookAt } from "./disk_failure.ts";

/** So much is read at once, in bytes. */
const PIECE_BYTES = 1024 * 1024;

/** Which file it is a part of, and in which state. */
export interface PartOf {
  readonly device_id: string;
  readonly path: string;
  readonly etag: string;
}

/**
 * What has come of a file, in `FILE.part`, with what it is a part of beside it in `FILE.part.etag`. Only one program at a time writes
 * it. It takes the file's name at the end, or stays for the next attempt.
 */
export class PartialFile implements AsyncDisposable {
  #hash: Hash = createHash("sha256");
  #length = 0;
  #settled = false;

  private constructor(
    /** The file that it becomes. */
    readonly target: string,
    readonly path: string,
    private readonly file: Deno.FsFile,
  ) {}

  /**
   * Opens what an earlier attempt left of the same file in the same state, or begins.
   *
   * @param path of the partial file; by default the target's with `.part`
   * @throws {MeshError} ALREADY_EXISTS where another program writes it or something else is in the way, RESOURCE_EXHAUSTED where the disk
   *   is full
   */
  static async open(target: string, of: PartOf, size: number, path = `${target}.part`): Promise<PartialFile> {
    try {
      const found = await lookAt(path);
      if (found) {
        const note = await Deno.readTextFile(noteOf(path)).catch(() => undefined);
        if (!found.isFile || note === undefined) {
          throw new MeshError("ALREADY_EXISTS", `${path} is in the way: it is not a part of a file that was fetched`);
        }
        const file = await locked(path, { read: true, write: true });
        if (note === noteText(of) && found.size <= size) return new PartialFile(target, path, file);
        file.close();
        // Not emptied: after a crash it may be the same file as the finished one.
        await Deno.remove(path);
      }
      return new PartialFile(target, path, await begun(path, noteText(of)));
    } catch (error) {
      throw diskFailure("write", path, error);
    }
  }

  /** Bytes that are there. */
  get length(): number {
    return this.#length;
  }

  /** SHA-256 of what is there, 64 hexadecimal digits. */
  get sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Reads what an earlier attempt left, for the digest. @returns how many bytes that is */
  async takeUp(signal: AbortSignal): Promise<number> {
    try {
      const buffer = new Uint8Array(PIECE_BYTES);
      for (let count; (count = await this.file.read(buffer)) !== null;) {
        signal.throwIfAborted();
        this.#hash.update(buffer.subarray(0, count));
        this.#length += count;
      }
      return this.#length;
    } catch (error) {
      signal.throwIfAborted();
      throw diskFailure("read", this.path, error);
    }
  }

  /** Adds bytes. They are hashed while the system writes them. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      let writing = this.file.write(bytes);
      this.#hash.update(bytes);
      for (let rest = bytes; rest.length > 0;) {
        const count = await writing;
        this.#length += count;
        rest = rest.subarray(count);
        if (rest.length > 0) writing = this.file.write(rest);
      }
    } catch (error) {
      throw diskFailure("write", this.target, error);
    }
  }

  /** Empties it. */
  async beginAnew(): Promise<void> {
    try {
      await this.file.truncate(0);
      await this.file.seek(0, Deno.SeekMode.Start);
      this.#hash = createHash("sha256");
      this.#length = 0;
    } catch (error) {
      throw diskFailure("write", this.path, error);
    }
  }

  /**
   * Gives the file its name, once all of it is on the disk.
   *
   * @param options.modifiedAt Unix time in ms; 0 = now
   * @throws {MeshError} ALREADY_EXISTS where there is another file meanwhile that may not be replaced
   */
  async finish({ modifiedAt, replace }: { readonly modifiedAt: number; readonly replace: boolean }): Promise<void> {
    try {
      if (modifiedAt > 0) await this.file.utime(new Date(), new Date(modifiedAt));
      await this.file.sync();
      await (replace ? Deno.rename(this.path, this.target) : this.#takeFreeName());
      this.#settle();
      await Deno.remove(noteOf(this.path));
    } catch (error) {
      throw diskFailure("write", this.target, error);
    }
  }

  /** Removes it. */
  async discard(): Promise<void> {
    this.#settle();
    await removeRemains(this.path);
  }

  /** Lets it stay for the next attempt, if there is anything of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#settled) return;
    if (this.#length === 0 && (await this.file.stat()).size === 0) return await this.discard();
    this.#settle();
  }

  /** A link is made only where nothing has the name; not every disk has links. */
  async #takeFreeName(): Promise<void> {
    try {
      await Deno.link(this.path, this.target);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists || await lookAt(this.target)) throw taken(this.target);
      return await Deno.rename(this.path, this.target);
    }
    await Deno.remove(this.path);
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.file.close();
  }
}

/** A file stands where another one was to go. */
export function taken(path: string): MeshError {
  return new MeshError("ALREADY_EXISTS", `${path} exists: --force replaces it`);
}

/** Removes a partial file, and what is kept beside it, if they are there. */
export async function removeRemains(path: string): Promise<void> {
  for (const remains of [path, noteOf(path)]) {
    await Deno.remove(remains).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw diskFailure("write", remains, error);
    });
  }
}

function noteOf(path: string): string {
  return `${path}.etag`;
}

function noteText({ device_id, path, etag }: PartOf): string {
  return `${JSON.stringify({ device_id, path, etag })}\n`;
}

/** Makes a partial file, empty. */
async function begun(path: string, note: string): Promise<Deno.FsFile> {
  try {
    await Deno.writeTextFile(noteOf(path), note);
    return await locked(path, { read: true, write: true, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) await Deno.remove(noteOf(path)).catch(() => {});
    throw error;
  }
}

/** Opens a file for this program alone. */
async function locked(path: string, options: Deno.OpenOptions): Promise<Deno.FsFile> {
  const file = await Deno.open(path, options);
  try {
    if (await file.tryLock(true)) return file;
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  throw new MeshError("ALREADY_EXISTS", `${path} is being written by another edgemesh`);
}
