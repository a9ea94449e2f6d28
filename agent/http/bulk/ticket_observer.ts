import type { ServerResponse } from "node:http";
import type { TicketSubject } from "../../files/tickets.ts";
import type { DirectBody } from "../http_call.ts";

/** Hears what becomes of tickets, and of the bytes that they are for. */
export interface TicketObserver {
  /** @param peer `HOST:PORT` of who used it */
  redeemed(peer: string, subject: TicketSubject): void;
  /** Somebody showed a token of no ticket that can be used. */
  refused(peer: string): void;
  /** A transfer has ended as it should, after so many bytes. */
  transferred(direction: "sent" | "received", bytes: number): void;
}

/** The same body, of whose end the observer hears. */
export function observedBody(body: DirectBody, observer: TicketObserver | undefined): DirectBody {
  if (!observer) return body;
  return {
    length: body.length,
    async sendTo(response: ServerResponse, stallMs: number) {
      await body.sendTo(response, stallMs);
      if (!response.destroyed) observer.transferred("sent", body.length);
    },
  };
}
