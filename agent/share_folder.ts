import { join } from "node:path";
import type { AgentConfig } from "./config/config.ts";
import { ioReason } from "./config/io_reason.ts";
import { MeshError } from "./core/errors.ts";

/**
 * The shared folder's path: the one that was given, which must exist, or `shared` in the data folder, made if needed
 * (mode 0700).
 *
 * @throws {MeshError} FAILED_PRECONDITION when it is not there, not a folder, or cannot be read
 */
export async function shareFolder(config: AgentConfig): Promise<string> {
  const path = config.share || join(config.dataDir, "shared");
  try {
    if (!config.share) await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    const { isDirectory } = await Deno.stat(path);
    if (!isDirectory) throw new Error("it is not a folder");
    for await (const _ of Deno.readDir(path)) break;
    return path;
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "it does not exist" : ioReason(error);
    const text = `Cannot share folder ${path}: ${reason}; name another with --share`;
    throw new MeshError("FAILED_PRECONDITION", text, { cause: error });
  }
}
