/** Frames may be under way for the time that the way takes at best and so much more, in ms: half of the delay that is aimed at. */
const FLIGHT_MS = 100;
/** So many bytes may always be under way: a few frames of small changes, however slow the way seems. */
const LEAST_BYTES = 24 * 1024;
/**
 * So many frames may always be under way. Where a lost packet was a frame's last, SCTP sees it by the three packets after it, which
 * are further frames where changes are small; with fewer it waits for its timer.
 */
const LEAST_FRAMES = 5;
/** After a frame that took no longer than this, in ms, another one may follow before the next is acknowledged, however large. */
const QUICK_MS = 150;
/** A frame's fate does not matter any more after so long, in ms: the viewer does not acknowledge, or acknowledged a later one. */
const FORGET_MS = 10_000;
/** How long a measured speed is believed, in ms. */
const SPEED_LIFE_MS = 5000;

interface SentFrame {
  readonly bytes: number;
  readonly capturedAt: number;
  readonly sentAt: number;
  /** What had arrived of all frames before, in bytes. */
  readonly arrivedBefore: number;
}

/** A frame that arrived. */
export interface Arrival {
  /** From its capture until its acknowledgement, in ms. */
  readonly delay: number;
  readonly sentAt: number;
  readonly bytes: number;
}

/** The frames that were sent and not acknowledged yet. Times are in ms, of one clock. */
export class Flight {
  readonly #sent = new Map<number, SentFrame>();
  #bytes = 0;
  #arrived = 0;
  #lastDelay = Infinity;
  /** The highest speed at which frames came through lately, in bytes/ms, and when it was measured. */
  #speed = { value: 0, at: -Infinity };

  get frames(): number {
    return this.#sent.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  sent(id: number, bytes: number, capturedAt: number, now: number): void {
    this.#sent.set(id, { bytes, capturedAt, sentAt: now, arrivedBefore: this.#arrived });
    this.#bytes += bytes;
    for (const [old, { sentAt }] of this.#sent) {
      if (now - sentAt <= FORGET_MS) break;
      this.#remove(old);
    }
  }

  /** @returns undefined for a frame that is not under way, e.g. in an acknowledgement that comes twice */
  acknowledged(id: number, now: number): Arrival | undefined {
    const frame = this.#sent.get(id);
    if (!frame) return undefined;
    // The channel is in order: whoever has this one has all before it.
    for (const older of this.#sent.keys()) {
      if (older > id) break;
      this.#arrived += this.#remove(older);
    }
    const speed = (this.#arrived - frame.arrivedBefore) / Math.max(1, now - frame.sentAt);
    if (speed >= this.#speed.value || now - this.#speed.at > SPEED_LIFE_MS) this.#speed = { value: speed, at: now };
    this.#lastDelay = now - frame.capturedAt;
    return { delay: this.#lastDelay, sentAt: frame.sentAt, bytes: frame.bytes };
  }

  /**
   * Whether another frame may follow. With nothing under way it always may, however large it is.
   *
   * @param roundTrip what the way takes at best, there and back, in ms
   */
  hasRoom(fps: number, roundTrip: number): boolean {
    if (this.#sent.size === 0 || this.#sent.size === 1 && this.#lastDelay <= QUICK_MS) return true;
    const mostFrames = Math.max(LEAST_FRAMES, Math.ceil(fps * (roundTrip + 2 * FLIGHT_MS) / 1000) + 1);
    const mostBytes = Math.max(LEAST_BYTES, this.#speed.value * (roundTrip + FLIGHT_MS));
    return this.#sent.size < mostFrames && this.#bytes < mostBytes;
  }

  /** Forgets all: the connection's other end begins anew. */
  clear(): void {
    this.#sent.clear();
    this.#bytes = 0;
  }

  #remove(id: number): number {
    const bytes = this.#sent.get(id)?.bytes ?? 0;
    this.#bytes -= bytes;
    this.#sent.delete(id);
    return bytes;
  }
}
