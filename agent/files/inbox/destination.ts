import type { BigIntStats } from "node:fs";
import { link, lstat, mkdir, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MeshError } from "../../core/errors.ts";
import { syncFolder } from "../sync_folder.ts";
import { inboxSteps, INCOMING } from "./inbox_path.ts";

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
    for (const folder of this.#folders) {
      const found = await look(folder);
      if (!found) break;
      if (!found.isDirectory()) throw inTheWay();
    }
    const found = await look(this.#path);
    if (!found) return;
    if (!found.isFile()) throw new MeshError("FAILED_PRECONDITION", "path: what stands there is no regular file");
    if (!this.overwrite) throw taken();
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
    const found = await look(this.#path);
    if (found?.dev === put.dev && found.ino === put.ino) return;
    throw new MeshError("FAILED_PRECONDITION", "path: somebody else put something there in this moment");
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

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}

function taken(): MeshError {
  return new MeshError("ALREADY_EXISTS", "path: the inbox has a file of that name already");
}

function inTheWay(): MeshError {
  return new MeshError("FAILED_PRECONDITION", "path: something on the way to it is no folder");
}
