import type { BigIntStats } from "node:fs";
import { access, constants, lstat, open } from "node:fs/promises";
import { MeshError } from "../core/errors.ts";
import { followPath } from "../core/resolve_inside.ts";
import { SharedFolder } from "../core/shared_folder.ts";
import type { FileIdentity } from "./identity.ts";
import { OpenedFile } from "./opened_file.ts";

/** A link in the file's place is not followed, and a pipe does not hold us up. Windows has no such flags, and no such files. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Longest path that a message shows, in characters. */
const MOST_SHOWN = 200;

/** The files of the shared folder: nothing outside of it, and nothing but regular files. */
export class Share {
  readonly #folder: SharedFolder;

  /** @param path the shared folder; may be a link to one */
  constructor(path: string) {
    this.#folder = new SharedFolder(path);
  }

  /**
   * Looks at a file, without opening it.
   *
   * @param path relative to the shared folder, or absolute
   * @throws {MeshError} `INVALID_ARGUMENT` for what is no path, `PERMISSION_DENIED` for one that leads outside or may not be
   *   read, `NOT_FOUND`, `FAILED_PRECONDITION` for what is no regular file
   */
  async look(path: string): Promise<FileIdentity> {
    try {
      const { real, stat } = await this.#found(path);
      await access(real, constants.R_OK);
      return stat;
    } catch (error) {
      throw refusal(error, path);
    }
  }

  /**
   * Opens a file for reading.
   *
   * @throws {MeshError} as {@link look} does
   */
  async open(path: string): Promise<OpenedFile> {
    try {
      // Looked at first: to open a device can already do something.
      const { real } = await this.#found(path);
      const handle = await open(real, FLAGS);
      try {
        const stat = requireFile(await handle.stat({ bigint: true }), path);
        // Who can write into the folder could have put a link in the place of a folder on the way: what was opened must be
        // what stands inside.
        const { stat: inside } = await this.#found(path);
        if (inside.dev === stat.dev && inside.ino === stat.ino) return new OpenedFile(handle, stat);
        throw new MeshError("NOT_FOUND", `path: ${shown(path)} was replaced in this moment`);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw refusal(error, path);
    }
  }

  async #found(path: string): Promise<{ readonly real: string; readonly stat: BigIntStats }> {
    if (path === "") throw new MeshError("INVALID_ARGUMENT", "path: is empty");
    if (path.includes("\0")) throw new MeshError("INVALID_ARGUMENT", "path: has a NUL character in it");
    const { where, path: real } = await followPath(path, await this.#folder.path());
    if (where === "inside") return { real, stat: requireFile(await lstat(real, { bigint: true }), path) };
    throw new MeshError("PERMISSION_DENIED", `path: ${shown(path)} is not in the shared folder`);
  }
}

function requireFile(stat: BigIntStats, path: string): BigIntStats {
  if (stat.isFile()) return stat;
  const kind = stat.isDirectory() ? "is a folder" : "is no regular file";
  throw new MeshError("FAILED_PRECONDITION", `path: ${shown(path)} ${kind}`);
}

function refusal(error: unknown, path: string): unknown {
  if (error instanceof MeshError) return error;
  switch ((error as { readonly code?: unknown }).code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
      return new MeshError("NOT_FOUND", `path: there is no file ${shown(path)} in the shared folder`, { cause: error });
    case "EACCES":
    case "EPERM":
      return new MeshError("PERMISSION_DENIED", `path: this device may not read ${shown(path)}`, { cause: error });
    case "ELOOP":
      return new MeshError("NOT_FOUND", `path: ${shown(path)} was replaced in this moment`, { cause: error });
    default:
      return error;
  }
}

function shown(path: string): string {
  return JSON.stringify(path.length > MOST_SHOWN ? `${path.slice(0, MOST_SHOWN).toWellFormed()}…` : path);
}
