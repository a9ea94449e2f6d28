import { type DataChunk, type Sack, SentChunks } from "./werift_fixes_sctp_sent.ts";
import { Window } from "./werift_fixes_sctp_window.ts";

/** What goes out at once, in bytes: a quarter of what the socket of a browser holds that gets the processor late. */
export const BURST_BYTES = 16 * 1024;
/** Bursts follow each other at the speed that fills the window in two thirds of a round trip, and in no less than so many ms, */
const PACE_GAIN = 1.5;
const SHORT_WAY_MS = 10;
/** or at this one, in bytes/ms. */
const MOST_SPEED = 12_000;
/**
 * Silence after which everything counts as lost, in ms; twice as much after each time in vain, up to three seconds as in WebRTC's own
 * implementation. With 200 ms a busy machine, which acknowledges late, was sent most things twice.
 */
const LEAST_SILENCE_MS = 400;
const FIRST_SILENCE_MS = 1000;
const MOST_SILENCE_MS = 3000;
/** After less, in ms, nobody is asked what became of the last chunk: a busy machine takes so long. */
const LEAST_PROBE_MS = 30;
/** Asks for an acknowledgement at once (RFC 7053): receivers else keep it back for up to 200 ms. */
const ACKNOWLEDGE_AT_ONCE = 0x08;

/**
 * Says which chunk of a connection goes out when: what is lost first, as far as the window goes, in bursts. What is lost shows by what
 * came through after it, at once. The last chunk, which nothing comes after, is sent again after two round trips (a tail loss probe,
 * RFC 8985, section 7), and all is when nothing is heard for long (RFC 9260, section 6.3.3). Times are in ms, of one clock.
 */
export class Sending {
  readonly #window: Window;
  readonly #sent = new SentChunks();
  #peerWindow = Infinity;
  #burst = { bytes: 0, at: -Infinity };
  #roundTrip = { last: 0, smoothed: 0, deviation: 0 };
  #probes = 0;
  #probeDue = false;
  #silences = 0;
  #sentAt = 0;
  #heardAt = 0;

  /** @param packet bytes of the data of a full packet */
  constructor(packet: number) {
    this.#window = new Window(packet);
  }

  /** Bytes under way. */
  get flight(): number {
    return this.#sent.flight;
  }

  /** Bytes that may be. */
  get window(): number {
    return this.#window.bytes;
  }

  /**
   * What is to be sent now; it is taken from `queue` when it is new.
   *
   * @returns undefined when nothing is, before `acknowledged`, `expired`, or more in the queue
   */
  next(queue: DataChunk[], now: number): DataChunk | undefined {
    const idle = this.#sent.flight === 0;
    const chunk = this.#choose(queue, now);
    if (!chunk) return undefined;
    if (idle) this.#heardAt = now;
    this.#sentAt = now;
    if (this.#burst.bytes === 0) this.#burst.at = now;
    this.#burst.bytes += chunk.bookSize;
    this.#window.sent(this.#sent.flight, false);
    return chunk;
  }

  /** For how many ms nothing more may go, so that no burst is too long. */
  pause(now: number): number {
    if (this.#burst.bytes < BURST_BYTES) return 0;
    const speed = PACE_GAIN * this.#window.bytes / Math.max(SHORT_WAY_MS, this.#window.leastRoundTrip(now));
    const left = this.#burst.at + this.#burst.bytes / Math.min(MOST_SPEED, speed) - now;
    if (left > 0) return left;
    this.#burst.bytes = 0;
    return 0;
  }

  /** @returns the round trip that it shows, in ms, if any */
  acknowledged(sack: Sack, now: number): number | undefined {
    const news = this.#sent.acknowledge(sack, this.#window.delivered, this.#window.leastRoundTrip(now), now);
    if (!news) return undefined;
    this.#peerWindow = sack.advertisedRwnd;
    if (news.bytes === 0) return undefined;
    this.#heardAt = now;
    this.#probes = 0;
    this.#probeDue = false;
    if (news.needless) this.#window.arrivedLate();
    this.#silences = 0;
    if (news.roundTrip !== undefined) this.#measure(news.roundTrip);
    this.#findLost(now);
    this.#window.acknowledged(news, now);
    return news.roundTrip;
  }

  /** When `expired` is to be called, if nothing is acknowledged before; Infinity when nothing is under way. */
  get deadline(): number {
    return this.#sent.outstanding === 0 ? Infinity : Math.min(this.#sent.lateAfter, this.#probeAt, this.#silentAt);
  }

  /** Looks what the time that passed means. `next` may have something afterwards. */
  expired(now: number): void {
    if (this.#sent.outstanding === 0) return;
    if (this.#silentAt <= now) {
      this.#sent.loseAll(this.#silences > 0);
      this.#window.silent(now);
      this.#silences++;
      this.#heardAt = now;
      this.#probes = 0;
    } else if (this.#sent.lateAfter <= now) {
      this.#findLost(now);
    } else if (this.#probeAt <= now) {
      this.#probes++;
      this.#probeDue = true;
    }
  }

  #choose(queue: DataChunk[], now: number): DataChunk | undefined {
    const delivered = this.#window.delivered;
    if (this.#probeDue) {
      this.#probeDue = false;
      return askingAtOnce(this.#sent.takeLast(delivered, now));
    }
    const waiting = queue[0];
    if (!this.#sent.hasLost && !waiting) return undefined;
    if (this.#sent.flight >= this.#window.bytes) {
      this.#window.sent(this.#sent.flight, true);
      return undefined;
    }
    const lost = this.#sent.takeLost(delivered, now);
    if (lost) return askingAtOnce(lost);
    // With nothing under way one may always go: it asks a peer without room whether it has some again (RFC 9260, section 6.1).
    const room = this.#peerWindow - this.#sent.outstanding;
    if (!waiting || waiting.bookSize > room && this.#sent.outstanding > 0) return undefined;
    queue.shift();
    this.#sent.add(waiting, delivered, now);
    const last = queue.length === 0 || this.#sent.flight >= this.#window.bytes;
    return last ? askingAtOnce(waiting) : waiting;
  }

  #findLost(now: number): void {
    const { last, smoothed } = this.#roundTrip;
    this.#window.lost(this.#sent.findLost(Math.max(last, smoothed), this.#window.shrunkAt, now));
  }

  /** RFC 9260, section 6.3.1. */
  #measure(ms: number): void {
    const { smoothed, deviation } = this.#roundTrip;
    this.#roundTrip = smoothed === 0 ? { last: ms, smoothed: ms, deviation: ms / 2 } : {
      last: ms,
      smoothed: smoothed + (ms - smoothed) / 8,
      deviation: deviation + (Math.abs(ms - smoothed) - deviation) / 4,
    };
  }

  get #probeAt(): number {
    const { smoothed, deviation } = this.#roundTrip;
    if (smoothed === 0 || this.#sent.flight === 0) return Infinity;
    return this.#sentAt + Math.max(LEAST_PROBE_MS, 2 * smoothed, smoothed + 4 * deviation) * 2 ** this.#probes;
  }

  get #silentAt(): number {
    const { smoothed, deviation } = this.#roundTrip;
    const usual = smoothed === 0 ? FIRST_SILENCE_MS : Math.max(LEAST_SILENCE_MS, smoothed + 4 * deviation);
    return this.#heardAt + Math.min(MOST_SILENCE_MS, usual * 2 ** this.#silences);
  }
}

function askingAtOnce(chunk: DataChunk | undefined): DataChunk | undefined {
  if (chunk) chunk.flags |= ACKNOWLEDGE_AT_ONCE;
  return chunk;
}
