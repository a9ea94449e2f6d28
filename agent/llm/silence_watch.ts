/** A timer that is later than this, in ms, tells that this process stood still, not that nobody spoke. */
const LATE_MS = 500;

/** Notices that nothing was heard for too long. Costs next to nothing per sign of life. */
export class SilenceWatch implements Disposable {
  readonly #onSilence: (limitMs: number) => void;
  #limitMs: number;
  #heardAt = performance.now();
  #timer: ReturnType<typeof setTimeout>;

  /**
   * @param limitMs how long it may be silent, in ms, until it is heard for the first time
   * @param onSilence called once, unless disposed before
   */
  constructor(limitMs: number, onSilence: (limitMs: number) => void) {
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
    this.#timer = setTimeout(() => this.#look(), limitMs);
  }

  /** A sign of life. From now on it may be silent for `limitMs` ms. */
  heard(limitMs: number): void {
    this.#heardAt = performance.now();
    if (limitMs === this.#limitMs) return;
    this.#limitMs = limitMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), limitMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const leftMs = this.#heardAt + this.#limitMs - performance.now();
    if (leftMs < -LATE_MS) this.#listenAgain();
    // A timer may be early by a fraction of a millisecond.
    else if (leftMs > 1) this.#timer = setTimeout(() => this.#look(), leftMs);
    else this.#onSilence(this.#limitMs);
  }

  #listenAgain(): void {
    this.#heardAt = performance.now();
    this.#timer = setTimeout(() => this.#look(), this.#limitMs);
  }
}
