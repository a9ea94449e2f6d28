import type { Stats } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { MeshError } from "../core/errors.ts";
import { followPath } from "../core/resolve_inside.ts";
import { SharedFolder } from "../core/shared_folder.ts";

/** What stands in the shared folder. */
export interface Entry {
  /** From the shared folder on, steps divided by `/`. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Of a file, in bytes. */
  readonly size: number;
  /** Unix time in ms. */
  readonly modifiedAt: number;
}

export interface Page {
  readonly entries: readonly Entry[];
  /** Where the next page begins; empty after the last one. */
  readonly next: string;
  /** What is neither a file nor a folder, cannot be read, or leads outside. */
  readonly leftOut: number;
}

export interface PageOptions {
  /** Also what lies in the folders below. */
  readonly recursive: boolean;
  readonly limit: number;
  /** As the page before gave it; empty = the first page. */
  readonly after: string;
  readonly signal: AbortSignal;
}

/** So many entries are looked at at once. */
const AT_ONCE = 32;

/** Entries looked at for one page, at most: what is left out makes a page shorter, never endless. */
const LOOKS_A_PAGE = 20_000;

/** A place in the order of paths: the steps that lead to it. */
type Steps = readonly string[];

/** Lists the shared folder, in the order of its paths' steps. */
export class Listing {
  readonly #folder: SharedFolder;

  /** @param path the shared folder; may be a link to one */
  constructor(path: string) {
    this.#folder = new SharedFolder(path);
  }

  /**
   * A page of what is in a folder; of a file, the file itself.
   *
   * @param path relative to the shared folder, or absolute; empty = the shared folder
   * @throws {MeshError} `PERMISSION_DENIED` for a path that leads outside, `NOT_FOUND`, `INVALID_ARGUMENT` for a wrong `after`
   */
  async page(path: string, options: PageOptions): Promise<Page> {
    if (path.includes("\0")) throw new MeshError("INVALID_ARGUMENT", "path: has a NUL character in it");
    const root = await this.#folder.path();
    const { where, path: real } = await followPath(path, root);
    if (where !== "inside") throw new MeshError("PERMISSION_DENIED", "path: is not in the shared folder");
    let found: Stats;
    try {
      found = await lstat(real);
    } catch (cause) {
      throw new MeshError("NOT_FOUND", "path: there is no such file or folder in the shared folder", { cause });
    }
    const walk = new Walk(root, options);
    const steps = stepsOf(relative(root, real));
    if (found.isDirectory()) await walk.folder(real, steps, afterIn(steps, options.after));
    else await walk.one(steps);
    return walk.page();
  }
}

/** One page in the making. */
class Walk {
  readonly #entries: Entry[] = [];
  #leftOut = 0;
  #looked = 0;
  #next = "";
  /** The entry that was looked at last, as a page's `after`. */
  #last = "";

  constructor(private readonly root: string, private readonly options: PageOptions) {}

  page(): Page {
    return { entries: this.#entries, next: this.#next, leftOut: this.#leftOut };
  }

  async one(steps: Steps): Promise<void> {
    this.#add(await this.#look(steps));
  }

  /**
   * Lists a folder from a place on.
   *
   * @param after the steps from this folder to the last entry of the page before; undefined = from its beginning
   * @returns false when the page is full
   */
  async folder(real: string, steps: Steps, after: Steps | undefined): Promise<boolean> {
    const names = (await this.#namesIn(real)).sort();
    const [first = "", ...below] = after ?? [];
    const begin = after ? names.findIndex((name) => name >= first) : 0;
    if (begin < 0) return true;
    for (let at = begin; at < names.length; at += AT_ONCE) {
      this.options.signal.throwIfAborted();
      const group = names.slice(at, at + AT_ONCE);
      const entries = await Promise.all(group.map((name) => this.#look([...steps, name])));
      for (const [place, name] of group.entries()) {
        const entry = entries[place];
        const inside = [...steps, name];
        // The one that the page before ended with: only what lies in it is still to come.
        const isLast = after !== undefined && name === first;
        if (!isLast && !this.#hasRoom()) return false;
        if (!isLast && !this.#add(entry, inside)) continue;
        if (!this.options.recursive || !entry?.isFolder || entry.isLink) continue;
        if (!await this.folder(join(real, name), inside, isLast && below.length > 0 ? below : undefined)) return false;
      }
    }
    return true;
  }

  /** Where not, the next page begins after the last entry that was looked at. */
  #hasRoom(): boolean {
    if (this.#entries.length < this.options.limit && this.#looked < LOOKS_A_PAGE) return true;
    this.#next = this.#last;
    return false;
  }

  #add(entry: LookedAt | undefined, inside: Steps = []): boolean {
    this.#looked++;
    this.#last = JSON.stringify(inside);
    if (!entry) {
      this.#leftOut++;
      return false;
    }
    const { isLink: _, ...listed } = entry;
    this.#entries.push(listed);
    return true;
  }

  async #namesIn(folder: string): Promise<string[]> {
    try {
      return await readdir(folder);
    } catch {
      // Gone in this moment, or not to be read by this agent: what lies in it is not listed.
      this.#leftOut++;
      return [];
    }
  }

  /** Undefined for what is not to be listed. */
  async #look(steps: Steps): Promise<LookedAt | undefined> {
    const path = join(this.root, ...steps);
    try {
      const own = await lstat(path);
      const isLink = own.isSymbolicLink();
      if (isLink && (await followPath(path, this.root)).where !== "inside") return undefined;
      const found = isLink ? await stat(path) : own;
      if (!found.isFile() && !found.isDirectory()) return undefined;
      const isFolder = found.isDirectory();
      return {
        path: steps.join("/"),
        isFolder,
        isLink,
        size: isFolder ? 0 : found.size,
        modifiedAt: Math.floor(found.mtimeMs),
      };
    } catch {
      // Gone in this moment, a link to nothing, or a name that is no Unicode text.
      return undefined;
    }
  }
}

interface LookedAt extends Entry {
  readonly isLink: boolean;
}

function stepsOf(path: string): string[] {
  return path.split(sep).filter((step) => step !== "");
}

/** The steps from a folder to where the page before ended. @throws {MeshError} for what no page of this folder said */
function afterIn(folder: Steps, after: string): Steps | undefined {
  if (after === "") return undefined;
  let steps: unknown;
  try {
    steps = JSON.parse(after);
  } catch {
    steps = undefined;
  }
  if (isSteps(steps) && steps.length > folder.length && folder.every((step, at) => step === steps[at])) {
    return steps.slice(folder.length);
  }
  throw new MeshError("INVALID_ARGUMENT", "page_token: is not from a page of this folder");
}

function isSteps(value: unknown): value is Steps {
  return Array.isArray(value) && value.every((step) => typeof step === "string");
}
