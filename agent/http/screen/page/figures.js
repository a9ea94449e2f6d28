// @ts-check

/** So far back the figures look, in ms. */
const WINDOW_MS = 2000;

/** So many round trips are remembered; the shortest tells the clocks' difference best. */
const ROUND_TRIPS = 8;

/** What arrives: how many pictures, how late, how much. Times are of `performance.now()`. */
export class Figures {
  /** Pictures shown since the stream began. */
  frames = 0;
  #video = { frames: 0, bytes: 0 };
  /** @type {{ at: number, delay: number | undefined }[]} */
  #shown = [];
  /** @type {{ at: number, bytes: number }[]} */
  #received = [];
  /** @type {{ roundTrip: number, offset: number }[]} */
  #clocks = [];

  /** @param {() => number} [now] */
  constructor(now = () => performance.now()) {
    this.now = now;
  }

  /** @param {number} bytes of one message */
  received(bytes) {
    this.#received.push({ at: this.now(), bytes });
    forget(this.#received, this.now());
  }

  /**
   * A picture is on the screen.
   *
   * @param {number} [capturedAt] when it was captured, by the sender's clock
   */
  shown(capturedAt) {
    const offset = this.#offset();
    const delay = capturedAt === undefined || offset === undefined ? undefined : Date.now() + offset - capturedAt;
    this.frames++;
    this.#shown.push({ at: this.now(), delay });
    forget(this.#shown, this.now());
  }

  /**
   * Counts what the browser shows by itself.
   *
   * @param {{ frames: number, bytes: number }} sofar since the stream began
   */
  video({ frames, bytes }) {
    const { frames: framesBefore, bytes: bytesBefore } = this.#video;
    this.#video = { frames, bytes };
    if (bytes > bytesBefore) this.received(bytes - bytesBefore);
    for (let frame = framesBefore; frame < frames; frame++) this.shown();
  }

  /**
   * The sender told its clock.
   *
   * @param {number} askedAt when it was asked, by `Date.now()`
   * @param {number} time what its clock said
   */
  clock(askedAt, time) {
    const now = Date.now();
    this.#clocks.push({ roundTrip: now - askedAt, offset: time - (askedAt + now) / 2 });
    if (this.#clocks.length > ROUND_TRIPS) this.#clocks.shift();
  }

  /** Pictures a second. */
  get fps() {
    forget(this.#shown, this.now());
    return this.#shown.length / (WINDOW_MS / 1000);
  }

  /** From capture to canvas: the median in ms; undefined where no picture came of late, or the clocks are not known. */
  get delay() {
    forget(this.#shown, this.now());
    const delays = this.#shown.flatMap(({ delay }) => delay === undefined ? [] : [delay]).sort((a, b) => a - b);
    return delays[Math.floor(delays.length / 2)];
  }

  /** Bytes a second. */
  get bandwidth() {
    forget(this.#received, this.now());
    return this.#received.reduce((sum, { bytes }) => sum + bytes, 0) / (WINDOW_MS / 1000);
  }

  /** By how much the sender's clock is ahead of ours, in ms. */
  #offset() {
    const [first, ...others] = this.#clocks;
    return first && others.reduce((best, one) => one.roundTrip < best.roundTrip ? one : best, first).offset;
  }
}

/**
 * @param {{ at: number }[]} entries oldest first
 * @param {number} now
 */
function forget(entries, now) {
  const kept = entries.findIndex(({ at }) => now - at <= WINDOW_MS);
  entries.splice(0, kept < 0 ? entries.length : kept);
}
