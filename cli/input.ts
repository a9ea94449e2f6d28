import { ioReason } from "../agent/config/io_reason.ts";
import { UsageError } from "../agent/core/errors.ts";

/**
 * The text of a file, or of standard input to its end for `-`.
 *
 * @throws {UsageError} when it cannot be read or is not UTF-8
 */
export async function readInput(path: string, signal: AbortSignal): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = path === "-" ? await readStandardInput(signal) : await Deno.readFile(path, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new UsageError(`Cannot read ${path === "-" ? "standard input" : path}: ${ioReason(error)}`, { cause: error });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(`Cannot read ${path === "-" ? "standard input" : path}: it is not text in UTF-8`, {
      cause: error,
    });
  }
}

async function readStandardInput(signal: AbortSignal): Promise<Uint8Array> {
  const interrupted = Promise.withResolvers<never>();
  const onAbort = () => interrupted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([new Response(Deno.stdin.readable).bytes(), interrupted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
