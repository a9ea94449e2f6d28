/**
 * When frames are due: at an even rate that does not drift, whatever each frame takes. A tick that could not be used in time is
 * not made up for: after a stall the next ones come at the usual distance again. All times are in ms, of one clock.
 */
export class Ticks {
  #interval: number;
  #due: number;

  /** @param fps ticks in a second, above 0 */
  constructor(fps: number, now: number) {
    this.#interval = 1000 / fps;
    this.#due = now;
  }

  /** From the next tick on. One that is due already stays due. */
  setRate(fps: number, now: number): void {
    const last = this.#due - this.#interval;
    this.#interval = 1000 / fps;
    if (this.#due > now) this.#due = Math.max(now, last + this.#interval);
  }

  /** ms until the next tick; 0 when it is due. */
  wait(now: number): number {
    return Math.max(0, this.#due - now);
  }

  /**
   * Uses the tick that is due. The next one keeps to the even rate, unless this one came so late that it would follow at less than half
   * the distance.
   */
  take(now: number): void {
    const next = this.#due + this.#interval;
    this.#due = next < now + this.#interval / 2 ? now + this.#interval : next;
  }
}
