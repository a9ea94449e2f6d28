import type { Fault } from "./fault.ts";
import type { HttpExchange } from "./http_exchange.ts";

/** Thrown where a fault has ended an answer. */
export class FaultMet extends Error {}

/** How an answer that comes in pieces is written. */
export interface Framing {
  readonly contentType: string;
  /** A piece as it goes over the wire. */
  frame(text: string): string;
}

/** As Ollama does: JSON, one object a line. */
export const JSON_LINES: Framing = { contentType: "application/x-ndjson", frame: (text) => `${text}\n` };

/** As those of the OpenAI kind do. */
export const SERVER_SENT_EVENTS: Framing = { contentType: "text/event-stream", frame: (text) => `data: ${text}\n\n` };

/**
 * Does what the fault asks for before piece `at`, if its time has come.
 *
 * @throws {FaultMet} when it has ended the answer
 */
export async function meetFault(
  fault: Fault,
  at: number,
  exchange: HttpExchange,
  framing: Framing = JSON_LINES,
): Promise<void> {
  if (fault.kind === "answer") {
    if (at > 0 || exchange.begun) return;
    await exchange.respond(fault.status, fault.contentType ?? "application/json; charset=utf-8", fault.body);
    throw new FaultMet("answered");
  }
  if (at !== fault.after) return;
  switch (fault.kind) {
    case "die":
      exchange.cut();
      throw new FaultMet("died");
    case "hang":
      await gone(exchange);
      throw new FaultMet("hung");
    case "line":
      if (!exchange.begun) exchange.begin(200, framing.contentType);
      await exchange.write(framing.frame(fault.line));
      return;
    case "error":
      if (exchange.begun) {
        await exchange.write(framing.frame(JSON.stringify({ error: fault.error })));
        await exchange.end();
      } else {
        await exchange.respond(500, "application/json", JSON.stringify({ error: fault.error }));
      }
      throw new FaultMet("failed");
    case "end":
      if (!exchange.begun) exchange.begin(200, framing.contentType);
      await exchange.end();
      throw new FaultMet("ended");
  }
}

function gone(exchange: HttpExchange): Promise<void> {
  return new Promise((resolve) => {
    if (exchange.gone.aborted) return resolve();
    exchange.gone.addEventListener("abort", () => resolve(), { once: true });
  });
}
