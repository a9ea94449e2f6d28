import { ioReason } from "../agent/config/io_reason.ts";
import { UsageError } from "../agent/core/errors.ts";

/** Most bytes that are read where nothing else is said: a plan of a million tasks is smaller. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * The text of a file, or of standard input to its end for `-`.
 *
 * @throws {UsageError} when it cannot be read, is too large or is not UTF-8
 */
export async function readInput(path: string, signal: AbortSignal, mostBytes = MOST_BYTES): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await beforeAbort(
      path === "-" ? readWhole(Deno.stdin.readable, mostBytes) : readFile(path, mostBytes),
      signal,
    );
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

async function readFile(path: string, mostBytes: number): Promise<Uint8Array> {
  return await readWhole((await Deno.open(path)).readable, mostBytes);
}

/** Piece by piece: `/dev/zero` has no size to look at first. */
async function readWhole(stream: ReadableStream<Uint8Array<ArrayBuffer>>, mostBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > mostBytes) throw new Error(`it is larger than ${mostBytes / 1024 / 1024} MiB`);
    pieces.push(piece);
  }
  return await new Blob(pieces).bytes();
}

/** What is read, unless the signal comes first; whoever reads on then is ended with the program. */
async function beforeAbort<Result>(reading: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const interrupted = Promise.withResolvers<never>();
  const onAbort = () => interrupted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([reading, interrupted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
