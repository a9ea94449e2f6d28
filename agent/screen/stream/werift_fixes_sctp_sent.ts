import type { Delivery } from "./werift_fixes_sctp_window.ts";

/** A chunk that came so many after it, by the order of sending, tells that a chunk is lost (RFC 9260, section 7.2.4). */
const LATER_CHUNKS = 3;
/** Or any that came after it, when it is late by so much of a round trip (RFC 8985, section 6.2: a quarter). */
const LATE_SHARE = 1.25;
const TSN_HALF = 2 ** 31;

/** werift's `DataChunk`. */
export interface DataChunk {
  readonly tsn: number;
  flags: number;
  /** Of its data. */
  readonly bookSize: number;
}

/** What a SACK says: werift's `SackChunk`. */
export interface Sack {
  readonly cumulativeTsn: number;
  readonly advertisedRwnd: number;
  /** First and last of the chunks that came, counted from the cumulative one. */
  readonly gaps: readonly (readonly [number, number])[];
}

interface Sent {
  readonly chunk: DataChunk;
  /** Counts all that is sent, also what is sent again. */
  order: number;
  sentAt: number;
  deliveredBefore: number;
  times: number;
  state: "under way" | "arrived" | "lost";
}

/** What became known by a SACK. */
export interface Acknowledgement extends Delivery {
  /** Whether something arrived that was taken for lost. */
  readonly needless: boolean;
}

/** The chunks of a connection that were sent, and not all before them acknowledged. Times are in ms, of one clock. */
export class SentChunks {
  /** By their numbers, without a gap. */
  #chunks: Sent[] = [];
  #flight = 0;
  #lost = 0;
  #outstanding = 0;
  #orders = 0;
  /** Of what was acknowledged, the order of the one that was sent last. */
  #newest = 0;
  /** Above this index nothing is known: a peer may leave out gaps, when there are many. */
  #known = 0;
  #lateAfter = 0;

  /** Bytes that are under way, as far as one knows. */
  get flight(): number {
    return this.#flight;
  }

  /** Bytes that did not arrive, as far as one knows: under way or lost. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** A chunk is sent for the first time. */
  add(chunk: DataChunk, delivered: number, now: number): void {
    const sent: Sent = { chunk, order: 0, sentAt: now, deliveredBefore: 0, times: 0, state: "lost" };
    this.#chunks.push(sent);
    this.#outstanding += chunk.bookSize;
    this.#lost++;
    this.#send(sent, delivered, now);
  }

  /** The first lost chunk, which is to be sent again, and counts as under way from now on. */
  takeLost(delivered: number, now: number): DataChunk | undefined {
    if (this.#lost === 0) return undefined;
    return this.#send(this.#chunks.find(({ state }) => state === "lost"), delivered, now);
  }

  /** The last chunk that did not arrive, which is to be sent again to learn what became of those before it. */
  takeLast(delivered: number, now: number): DataChunk | undefined {
    return this.#send(this.#chunks.findLast(({ state }) => state !== "arrived"), delivered, now);
  }

  get hasLost(): boolean {
    return this.#lost > 0;
  }

  /**
   * @param delivered bytes that had come through before
   * @param leastRoundTrip what comes sooner after it was sent again was sent before
   * @returns undefined for one that was overtaken by a later one
   */
  acknowledge(sack: Sack, delivered: number, leastRoundTrip: number, now: number): Acknowledgement | undefined {
    const first = this.#chunks[0]?.chunk.tsn ?? 0;
    const before = (sack.cumulativeTsn - first + 1) >>> 0;
    if (before > TSN_HALF || before > this.#chunks.length) return undefined;
    const news: Sent[] = [];
    let needless = false;
    const arrive = (sent: Sent | undefined) => {
      if (!sent || sent.state === "arrived") return;
      needless ||= sent.state === "lost" || sent.times > 1 && now - sent.sentAt < leastRoundTrip;
      this.#arrive(sent);
      news.push(sent);
    };
    this.#chunks.splice(0, before).forEach(arrive);
    this.#known = Math.max(0, this.#known - before);
    for (const [from, to] of sack.gaps) {
      const last = Math.min(to, this.#chunks.length);
      for (let at = from; at <= last; at++) arrive(this.#chunks[at - 1]);
      this.#known = Math.max(this.#known, last);
    }
    return { ...this.#tell(news, delivered, leastRoundTrip, now), needless };
  }

  /**
   * Finds what is lost.
   *
   * @param roundTrip the usual one
   * @returns how many chunks of those that were sent after `since`
   */
  findLost(roundTrip: number, since: number, now: number): number {
    this.#lateAfter = Infinity;
    let found = 0;
    for (let at = 0; at < this.#known; at++) {
      const sent = this.#chunks[at];
      if (sent?.state !== "under way" || sent.order >= this.#newest) continue;
      const late = sent.sentAt + roundTrip * LATE_SHARE;
      if (this.#newest - sent.order >= LATER_CHUNKS || late <= now) {
        this.#lose(sent);
        if (sent.sentAt > since) found++;
      } else this.#lateAfter = Math.min(this.#lateAfter, late);
    }
    return found;
  }

  /** When `findLost` is to be called again if nothing comes until then; Infinity when there is no use in it. */
  get lateAfter(): number {
    return this.#lateAfter;
  }

  /** All that did not arrive is lost. @param again whether this is not the first time: what arrived may have been dropped then */
  loseAll(again: boolean): void {
    this.#lateAfter = Infinity;
    for (const sent of this.#chunks) {
      if (sent.state === "under way") this.#lose(sent);
      if (sent.state !== "arrived" || !again) continue;
      sent.state = "lost";
      this.#lost++;
      this.#outstanding += sent.chunk.bookSize;
    }
  }

  #send(sent: Sent | undefined, deliveredBefore: number, now: number): DataChunk | undefined {
    if (!sent) return undefined;
    if (sent.state === "lost") {
      this.#lost--;
      this.#flight += sent.chunk.bookSize;
    }
    Object.assign(sent, {
      order: ++this.#orders,
      sentAt: now,
      deliveredBefore,
      times: sent.times + 1,
      state: "under way",
    });
    return sent.chunk;
  }

  #lose(sent: Sent): void {
    sent.state = "lost";
    this.#flight -= sent.chunk.bookSize;
    this.#lost++;
  }

  #arrive(sent: Sent): void {
    if (sent.state === "lost") this.#lost--;
    else this.#flight -= sent.chunk.bookSize;
    this.#outstanding -= sent.chunk.bookSize;
    sent.state = "arrived";
  }

  #tell(news: readonly Sent[], delivered: number, leastRoundTrip: number, now: number): Delivery {
    let bytes = 0;
    let newest: Sent | undefined;
    for (const sent of news) {
      bytes += sent.chunk.bookSize;
      const clear = sent.times === 1 || now - sent.sentAt >= leastRoundTrip;
      if (clear && sent.order > (newest?.order ?? 0)) newest = sent;
    }
    if (!newest) return { bytes, roundTrip: undefined, speed: 0, deliveredBefore: 0 };
    const { order, sentAt, deliveredBefore, times } = newest;
    this.#newest = Math.max(this.#newest, order);
    const passed = Math.max(1, now - sentAt);
    // Of what was sent twice it cannot be told which one is acknowledged (RFC 6298, section 3).
    const roundTrip = times === 1 ? passed : undefined;
    return { bytes, roundTrip, speed: (delivered + bytes - deliveredBefore) / passed, deliveredBefore };
  }
}
