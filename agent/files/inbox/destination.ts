import type { BigIntStats } from "node:fs";
import { constants, type FileHandle, link, lstat, mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MeshError } from "../../core/errors.ts";
import { OpenedFile } from "../opened_file.ts";
import { syncFolder } from "../sync_folder.ts";
import { inboxSteps, INCOMING } from "./inbox_path.ts";

/** A link in the file's place is not followed, and a pipe does not hold us up. Windows has no such flags, and no such files. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** What stands there is not to be read, or was replaced in this moment. */
const UNREADABLE: ReadonlySet<unknown> = new Set(["EACCES", "EPERM", "ELOOP", "ENOENT"]);

/** Where in the inbox a file is to stand. No link on the way to it is followed, nor is one in its place. */
export class Destination {
  readonly #folders: readonly string[];
  readonly #path: string;

  /**
   * @param root the inbox's real path
   * @throws {MeshError} `INVALID_ARGUMENT` for a path that is none
   */
  constructor(root: string, path: string, private readonly overwrite: boolean) {
    const steps = inboxSteps(path);
    this.#folders = steps.slice(0, -1).map((_, at) => join(root, ...steps.slice(0, at + 1)));
    this.#path = join(root, ...steps);
  }

  /**
   * Whether the file could be put there now.
   *
   * @throws {MeshError} `ALREADY_EXISTS` when it is taken, `FAILED_PRECONDITION` when something else than a folder, or than a file,
   *   stands in the way
   */
  async check(): Promise<void> {
    const found = await this.#found();
    if (!found) return;
    if (!found.isFile()) throw new MeshError("FAILED_PRECONDITION", "path: what stands there is no regular file");
    if (!this.overwrite) throw taken();
  }

  /**
   * Opens the file that stands there for reading.
   *
   * @returns undefined where there is none, or none that can be read
   * @throws {MeshError} `FAILED_PRECONDITION` when something else than a folder stands in the way
   */
  async open(): Promise<OpenedFile | undefined> {
    // Looked at first: to open a device can already do something.
    if (!(await this.#found())?.isFile()) return undefined;
    const handle = await opened(this.#path);
    try {
      const stat = await handle?.stat({ bigint: true });
      // Looked at again: a folder on the way could have become a link meanwhile.
      const inside = await this.#found();
      if (handle && stat?.isFile() && isSame(stat, inside)) return new OpenedFile(handle, stat);
    } catch (error) {
      await handle?.close();
      throw error;
    }
    await handle?.close();
    return undefined;
  }

  /**
   * Puts a complete file there, whole at once, and durably.
   *
   * @param from in the inbox; it is there no more afterwards
   * @throws {MeshError} as {@link check} does; the file then stays where it is
   */
  async take(from: string): Promise<void> {
    for (const folder of this.#folders) await makeFolder(folder);
    await this.check();
    const before = await lstat(from, { bigint: true });
    if (this.overwrite) await rename(from, this.#path);
    else await publish(from, this.#path);
    await this.#requireInside(before);
    await syncFolder(dirname(this.#path));
  }

  /** Who can write into the inbox could have put a link in the place of a folder in this moment. */
  async #requireInside(put: BigIntStats): Promise<void> {
    for (const folder of this.#folders) if (!(await look(folder))?.isDirectory()) throw inTheWay();
    if (isSame(put, await look(this.#path))) return;
    throw new MeshError("FAILED_PRECONDITION", "path: somebody else put something there in this moment");
  }

  /** What stands there. */
  async #found(): Promise<BigIntStats | undefined> {
    for (const folder of this.#folders) {
      const found = await look(folder);
      if (!found) return undefined;
      if (!found.isDirectory()) throw inTheWay();
    }
    return await look(this.#path);
  }
}

/** The folder for what is not complete, made where it is not there. @throws {MeshError} for a link in its place */
export async function incomingFolder(root: string): Promise<string> {
  const folder = join(root, INCOMING);
  await makeFolder(folder, 0o700);
  return folder;
}

async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  if (!(await look(path))?.isDirectory()) throw inTheWay();
}

async function look(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (codeOf(error) === "ENOTDIR") throw inTheWay();
    throw error;
  }
}

/** Gives a file its name where nothing has it yet: of several that do so at once, one wins. */
async function publish(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw taken();
    // A file system without hard links (FAT, some network shares): it was looked a moment ago whether the name is free.
    return await rename(from, to);
  }
  await unlink(from);
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, FLAGS);
  } catch (error) {
    if (UNREADABLE.has(codeOf(error))) return undefined;
    throw error;
  }
}

function isSame(one: BigIntStats, other: BigIntStats | undefined): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}

function taken(): MeshError {
  return new MeshError("ALREADY_EXISTS", "path: the inbox has another file of that name; --force replaces it");
}

function inTheWay(): MeshError {
  return new MeshError("FAILED_PRECONDITION", "path: something on the way to it is no folder");
}
