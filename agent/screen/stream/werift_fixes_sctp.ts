import { BURST_BYTES, Sending } from "./werift_fixes_sctp_sending.ts";
import type { Sack } from "./werift_fixes_sctp_sent.ts";
import type { SctpAssociation } from "./werift_parts.ts";

/** Wait for the first answers, before any round trip was measured, in seconds (RFC 9260); werift takes 3 s. */
const FIRST_RTO = 1;
/** Other work has its turn after each burst for so long at least, in ms, so that acknowledgements are read while a large frame is sent. */
const BREATH_MS = 1;

/**
 * Sends the data of an association in werift's place, as {@link Sending} says. werift's own sender
 *  - sends four packets for each acknowledgement, and none without;
 *  - halves its window for each loss, and wins it back by less than one packet in a round trip;
 *  - sends a lost packet again for each three acknowledgements that come until the first repetition is acknowledged;
 *  - waits a second for a frame's last packet, and then sends everything again, also what was acknowledged.
 */
export class SctpSender {
  readonly #sending: Sending;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;
  #stopped = false;
  #starting = false;

  /**
   * Call it before the association is made. It ends with the association.
   *
   * @param onFault is told of what should not happen: nothing is sent any more then
   */
  constructor(private readonly sctp: SctpAssociation, private readonly onFault: (error: unknown) => void) {
    this.#sending = new Sending(sctp.maxPayloadSize);
    sctp.rto = Math.min(sctp.rto, FIRST_RTO);
    sctp.transmit = () => Promise.resolve(this.#start());
    sctp.receiveSackChunk = (sack) => this.#acknowledged(sack);
    // Its timer for what is not acknowledged is never set now. It is cancelled when the association ends.
    sctp.timer3Cancel = () => this.#stop();
  }

  /** All that is queued at once goes together. */
  #start(): void {
    if (this.#starting) return;
    this.#starting = true;
    queueMicrotask(() => {
      this.#starting = false;
      this.#guarded(() => this.#send());
    });
  }

  async #acknowledged(sack: Sack): Promise<void> {
    this.#guarded(() => {
      const roundTrip = this.#sending.acknowledged(sack, performance.now());
      if (roundTrip !== undefined) this.sctp.updateRto(roundTrip / 1000);
      this.#send();
    });
    await this.sctp.onSackReceived();
  }

  #send(): void {
    const { sctp } = this;
    if (this.#stopped || sctp.state !== "connected") return;
    const queue = sctp.outboundQueue;
    const hadSome = queue.length > 0;
    let pause = this.#sending.pause(performance.now());
    for (let sent = 0; pause === 0;) {
      const chunk = this.#sending.next(queue, performance.now());
      if (!chunk) break;
      // What cannot be sent is as good as lost, and is sent again. That the way is gone is seen by ICE.
      sctp.sendChunk(chunk).catch(() => {});
      sent += chunk.bookSize;
      pause = this.#sending.pause(performance.now());
      if (sent >= BURST_BYTES) pause = Math.max(pause, BREATH_MS);
    }
    sctp.flightSize = this.#sending.flight;
    if (hadSome && queue.length === 0) sctp.flush.execute();
    this.#wake(pause > 0 ? performance.now() + pause : this.#sending.deadline);
  }

  /** Looks again then, or before. */
  #wake(at: number): void {
    if (at >= this.#timerAt || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      this.#guarded(() => {
        const now = performance.now();
        if (this.#sending.deadline <= now) this.#sending.expired(now);
        this.#send();
      });
    }, Math.max(1, at - performance.now()));
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#stop();
      this.onFault(error);
    }
  }

  #stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
