import type { TicketSubject } from "../../files/tickets.ts";
import type { DirectBody } from "../http_call.ts";
import type { ByteRange } from "./byte_range.ts";

/** What the holder of a ticket can download. Holds it open until it is closed or a body was taken. */
export interface Offer {
  /** Without folders. */
  readonly filename: string;
  /** In bytes. */
  readonly size: number;
  /** A strong entity tag, with its quotes. */
  readonly etag: string;
  /** Last change in ms since 1970. */
  readonly modifiedAt: number;
  /** Of all of it, where that is known. */
  readonly sha256: Uint8Array | undefined;
  /**
   * Some of its bytes; at most once. The body then closes it.
   *
   * @param signal ends the sending
   */
  body(range: ByteRange, signal: AbortSignal): DirectBody;
  close(): Promise<void>;
}

/**
 * Opens what one kind of tickets is for. Undefined where it is not there any more as it was.
 *
 * @throws {MeshError} `UNAVAILABLE` when that cannot be told now: the ticket can be used later
 */
export type OfferSource<Subject extends TicketSubject> = (subject: Subject) => Promise<Offer | undefined>;
