import { Pace } from "./pace.ts";

/** A way to a viewer, and what is shown on it. */
export interface WayOptions {
  readonly fps: number;
  readonly quality: number;
  /** Bytes of a frame at quality 100 and full scale. */
  readonly frameBytes: number;
  /** Time there and back, in ms. */
  readonly roundTrip: number;
  /** In bytes/ms. */
  readonly speed: number;
  /** Of a frame to be held up by a loss, 0 to 1, and for how long, in ms. */
  readonly loss?: number;
  readonly lossMs?: number;
  /** What capturing, encoding and showing take, in ms. */
  readonly workMs?: number;
}

/** A frame that was shown. */
export interface Shown {
  readonly at: number;
  readonly delay: number;
  readonly quality: number;
  readonly scale: number;
}

/** Bytes that the transport takes before its buffer counts as full. */
const WINDOW = 64 * 1024;

/** Runs a pace against a simulated way, in simulated time. */
export class SimulatedWay {
  readonly pace: Pace;
  readonly shown: Shown[] = [];
  /** Times of captures. */
  readonly captures: number[] = [];
  /** Rungs that were moved to. */
  changes = 0;
  now = 0;
  /** May be changed on the way. */
  options: Required<WayOptions>;
  /** Whether captures show something new. */
  changing = true;
  /** When the way has carried all that it was given. */
  #idleAt = 0;
  #id = 0;
  #lastArrival = 0;
  readonly #acks: { id: number; at: number }[] = [];
  #seed = 7;

  constructor(options: WayOptions) {
    this.options = { loss: 0, lossMs: 0, workMs: 20, ...options };
    this.pace = new Pace(options.fps, options.quality, 0);
    this.pace.expectAcknowledgements(0);
    this.pace.setRoundTrip(options.roundTrip);
  }

  /** Lets so many ms pass. */
  run(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now++) {
      while ((this.#acks[0]?.at ?? Infinity) <= this.now) {
        const ack = this.#acks.shift();
        if (ack && this.pace.acknowledged(ack.id, this.now)) this.changes++;
      }
      const waiting = (this.#idleAt - this.now) * this.options.speed;
      if (this.pace.wait(waiting > WINDOW ? waiting : 0, this.now) === 0) this.#capture();
    }
  }

  /** Holds everything up for so many ms, as a busy machine does. */
  stall(ms: number): void {
    this.now += ms;
  }

  /** Frames shown in the last so many ms. */
  last(ms: number): Shown[] {
    return this.shown.filter(({ at }) => at > this.now - ms && at <= this.now);
  }

  #capture(): void {
    this.pace.take(this.now);
    this.captures.push(this.now);
    if (!this.changing) {
      if (this.pace.unchanged(this.now)) this.changes++;
      return;
    }
    const { quality, scale } = this.pace.current;
    const { frameBytes, roundTrip, speed, loss, lossMs, workMs } = this.options;
    const bytes = frameBytes * (0.2 + 0.8 * quality / 100) * scale * scale;
    this.#idleAt = Math.max(this.#idleAt, this.now + workMs / 2) + bytes / speed;
    const heldUp = this.#random() < loss ? lossMs : 0;
    // In order: nothing overtakes what is held up.
    this.#lastArrival = Math.max(this.#lastArrival, this.#idleAt + roundTrip / 2 + heldUp);
    const at = this.#lastArrival + workMs / 2;
    this.#id++;
    this.shown.push({ at, delay: at - this.now, quality, scale });
    this.#acks.push({ id: this.#id, at: at + roundTrip / 2 });
    this.pace.sent({ id: this.#id, bytes, capturedAt: this.now }, this.now);
  }

  /** The same numbers in each run. */
  #random(): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return this.#seed / 2_147_483_648;
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
