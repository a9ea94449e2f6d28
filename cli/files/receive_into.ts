import type { HttpExchange } from "./http_exchange.ts";
import type { PartialFile } from "./partial_file.ts";

/** So much is received at once, in bytes. */
const PIECE_BYTES = 256 * 1024;

/**
 * Receives the rest of an answer into a file, one piece while the one before is hashed and written.
 *
 * @param options.onBytes hears how many bytes of it are in the file
 */
export async function receiveInto(
  file: PartialFile,
  exchange: HttpExchange,
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (count: number) => void },
): Promise<void> {
  const buffers = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)] as const;
  let writing = Promise.resolve();
  try {
    for (let piece = 0;; piece++) {
      const buffer = buffers[piece % 2 === 0 ? 0 : 1];
      const count = await exchange.read(buffer);
      await writing;
      signal.throwIfAborted();
      if (count === 0) return;
      writing = file.write(buffer.subarray(0, count)).then(() => onBytes(count));
      // It is waited for after the next piece; until then its failure is nobody's.
      writing.catch(() => {});
    }
  } finally {
    // What came before a connection ended is kept.
    await writing;
  }
}
