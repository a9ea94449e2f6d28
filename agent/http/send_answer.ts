import type { ServerResponse } from "node:http";
import { logger } from "../core/log.ts";
import type { HttpAnswer } from "./http_call.ts";

const log = logger("http");

/** So much is given to a connection at once, in bytes: what a client has taken is known to within that. */
const SLICE_BYTES = 65_536;

/** A client that takes nothing of its answer for so long is given up, in ms. */
export const STALL_MS = 60_000;

const encoder = new TextEncoder();

/** Sends an answer. Resolves when it is sent, or nobody is there any more to take it. */
export async function sendAnswer(
  response: ServerResponse,
  { status, headers, body }: HttpAnswer,
  stallMs = STALL_MS,
): Promise<void> {
  if (body instanceof ReadableStream) {
    response.writeHead(status, headers);
    await sendStream(response, body, stallMs);
  } else if (typeof body === "object" && "sendTo" in body) {
    response.writeHead(status, { ...headers, "content-length": body.length });
    await body.sendTo(response, stallMs);
  } else {
    const bytes = typeof body === "string" ? encoder.encode(body) : body;
    response.writeHead(status, { ...headers, "content-length": bytes.length });
    await send(response, bytes, stallMs);
  }
  if (response.destroyed) return;
  response.end();
  if (!response.writableFinished) await taken(response, "finish", stallMs);
}

/** Each piece is sent as soon as it is there. A stream that fails breaks its answer off. */
async function sendStream(
  response: ServerResponse,
  stream: ReadableStream<Uint8Array>,
  stallMs: number,
): Promise<void> {
  const reader = stream.getReader();
  // Also while the client is waited for. Where nobody waits, the next reading fails.
  const broken = new Promise<never>((_, reject) => reader.closed.catch(reject));
  broken.catch(() => {});
  // What there is to say of a stream that has failed already is said below.
  const onClose = () => void reader.cancel().catch(() => {});
  response.once("close", onClose);
  if (response.destroyed) onClose();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || response.destroyed) break;
      const sending = send(response, value, stallMs);
      if (sending) await Promise.race([sending, broken]);
    }
  } catch (error) {
    log.warn("an answer was broken off: {error}", { error });
    response.destroy();
  } finally {
    response.off("close", onClose);
  }
}

/** Gives bytes to the connection. Nothing is to be waited for where it takes them at once. */
function send(response: ServerResponse, bytes: Uint8Array, stallMs: number): Promise<void> | undefined {
  if (bytes.length <= SLICE_BYTES) return response.write(bytes) ? undefined : taken(response, "drain", stallMs);
  return sendSlices(response, bytes, stallMs);
}

async function sendSlices(response: ServerResponse, bytes: Uint8Array, stallMs: number): Promise<void> {
  for (let sent = 0; sent < bytes.length && !response.destroyed; sent += SLICE_BYTES) {
    await send(response, bytes.subarray(sent, sent + SLICE_BYTES), stallMs);
  }
}

/** Waits until the client has taken what was written, or is gone. One that takes nothing is given up. */
function taken(response: ServerResponse, event: "drain" | "finish", stallMs: number): Promise<void> {
  // Whoever is gone already is told of by no event any more.
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      log.warn("a client took nothing of its answer for {seconds} s: its connection is closed", {
        seconds: Math.round(stallMs / 1000),
      });
      response.destroy();
    }, stallMs);
    const done = () => {
      clearTimeout(timer);
      response.off(event, done);
      response.off("close", done);
      resolve();
    };
    response.once(event, done);
    response.once("close", done);
  });
}
