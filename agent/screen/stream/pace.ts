import { Adaptation } from "./adaptation.ts";
import { Flight } from "./flight.ts";
import type { Rung } from "./ladder.ts";
import { Ticks } from "./ticks.ts";

/**
 * Says when the next frame of a stream is to be captured, and how it is to be sent, by what its viewer acknowledges. A viewer that
 * acknowledges nothing (an old one) is sent what was asked, as far as its buffer empties. Pure: times are in ms, of one clock of the caller's.
 */
export class Pace {
  readonly #ticks: Ticks;
  readonly #adaptation: Adaptation;
  readonly #flight = new Flight();
  #acknowledges = false;
  #roundTrip = 0;

  constructor(fps: number, quality: number, now: number) {
    this.#ticks = new Ticks(fps, now);
    this.#adaptation = new Adaptation(fps, quality, now);
  }

  /** How frames are sent now. */
  get current(): Rung {
    return this.#adaptation.current;
  }

  /** Another rate and quality are asked. */
  ask(fps: number, quality: number, now: number): void {
    this.#adaptation.ask(fps, quality, now);
    this.#ticks.setRate(fps, now);
  }

  /** From now on the viewer acknowledges. */
  expectAcknowledgements(now: number): void {
    if (!this.#acknowledges) this.#adaptation.begin(now);
    this.#acknowledges = true;
  }

  /** What the way to the viewer takes at best, there and back, in ms. */
  setRoundTrip(ms: number): void {
    this.#roundTrip = ms;
  }

  /**
   * Whether a frame is to be captured now: 0, or for how many ms certainly none is. Undefined: not before something changes, an
   * acknowledgement or an empty buffer.
   *
   * @param bufferedAmount bytes that were given to the channel and are not sent
   */
  wait(bufferedAmount: number, now: number): number | undefined {
    const ms = this.#ticks.wait(now);
    if (ms > 0) return ms;
    if (bufferedAmount > 0) return undefined;
    return !this.#acknowledges || this.#flight.hasRoom(this.current.fps, this.#roundTrip) ? 0 : undefined;
  }

  /** A frame is captured now, whether or not it shows something new. */
  take(now: number): void {
    this.#ticks.take(now);
  }

  sent(frame: { readonly id: number; readonly bytes: number; readonly capturedAt: number }, now: number): void {
    if (this.#acknowledges) this.#flight.sent(frame.id, frame.bytes, frame.capturedAt, now);
  }

  /** @returns whether `current` is another one now */
  acknowledged(id: number, now: number): boolean {
    const arrival = this.#flight.acknowledged(id, now);
    return this.#changed(arrival !== undefined && this.#adaptation.arrived(arrival, this.#roundTrip, now), now);
  }

  /**
   * A capture showed nothing new.
   *
   * @returns whether `current` is another one now
   */
  unchanged(now: number): boolean {
    return this.#changed(this.#acknowledges && this.#flight.frames === 0 && this.#adaptation.rested(now), now);
  }

  #changed(changed: boolean, now: number): boolean {
    if (changed) this.#ticks.setRate(this.current.fps, now);
    return changed;
  }
}
