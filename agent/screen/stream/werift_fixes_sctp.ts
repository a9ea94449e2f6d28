import type { SctpAssociation } from "./werift_parts.ts";

/** Bytes that may be under way from the start. werift begins with three packets. */
const FIRST_WINDOW = 64 * 1024;
/** Up to here the window grows as fast as what was acknowledged; in bytes. More is seldom of use, and fills queues on the way. */
const FAST_GROWTH_END = 1024 * 1024;
/**
 * Shortest wait before what is not acknowledged is sent again, in seconds. werift waits a second (RFC 9260), which is a freeze of
 * a second for each lost last packet of a frame. Not less than this, as a receiver may keep an acknowledgement back for 0.2 s.
 */
const LEAST_RTO = 0.4;

/**
 * Lets the window start larger, and double in each round trip while data waits. In werift it grows by about one packet in a round
 * trip: all acknowledgements of a batch but the first find a window that is not full, and count for nothing. Call it when the
 * channel is open.
 */
export function growWindowFaster(sctp: SctpAssociation): void {
  sctp.cwnd = Math.max(sctp.cwnd, FIRST_WINDOW);
  const receive = sctp.receiveSackChunk.bind(sctp);
  sctp.receiveSackChunk = (chunk) => {
    const { lastSackedTsn, cwnd } = sctp;
    const waiting = sctp.outboundQueue.length > 0;
    // It works up to its first `await` before it returns: the window has been adjusted by then.
    const received = receive(chunk);
    const acknowledged = (sctp.lastSackedTsn - lastSackedTsn) >>> 0;
    const inOrder = acknowledged > 0 && acknowledged < 0x7fff_ffff;
    const slowStart = sctp.fastRecoveryExit === undefined && sctp.cwnd <= (sctp.ssthresh ?? 0);
    if (waiting && inOrder && slowStart && sctp.cwnd === cwnd && cwnd < FAST_GROWTH_END) {
      sctp.cwnd += Math.min(acknowledged, 2) * sctp.maxPayloadSize;
    }
    return received;
  };
}

/** The same before any round trip was measured, in seconds (RFC 9260); werift takes 3 s. */
const FIRST_RTO = 1;

/**
 * Sends again after {@link LEAST_RTO} or four deviations over the round trip, whichever is longer. Call it before the connection is
 * made.
 */
export function sendAgainSooner(sctp: SctpAssociation): void {
  sctp.rto = Math.min(sctp.rto, FIRST_RTO);
  const update = sctp.updateRto.bind(sctp);
  sctp.updateRto = (roundTrip) => {
    update(roundTrip);
    const { srtt = 1, rttvar = 0 } = sctp;
    sctp.rto = Math.min(sctp.rto, Math.max(LEAST_RTO, srtt + 4 * rttvar));
  };
}

/**
 * Sends what the window allows. werift sends four packets for each acknowledgement and none without, so that each frame after a pause
 * begins like a new slow start.
 */
export class Pump {
  #running = false;

  /** @param sctp must be connected */
  constructor(private readonly sctp: SctpAssociation) {}

  /** Call it after something was queued. Does nothing while it is at work. */
  async run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      await this.#fillWindow();
    } finally {
      this.#running = false;
    }
  }

  async #fillWindow(): Promise<void> {
    const { sctp } = this;
    for (let turn = 1; sctp.state === "connected" && sctp.outboundQueue.length > 0; turn++) {
      if (sctp.flightSize >= sctp.cwnd) return;
      const before = sctp.outboundQueue.length;
      await sctp.transmit();
      // Nothing went: an acknowledgement's own sending is at work, or the peer's window is full. And now and then the event loop gets
      // its turn, so that acknowledgements are read while a large frame is sent.
      if (sctp.outboundQueue.length === before || turn % 2 === 0) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }
}
