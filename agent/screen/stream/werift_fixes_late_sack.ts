import type { SctpReceiver } from "./werift_parts.ts";

/** How long an acknowledgement may be kept back, in ms; RFC 9260, section 6.2, allows 500, and peers send again after 400 at least. */
const LATE_MS = 100;
/** Viewers send few bytes; so many packets in a row are none of their usual words. */
const MOST_PACKETS = 8;

/**
 * werift acknowledges each packet at once, in a packet of its own: a viewer's word on each frame costs one more. Where nothing is missing
 * one for all that came in a while does. Call it before the association is made; it ends with the association.
 */
export function acknowledgeLater(sctp: SctpReceiver): void {
  const atOnce = sctp.scheduleSack.bind(sctp);
  sctp.scheduleSack = async () => {
    // What is missing, or came twice, the sender must hear now; so it must before it has so much under way that it stops.
    const complete = sctp.sackMisOrdered.size === 0 && sctp.sackDuplicates.length === 0;
    if (!complete || sctp.sackPacketCount >= MOST_PACKETS) return await atOnce();
    sctp.sackTimeout ??= setTimeout(() => {
      sctp.sackTimeout = undefined;
      // What was not acknowledged is sent again, and acknowledged then.
      sctp.sendSack().catch(() => {});
    }, LATE_MS);
  };
}
