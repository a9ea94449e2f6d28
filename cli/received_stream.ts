import { LinkedSignal } from "../agent/core/abort.ts";
import { type CallError, failureOf, type MadeCall } from "./call_failure.ts";

/** A call that is answered with many messages, as grpc-js makes it. */
interface StreamingCall<Message> extends AsyncIterable<Message> {
  cancel(): void;
  on(event: "error", listener: () => void): unknown;
}

/**
 * The messages of a server stream, which is opened when the first is asked for, and cancelled when the reader stops
 * early or a signal aborts. The server is held back while nobody reads.
 *
 * @throws {MeshError} while it is read; the signal's reason once that has aborted
 */
export async function* received<Message>(
  open: () => StreamingCall<Message>,
  { signals, ...made }: MadeCall & { readonly signals: readonly AbortSignal[] },
): AsyncGenerator<Message, void, void> {
  using stop = new LinkedSignal(...signals);
  const { signal } = stop;
  signal.throwIfAborted();
  const call = open();
  const cancel = () => call.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    for await (const message of call) yield message;
  } catch (error) {
    signal.throwIfAborted();
    throw isCallError(error) ? failureOf(error, made) : error;
  } finally {
    signal.removeEventListener("abort", cancel);
    // Cancelling what has ended does nothing; its error, that it was cancelled, is nobody's any more.
    call.on("error", () => {});
    call.cancel();
  }
  signal.throwIfAborted();
}

function isCallError(error: unknown): error is CallError {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;
}
