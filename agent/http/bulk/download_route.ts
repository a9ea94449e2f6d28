import { Buffer } from "node:buffer";
import { WrongKeys } from "../../auth/wrong_keys.ts";
import { BusyError, MeshError } from "../../core/errors.ts";
import type { OpenTicket, TicketSubject } from "../../files/tickets.ts";
import { type HttpAnswer, type HttpCall, type HttpRoute, plainText } from "../http_call.ts";
import { type ByteRange, byteRange } from "./byte_range.ts";
import { attachment } from "./content_disposition.ts";
import type { Offer, OfferSource } from "./offer.ts";
import { observedBody, type TicketObserver } from "./ticket_observer.ts";

/** Wrong tokens are counted so long, in ms: ten in a second from one address, and it has to wait. */
const WINDOW_MS = 1000;

/** HTTP's dates have whole seconds: one of a file that was changed in this second says nothing yet. */
const DATE_MS = 1000;

/** The tickets that can be used. */
export interface DownloadTicketDesk {
  find(token: string): OpenTicket<TicketSubject> | undefined;
}

export interface DownloadRouteParts {
  readonly tickets: DownloadTicketDesk;
  /** By the kind of what a ticket is for. Other kinds are no downloads. */
  readonly sources: Readonly<Record<string, OfferSource<never>>>;
  readonly observer?: TicketObserver | undefined;
  /** Unix time in ms. */
  readonly now?: () => number;
}

/**
 * `GET /bulk/download/TOKEN`: what a ticket is for, once. The ticket is used up, durably, before the first byte goes out; asking with
 * HEAD, or for a range that is not there, leaves it as it is.
 */
export class DownloadRoute implements HttpRoute {
  readonly prefix = "/bulk/download/";
  readonly #parts: DownloadRouteParts;
  readonly #now: () => number;
  readonly #guesses: WrongKeys;

  constructor(parts: DownloadRouteParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.#guesses = new WrongKeys(this.#now, { what: "tokens", windowMs: WINDOW_MS });
  }

  async respond(call: HttpCall): Promise<HttpAnswer> {
    if (call.method !== "GET" && call.method !== "HEAD") {
      return plainText("method not allowed", 405, { allow: "GET, HEAD" });
    }
    const token = call.path.slice(this.prefix.length);
    if (token === "") return plainText("missing token", 400);
    try {
      this.#guesses.refuseGuesser(call.peer);
    } catch (error) {
      if (!(error instanceof BusyError)) throw error;
      return plainText(error.message, 429, { "retry-after": String(Math.ceil(error.retryAfterMs / 1000)) });
    }
    const ticket = this.#parts.tickets.find(token);
    const source = ticket && Object.hasOwn(this.#parts.sources, ticket.subject.kind)
      ? this.#parts.sources[ticket.subject.kind]
      : undefined;
    if (!ticket || !source) {
      this.#guesses.count(call.peer);
      this.#parts.observer?.refused(call.peer);
      return refused();
    }
    let offer: Offer | undefined;
    try {
      // Each source is found by the kind of what it opens.
      offer = await source(ticket.subject as never);
    } catch (error) {
      if (error instanceof MeshError && error.code === "UNAVAILABLE") return plainText(error.message, 503);
      throw error;
    }
    if (offer) return await this.#answer(call, ticket, offer);
    await ticket.spend();
    return refused();
  }

  async #answer(call: HttpCall, ticket: OpenTicket<TicketSubject>, offer: Offer): Promise<HttpAnswer> {
    let handedOver = false;
    try {
      const headers = headersOf(offer);
      if (call.method === "HEAD") return { status: 200, headers, body: nothingOf(offer.size) };
      const range = this.#rangeOf(call, offer);
      if (range === "unsatisfiable") {
        const wrong = { "accept-ranges": "bytes", "content-range": `bytes */${offer.size}` };
        return plainText("no such bytes", 416, wrong);
      }
      if (!await ticket.spend()) return refused();
      handedOver = true;
      const { observer } = this.#parts;
      observer?.redeemed(call.peer, ticket.subject);
      if (!range) {
        return {
          status: 200,
          headers,
          body: observedBody(offer.body({ begin: 0, end: offer.size }, call.signal), observer),
        };
      }
      const contentRange = `bytes ${range.begin}-${range.end - 1}/${offer.size}`;
      return {
        status: 206,
        headers: { ...headers, "content-range": contentRange },
        body: observedBody(offer.body(range, call.signal), observer),
      };
    } finally {
      if (!handedOver) await offer.close();
    }
  }

  #rangeOf(call: HttpCall, offer: Offer): ByteRange | "unsatisfiable" | undefined {
    const condition = call.header("if-range");
    if (condition !== "" && !this.#isStill(condition, offer)) return undefined;
    return byteRange(call.header("range"), offer.size);
  }

  /** Whether a condition names the state of what is offered (RFC 9110, 13.1.5). */
  #isStill(condition: string, { etag, modifiedAt }: Offer): boolean {
    if (condition.startsWith('"')) return condition === etag;
    return condition === dateOf(modifiedAt) && this.#now() - modifiedAt >= DATE_MS;
  }
}

function headersOf({ filename, etag, modifiedAt, sha256 }: Offer): Record<string, string> {
  return {
    "content-type": "application/octet-stream",
    "content-disposition": attachment(filename),
    "accept-ranges": "bytes",
    etag,
    "last-modified": dateOf(modifiedAt),
    ...(sha256 && { "repr-digest": `sha-256=:${Buffer.from(sha256).toString("base64")}:` }),
    // The address serves once: what a cache kept would be of no use, and nobody else's.
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
}

function dateOf(ms: number): string {
  return new Date(ms).toUTCString();
}

function nothingOf(length: number): { readonly length: number; sendTo(): Promise<void> } {
  return { length, sendTo: () => Promise.resolve() };
}

function refused(): HttpAnswer {
  return plainText("invalid or expired token", 403);
}
