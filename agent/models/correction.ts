/**
 * Weight of the latest generation: half of the correction is due to the latest four. Less than that of a rate, which
 * follows a device that became slower: the correction is for what is always wrong, and should not add to the noise.
 */
const WEIGHT = 0.15;

/** A correction is at most this factor, up or down: past that, something else is wrong than the rates. */
const MAX_FACTOR = 10;

/**
 * How much has to speak for a dependence on the length before half of it is believed, as a sum of squares of ln(length):
 * two generations, one of which is 2.7 times as long as the other, have 0.5.
 */
const DOUBT = 0.5;

/** Twice the length makes a rate half or twice as high at most: so much come from attention and fixed times. */
const MAX_SLOPE = 1;

/**
 * What predictions by rates are wrong by: a factor, which depends on how long a generation is. A rate is a mean, and with the
 * length of the context each token takes longer, in a small model several times as long, while what is short has its fixed
 * times. Weighted least squares of ln(factor) over ln(tokens).
 */
export class Correction {
  #weight = 0;
  /** Means of ln(tokens) and ln(factor). */
  #length = 0;
  #bias = 0;
  /** Sums of squares and of products, around the means. */
  #spread = 0;
  #joint = 0;
  /** The lengths that there were, as ln(tokens). */
  #shortest = Infinity;
  #longest = -Infinity;

  /**
   * A generation has ended.
   *
   * @param factor what it took by what it would have taken by the rates, above 0
   * @param tokens of prompt and answer
   */
  learn(factor: number, tokens: number): void {
    const [length, bias] = [lengthOf(tokens), limited(Math.log(factor), Math.log(MAX_FACTOR))];
    const kept = 1 - WEIGHT;
    // The first few count alike.
    this.#weight = this.#weight * kept + 1;
    const before = length - this.#length;
    this.#length += before / this.#weight;
    this.#bias += (bias - this.#bias) / this.#weight;
    this.#spread = this.#spread * kept + before * (length - this.#length);
    this.#joint = this.#joint * kept + before * (bias - this.#bias);
    this.#shortest = Math.min(this.#shortest, length);
    this.#longest = Math.max(this.#longest, length);
  }

  /** What a prediction for a generation of usual length is multiplied by; 1 where nothing was learned. */
  get usual(): number {
    return Math.exp(this.#bias);
  }

  /**
   * The same for one of this length. Of lengths that never were, the nearest that was counts.
   *
   * @param tokens of prompt and answer
   */
  factor(tokens: number): number {
    if (this.#weight === 0) return 1;
    const slope = limited(this.#joint / (this.#spread + DOUBT), MAX_SLOPE);
    const length = Math.min(this.#longest, Math.max(this.#shortest, lengthOf(tokens)));
    return Math.exp(limited(this.#bias + slope * (length - this.#length), Math.log(MAX_FACTOR)));
  }
}

function lengthOf(tokens: number): number {
  return Math.log(Math.max(1, tokens));
}

function limited(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}
