import { join } from "node:path";
import { MeshError, UsageError } from "../../agent/core/errors.ts";
import type { FileEntry } from "../../proto/messages.ts";
import { lookAt } from "./disk_failure.ts";
import type { DownloadOrder } from "./download.ts";
import { filePages } from "./file_pages.ts";
import type { MeshFiles } from "./mesh_files.ts";
import { lastStep, normalized } from "./remote_path.ts";
import { safeSteps } from "./safe_name.ts";
import type { FailedFile } from "./transfer_all.ts";

/** So many files are fetched at once at most: a device could list them without an end. */
const MOST_ENTRIES = 1_000_000;

/** Something on a device that is to be fetched. */
export interface DownloadSource {
  readonly device_id: string;
  readonly path: string;
}

export interface DownloadPlan {
  readonly orders: readonly DownloadOrder[];
  /** Folders to make here, those that are empty on the device, too. */
  readonly folders: readonly string[];
  /** What the device listed and cannot be a file here. */
  readonly refused: readonly FailedFile[];
  /** Of the folders: what is no regular file, or cannot be read on the device. */
  readonly leftOut: number;
}

/** Where files come to be here: under one name, or under their own names in a folder. */
export type DownloadTarget = { readonly file: string } | { readonly folder: string };

/**
 * What `-o` means: a folder where there is one, where it ends like one, and where several files or folders come; else a file. With
 * `-r` it does not depend on what is there, so that the same command means the same after an interruption.
 */
export async function targetOf(output: string | undefined, several: boolean): Promise<DownloadTarget> {
  if (output === undefined) return { folder: "" };
  const found = await lookAt(output).catch(() => undefined);
  const isFolder = several || /[/\\]$/.test(output) || found?.isDirectory ||
    (found?.isSymlink && await Deno.stat(output).then((stat) => stat.isDirectory, () => false));
  return isFolder ? { folder: output } : { file: output };
}

/**
 * Finds out which files are to be fetched, and where each goes.
 *
 * @param target with `recursive`, a folder
 * @throws {MeshError} as listing does
 */
export async function planDownloads(
  mesh: Pick<MeshFiles, "list">,
  sources: readonly DownloadSource[],
  { target, recursive }: { readonly target: DownloadTarget; readonly recursive: boolean },
): Promise<DownloadPlan> {
  const plan = new Planning();
  for (const source of sources) {
    if ("folder" in target && recursive) await plan.addTree(mesh, source, target.folder);
    else plan.addFile(source, "file" in target ? target.file : join(target.folder, nameOf(source.path)));
  }
  return plan;
}

/** A plan that grows. */
class Planning implements DownloadPlan {
  readonly orders: DownloadOrder[] = [];
  readonly folders: string[] = [];
  readonly refused: FailedFile[] = [];
  leftOut = 0;
  readonly #names = new Set<string>();

  addFile({ device_id, path }: DownloadSource, file: string, entry?: FileEntry): void {
    if (this.#names.has(file)) throw new MeshError("ALREADY_EXISTS", `two of the files would both be ${file}`);
    this.#names.add(file);
    const listed = entry && { sizeBytes: entry.size_bytes, modifiedAt: entry.modified_at };
    const names = this.#names;
    // Looked up when all names are known.
    let part = "";
    this.orders.push({
      device_id,
      path,
      file,
      listed,
      get part() {
        return part ||= freePart(file, names);
      },
    });
  }

  /** A folder with all that lies in it, or a file. */
  async addTree(mesh: Pick<MeshFiles, "list">, source: DownloadSource, folder: string): Promise<void> {
    let base: string | undefined;
    const root = join(folder, safeRoot(source.path));
    for await (const page of filePages(mesh, { ...source, recursive: true })) {
      this.leftOut += page.left_out;
      for (const entry of page.entries) {
        if (base === undefined && isItself(entry, source.path)) {
          return this.addFile(source, join(folder, nameOf(source.path)), entry);
        }
        // The first one lies directly in the folder that was asked for.
        base ??= entry.path.split("/").slice(0, -1).map((step) => `${step}/`).join("");
        this.#addEntry({ device_id: source.device_id, entry, base, root });
      }
    }
    this.folders.push(root);
  }

  #addEntry(
    { device_id, entry, base, root }: { device_id: string; entry: FileEntry; base: string; root: string },
  ): void {
    if (this.orders.length + this.folders.length + this.refused.length >= MOST_ENTRIES) {
      throw new MeshError(
        "RESOURCE_EXHAUSTED",
        `there are more than ${MOST_ENTRIES} files: fetch them by their folders`,
      );
    }
    try {
      if (!entry.path.startsWith(base)) {
        throw new MeshError("INVALID_ARGUMENT", `refused the name ${JSON.stringify(entry.path)}: it was not asked for`);
      }
      const here = join(root, ...safeSteps(entry.path.slice(base.length)));
      if (entry.is_folder) this.folders.push(here);
      else this.addFile({ device_id, path: entry.path }, here, entry);
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      this.refused.push({ path: entry.path, file: "", error });
    }
  }
}

/** Whether a listing's first entry is the very file that was asked for, not something in a folder. */
function isItself(entry: FileEntry, asked: string): boolean {
  const path = normalized(asked);
  return !entry.is_folder && (path === entry.path || (asked.startsWith("/") && path.endsWith(`/${entry.path}`)));
}

/** What a folder is called here. One that is all there is has no name: what lies in it goes directly into the target. */
function safeRoot(path: string): string {
  const name = lastStep(path);
  return name === "" || name === ".." ? "" : safeSteps(name).join("/");
}

/** @throws {UsageError} for a path that names no file */
function nameOf(path: string): string {
  const name = lastStep(path);
  if (name === "" || name === "..") throw new UsageError(`${JSON.stringify(path)} names no file: -r fetches folders`);
  return safeSteps(name).join("/");
}

/** The name of a partial file, which no other one of the files has. */
function freePart(file: string, names: ReadonlySet<string>): string {
  for (let number = 0;; number++) {
    const part = number === 0 ? `${file}.part` : `${file}.${number}.part`;
    if (!names.has(part) && !names.has(`${part}.etag`)) return part;
  }
}
