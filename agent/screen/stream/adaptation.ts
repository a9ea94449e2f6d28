import type { Arrival } from "./flight.ts";
import { ladder, type Rung } from "./ladder.ts";

/** Frames should be with the viewer within this time after their capture, in ms. */
export const AIM_MS = 200;
/** Where the way alone takes most of that, this much above what it takes at best counts as well, in ms. */
const ALLOWANCE_MS = 100;
/** So far below the aim a step up is tried. */
const CALM_SHARE = 0.7;
/**
 * The arrivals of so long (in ms), and so many at least, are judged together, by their median: a lost packet makes some frames late, a way
 * that is too slow makes all of them late.
 */
const JUDGED_MS = 1000;
const JUDGED_ARRIVALS = 3;
/** One that comes so late, in ms, is judged by itself: a loss does not cost that much. */
const URGENT_MS = 1000;
/** Neither does it cost this much, in ms: small steps would take minutes. */
const HOPELESS_MS = 2000;
/** Calm must last so long before a step up, in ms; twice as long after each one that had to be taken back, up to the most. */
const FIRST_PATIENCE_MS = 2000;
const MOST_PATIENCE_MS = 20_000;
/** What comes in the beginning is not judged, in ms: a whole picture goes over a way that begins slowly, to a viewer that begins, too. */
const BEGINNING_MS = 1000;
/** A step up that was not taken back within this time, in ms, was right. */
const PROVEN_MS = 8000;
/** Steps up that are not taken back become larger, up to so many rungs at once: what was only a busy machine is over at once. */
const MOST_STRIDE = 4;
/** A delay so far below what it was when a step up did not hold, on the same rung, shows that the way is another one now. */
const MENDED_SHARE = 0.6;

/** Lowers what is asked of a slow way, and raises it again where that is of use. Times are in ms, of one clock. */
export class Adaptation {
  #rungs: readonly Rung[];
  #at = 0;
  #delays: number[] = [];
  /** Frames that were sent before it show what was before the last change. */
  #changedAt = -Infinity;
  #begunAt = -Infinity;
  #calmSince: number;
  #patience = FIRST_PATIENCE_MS;
  /** The last step up that was not taken back: when it was made, from which rung, and the delay there. */
  #raised: { readonly at: number; readonly from: number; readonly delay: number } | undefined;
  /** The last one that was. */
  #refused: { readonly from: number; readonly delay: number } | undefined;
  /** Rungs of the next step up. */
  #stride = 1;
  /** As last judged, in ms. */
  #delay = Infinity;
  #judgedAt: number;

  constructor(fps: number, quality: number, now: number) {
    this.#rungs = ladder(fps, quality);
    this.#calmSince = now;
    this.#judgedAt = now;
  }

  get current(): Rung {
    // The index is kept within the ladder, which has a rung at least.
    return this.#rungs[this.#at] as Rung;
  }

  /** What is asked has changed: it begins there. */
  ask(fps: number, quality: number, now: number): void {
    this.#rungs = ladder(fps, quality);
    this.#moveTo(0, now);
  }

  /** The viewer begins to acknowledge. */
  begin(now: number): void {
    this.#begunAt = this.#judgedAt = now + BEGINNING_MS;
  }

  /**
   * @param roundTrip what the way takes at best, there and back, in ms
   * @returns whether `current` is another one now
   */
  arrived({ delay, sentAt }: Arrival, roundTrip: number, now: number): boolean {
    if (sentAt < this.#changedAt || sentAt < this.#begunAt && delay < HOPELESS_MS) return false;
    this.#delays.push(delay);
    const aim = Math.max(AIM_MS, roundTrip + ALLOWANCE_MS);
    const judged = delay < URGENT_MS ? medianOf(this.#delays) : delay;
    // At one frame a second three of them are too long to wait for good news.
    const enough = this.#delays.length >= JUDGED_ARRIVALS || judged <= aim * CALM_SHARE;
    if (delay < URGENT_MS && (!enough || now - this.#judgedAt < JUDGED_MS)) return false;
    this.#delays = [];
    this.#judgedAt = now;
    return this.#judge(judged, aim, now);
  }

  /**
   * Nothing is under way and nothing changes: what is shown can be made better.
   *
   * @returns whether `current` is another one now
   */
  rested(now: number): boolean {
    return this.#raise(now);
  }

  #judge(delay: number, aim: number, now: number): boolean {
    this.#delay = delay;
    if (this.#refused && this.#at <= this.#refused.from && delay < this.#refused.delay * MENDED_SHARE) {
      this.#refused = undefined;
      this.#patience = FIRST_PATIENCE_MS;
    }
    if (delay > aim) return this.#lower(delay > HOPELESS_MS ? 5 : delay > 2 * aim ? 2 : 1, now);
    if (delay > aim * CALM_SHARE) this.#calmSince = now;
    return this.#raise(now);
  }

  #raise(now: number): boolean {
    if (this.#at === 0 || now - this.#calmSince < this.#patience) return false;
    const proven = this.#raised && now - this.#raised.at > PROVEN_MS;
    if (proven) this.#patience = Math.max(FIRST_PATIENCE_MS, this.#patience / 2);
    this.#raised = { at: now, from: this.#at, delay: this.#delay };
    this.#moveTo(Math.max(0, this.#at - this.#stride), now);
    this.#stride = Math.min(MOST_STRIDE, this.#stride * 2);
    return true;
  }

  #lower(steps: number, now: number): boolean {
    const takenBack = this.#raised && now - this.#raised.at <= PROVEN_MS ? this.#raised : undefined;
    if (takenBack) {
      this.#patience = Math.min(MOST_PATIENCE_MS, this.#patience * 2);
      this.#refused = takenBack;
    }
    this.#raised = undefined;
    this.#stride = 1;
    this.#calmSince = now;
    const to = Math.min(this.#rungs.length - 1, Math.max(this.#at + steps, takenBack?.from ?? 0));
    if (to === this.#at) return false;
    this.#moveTo(to, now);
    return true;
  }

  #moveTo(rung: number, now: number): void {
    this.#at = rung;
    this.#delays = [];
    this.#judgedAt = now;
    this.#changedAt = now;
    this.#calmSince = now;
  }
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
