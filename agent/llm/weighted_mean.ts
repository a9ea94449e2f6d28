/**
 * Weight of the latest sample: what came before the latest ten weighs 3 % together, so that a mean follows a device that
 * became slower (hot, busy, on battery) within a few generations and is not thrown by one.
 */
const WEIGHT = 0.3;

/** A mean of so many samples has its settled weights: before, all of them count alike. */
const SETTLED = Math.ceil(1 / WEIGHT);

/**
 * One sample changes a settled mean as if it were at most this many times as large, or as small: a prompt that the server
 * had in its cache all the same, or a machine that stood still, does not spoil it, and a real change is followed all the same.
 */
const BELIEVED_FACTOR = 3;

/** An exponentially weighted mean of amounts that are above 0. */
export class WeightedMean {
  #value: number;
  #count: number;

  /**
   * @param value as it was kept; 0 = none yet
   * @param slack what a sample may differ by in any case, beside the factor
   */
  constructor(value = 0, private readonly slack = 0) {
    this.#value = value;
    this.#count = value > 0 ? SETTLED : 0;
  }

  /** 0 before the first sample. */
  get value(): number {
    return this.#value;
  }

  add(sample: number): void {
    const believed = this.#count < SETTLED ? sample : Math.min(
      Math.max(sample, this.#value / BELIEVED_FACTOR - this.slack),
      this.#value * BELIEVED_FACTOR + this.slack,
    );
    this.#count = Math.min(SETTLED, this.#count + 1);
    this.#value += Math.max(WEIGHT, 1 / this.#count) * (believed - this.#value);
  }

  /** What was learned so far counts no more than as a guess: the next sample replaces it. */
  doubt(): void {
    this.#count = 0;
  }
}
