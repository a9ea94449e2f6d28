import { basename, join } from "node:path";
import { MeshError, UsageError } from "../../agent/core/errors.ts";
import { diskFailure } from "./disk_failure.ts";
import type { FailedFile } from "./transfer_all.ts";
import type { UploadOrder } from "./upload.ts";

/** Where files go. */
export interface UploadTarget {
  readonly device_id: string;
  /** In the inbox. With one file, its name there, unless it ends in `/`; with several, a folder. Empty = the inbox itself. */
  readonly path: string;
}

export interface UploadPlan {
  readonly orders: readonly UploadOrder[];
  readonly refused: readonly FailedFile[];
  /** What is no regular file, a link to a folder, or a folder with nothing in it. */
  readonly leftOut: number;
}

/**
 * Finds out which files are to be put on a device, and under which names.
 *
 * @throws {UsageError} for a folder without `recursive`, and for what is neither file nor folder
 */
export async function planUploads(
  sources: readonly string[],
  target: UploadTarget,
  recursive: boolean,
): Promise<UploadPlan> {
  const plan = new Planning(target.device_id);
  const isFolder = recursive || sources.length > 1 || target.path === "" || target.path.endsWith("/");
  for (const source of sources) {
    const stat = await statOf(source);
    if (stat.isDirectory && !recursive) throw new UsageError(`${source} is a folder: -r puts folders`);
    if (!stat.isDirectory && !stat.isFile) throw new UsageError(`${source} is no regular file`);
    const path = isFolder ? inFolder(target.path, await nameOf(source)) : target.path;
    if (stat.isFile) plan.addFile(source, path, stat.size);
    else await plan.addTree(source, path);
  }
  return plan;
}

class Planning implements UploadPlan {
  readonly orders: UploadOrder[] = [];
  readonly refused: FailedFile[] = [];
  leftOut = 0;
  readonly #paths = new Set<string>();

  constructor(private readonly deviceId: string) {}

  addFile(file: string, path: string, sizeBytes: number): void {
    if (this.#paths.has(path)) throw new MeshError("ALREADY_EXISTS", `two of the files would both be ${path} there`);
    this.#paths.add(path);
    this.orders.push({ file, device_id: this.deviceId, path, sizeBytes });
  }

  async addTree(folder: string, path: string): Promise<void> {
    let names: Deno.DirEntry[];
    try {
      names = await Array.fromAsync(Deno.readDir(folder));
    } catch (error) {
      this.refused.push({ path: "", file: folder, error: diskFailure("read", folder, error) });
      return;
    }
    if (names.length === 0) this.leftOut++;
    for (const { name, isDirectory } of names.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const [file, there] = [join(folder, name), inFolder(path, name)];
      if (isDirectory) await this.addTree(file, there);
      else await this.#addEntry(file, there);
    }
  }

  /** Links to files are files; those to folders are not followed, as they may lead anywhere, and round and round. */
  async #addEntry(file: string, path: string): Promise<void> {
    try {
      const stat = await Deno.stat(file);
      if (stat.isFile) this.addFile(file, path, stat.size);
      else this.leftOut++;
    } catch (error) {
      this.refused.push({ path, file, error: diskFailure("read", file, error) });
    }
  }
}

async function statOf(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    throw diskFailure("read", path, error);
  }
}

/** What a file or folder is called: of `.`, the name of the folder that one is in. */
async function nameOf(path: string): Promise<string> {
  const name = basename(path);
  return name === "" || name === "." || name === ".." ? basename(await Deno.realPath(path)) : name;
}

function inFolder(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}
