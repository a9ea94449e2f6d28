import { WrongKeys } from "../../auth/wrong_keys.ts";
import { BusyError, type ErrorCode, MeshError } from "../../core/errors.ts";
import type { OpenTicket, TicketSubject } from "../../files/tickets.ts";
import { type HttpAnswer, type HttpCall, type HttpRoute, plainText } from "../http_call.ts";
import { contentRange } from "./content_range.ts";
import type { TicketObserver } from "./ticket_observer.ts";
import type { SinkSource, UploadSink } from "./upload_sink.ts";

/** Wrong tokens are counted so long, in ms: ten in a second from one address, and it has to wait. */
const WINDOW_MS = 1000;

/** How failures are told by HTTP; others are our own. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  INVALID_ARGUMENT: 422,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 507,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  // Nobody hears it who went away; whoever ended a request too early does.
  CANCELLED: 400,
};

/** The tickets that can be used. */
export interface UploadTicketDesk {
  find(token: string): OpenTicket<TicketSubject> | undefined;
}

export interface UploadRouteParts {
  readonly tickets: UploadTicketDesk;
  /** By the kind of what a ticket is for. Other kinds are no uploads. */
  readonly sinks: Readonly<Record<string, SinkSource<never>>>;
  readonly observer?: TicketObserver | undefined;
  /** Unix time in ms. */
  readonly now?: () => number;
}

/**
 * `PUT /bulk/upload/TOKEN`: a file, or with `Content-Range` the rest of one, for what a ticket is for, once. The ticket is used up
 * before the first byte is taken; a request that does not fit leaves it as it is.
 */
export class UploadRoute implements HttpRoute {
  readonly prefix = "/bulk/upload/";
  readonly longBodies = true;
  readonly #parts: UploadRouteParts;
  readonly #guesses: WrongKeys;

  constructor(parts: UploadRouteParts) {
    this.#parts = parts;
    this.#guesses = new WrongKeys(parts.now ?? Date.now, { what: "tokens", windowMs: WINDOW_MS });
  }

  async respond(call: HttpCall): Promise<HttpAnswer> {
    if (call.method !== "PUT") return refused("method not allowed", 405, { allow: "PUT" });
    const token = call.path.slice(this.prefix.length);
    if (token === "") return refused("missing token", 400);
    try {
      this.#guesses.refuseGuesser(call.peer);
    } catch (error) {
      if (!(error instanceof BusyError)) throw error;
      return refused(error.message, 429, { "retry-after": String(Math.ceil(error.retryAfterMs / 1000)) });
    }
    const ticket = this.#parts.tickets.find(token);
    const source = ticket && Object.hasOwn(this.#parts.sinks, ticket.subject.kind)
      ? this.#parts.sinks[ticket.subject.kind]
      : undefined;
    if (!ticket || !source) {
      this.#guesses.count(call.peer);
      this.#parts.observer?.refused(call.peer);
      return unknownToken();
    }
    // Each source is found by the kind of what it takes.
    return await this.#take(call, ticket, source(ticket.subject as never));
  }

  async #take(call: HttpCall, ticket: OpenTicket<TicketSubject>, sink: UploadSink): Promise<HttpAnswer> {
    const length = call.header("content-length");
    if (!/^\d{1,16}$/.test(length)) return refused("the length of the body must be told", 411);
    const { size, sha256 } = sink.order;
    const range = contentRange(call.header("content-range"), Number(length), size);
    if (!range) return refused(`this is no part of a file of ${size} bytes`, 400);
    if (!await ticket.spend()) return unknownToken();
    const { observer } = this.#parts;
    observer?.redeemed(call.peer, ticket.subject);
    try {
      const isWhole = await sink.take({ ...range, pieces: call.pieces() }, call.signal);
      observer?.transferred("received", range.end - range.begin);
      if (!isWhole) return plainText("more is to come", 202);
      const digest = Uint8Array.fromHex(sha256).toBase64();
      return plainText("the file is there", 201, { "repr-digest": `sha-256=:${digest}:` });
    } catch (error) {
      const status = error instanceof MeshError ? STATUS[error.code] : undefined;
      if (!(error instanceof MeshError) || status === undefined) throw error;
      return refused(error.message, status);
    }
  }
}

/** What may still come of the body is not read: the connection ends with the answer. */
function refused(message: string, status: number, headers: HttpAnswer["headers"] = {}): HttpAnswer {
  return plainText(message, status, { ...headers, connection: "close" });
}

function unknownToken(): HttpAnswer {
  return refused("invalid or expired token", 403);
}
