import { lstat, readdir, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { logger } from "../../core/log.ts";

const log = logger("files");

/** How long the parts of files are kept that nobody goes on with, and how many, of how many bytes together. */
export interface PartialLimits {
  readonly ms: number;
  readonly count: number;
  readonly bytes: number;
}

export const PARTIAL_LIMITS: PartialLimits = { ms: 86_400_000, count: 100, bytes: 64 * 2 ** 30 };

const SUFFIX = ".part";

/** The parts of files that were begun. Nothing but what is named like one is ever touched. */
export class PartialFiles {
  constructor(
    private readonly folder: string,
    private readonly limits: PartialLimits = PARTIAL_LIMITS,
    private readonly now: () => number = Date.now,
  ) {}

  pathOf(key: string): string {
    return join(this.folder, `${key}${SUFFIX}`);
  }

  /** How many bytes of it are there. */
  async sizeOf(key: string): Promise<number> {
    try {
      const found = await lstat(this.pathOf(key));
      return found.isFile() ? found.size : 0;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === "ENOENT") return 0;
      throw error;
    }
  }

  /** Removes it, if there is anything of it. */
  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  /** Removes what is too old or too much, the oldest first. @param isInUse by its key: such a one stays */
  async sweep(isInUse: (key: string) => boolean): Promise<void> {
    const idle: { key: string; size: number; at: number }[] = [];
    for (const name of await readdir(this.folder)) {
      const key = name.slice(0, -SUFFIX.length);
      if (!/^[0-9a-f]{64}$/.test(key) || name !== key + SUFFIX || isInUse(key)) continue;
      const found = await lstat(join(this.folder, name)).catch(() => undefined);
      if (found) idle.push({ key, size: found.size, at: found.mtimeMs });
    }
    idle.sort((a, b) => b.at - a.at);
    let bytes = 0;
    for (const [count, { key, size, at }] of idle.entries()) {
      bytes += size;
      const { limits } = this;
      if (count < limits.count && bytes <= limits.bytes && this.now() - at <= limits.ms) continue;
      if (isInUse(key)) continue;
      await unlink(this.pathOf(key)).catch((error) => log.warn("cannot remove a part of a file: {error}", { error }));
    }
  }
}
