import { MeshError } from "../../agent/core/errors.ts";
import type { AnswerHead, HttpExchange } from "./http_exchange.ts";

/** So much is read and sent at once, in bytes. */
export const PIECE_BYTES = 256 * 1024;

export interface Sending {
  readonly begin: number;
  readonly end: number;
  readonly signal: AbortSignal;
  /** Hears how many bytes were handed to the system. */
  readonly onBytes: (count: number) => void;
}

/**
 * Sends bytes of a file as the body of a request, one piece while the next one is read, until all are sent or the server answers, which
 * it may do before.
 *
 * @returns the head of its answer
 */
export async function sendFrom(
  file: Deno.FsFile,
  exchange: HttpExchange,
  { begin, end, signal, onBytes }: Sending,
): Promise<AnswerHead> {
  let answered = false;
  const answer = exchange.head().finally(() => answered = true);
  // It is waited for at the end; until then its failure is nobody's.
  answer.catch(() => {});
  await file.seek(begin, Deno.SeekMode.Start);
  const buffers = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)] as const;
  let sending = Promise.resolve();
  try {
    for (let at = begin, piece = 0; at < end && !answered; piece++) {
      const buffer = buffers[piece % 2 === 0 ? 0 : 1];
      const count = await file.read(buffer.subarray(0, Math.min(buffer.length, end - at)));
      if (count === null) throw new MeshError("FAILED_PRECONDITION", "the file was cut short while it was sent");
      await sending;
      signal.throwIfAborted();
      sending = exchange.write(buffer.subarray(0, count)).then(() => onBytes(count));
      sending.catch(() => {});
      at += count;
    }
    await sending;
  } catch (error) {
    if (!(error instanceof MeshError) || error.code !== "UNAVAILABLE") throw error;
    // The server may have said why it takes no more.
    return await answer.catch(() => {
      throw error;
    });
  }
  return await answer;
}
