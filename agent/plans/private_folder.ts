import { join } from "node:path";
import { messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";

const log = logger("plans");

/** A folder that only this user may read (0700), removed with all that is in it when its scope ends. */
export class PrivateFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  /**
   * @param parent the folder to make it in; undefined = the system's folder for temporary files
   * @throws what the operating system says
   */
  static async make(parent: string | undefined): Promise<PrivateFolder> {
    return new PrivateFolder(await Deno.makeTempDir({ prefix: "edgemesh-plan-", ...(parent ? { dir: parent } : {}) }));
  }

  /** Writes a new file that only this user may read (0600). Returns its path. */
  async write(name: string, text: string): Promise<string> {
    const path = join(this.path, name);
    await Deno.writeTextFile(path, text, { createNew: true, mode: 0o600 });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await Deno.remove(this.path, { recursive: true });
    } catch (error) {
      log.warning("cannot remove {path}: {reason}", { path: this.path, reason: messageOf(error) });
    }
  }
}
