import { TemporaryFolder } from "../processes.ts";

/** Bytes of each write of the ballast: first much, then what is left. */
const BALLAST_STEPS = [1024 * 1024, 4096, 1];

/** A disk of a few MB, which can be filled. Gone with its scope. */
export class SmallDisk implements AsyncDisposable {
  private constructor(private readonly folder: TemporaryFolder) {}

  /** @returns the disk, or why there can be none: only Linux has tmpfs, and only root may mount */
  static async mount(megabytes: number): Promise<SmallDisk | string> {
    if (Deno.build.os !== "linux") return "only Linux has tmpfs";
    const folder = new TemporaryFolder();
    const obstacle = await run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder.path);
    if (obstacle === undefined) return new SmallDisk(folder);
    folder[Symbol.dispose]();
    return obstacle;
  }

  get path(): string {
    return this.folder.path;
  }

  /** Takes all room that is left. */
  fill(): void {
    using ballast = Deno.openSync(this.#ballast, { create: true, append: true });
    for (const size of BALLAST_STEPS) {
      while (writes(ballast, new Uint8Array(size)));
    }
  }

  /** Gives it back. */
  makeRoom(): void {
    Deno.removeSync(this.#ballast);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const obstacle = await run("umount", this.path);
    // What still uses it keeps it until that ends: nothing may be left mounted.
    if (obstacle !== undefined) await run("umount", "--lazy", this.path);
    this.folder[Symbol.dispose]();
    if (obstacle !== undefined) throw new Error(`Cannot unmount ${this.path}: ${obstacle}`);
  }

  get #ballast(): string {
    return this.folder.file("ballast");
  }
}

/** False when there was no room for all of it. */
function writes(file: Deno.FsFile, bytes: Uint8Array): boolean {
  try {
    return file.writeSync(bytes) === bytes.length;
  } catch (error) {
    if (error instanceof Error && /os error 28/.test(error.message)) return false;
    throw error;
  }
}

/** What the program said when it failed, in one line. */
async function run(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim().split("\n")[0] ?? "it failed";
  } catch (error) {
    return String(error);
  }
}
