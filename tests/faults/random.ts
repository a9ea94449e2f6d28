/** Set to repeat a run: the seed that it printed. */
const SEED_VARIABLE = "EDGEMESH_TEST_SEED";

/** Random numbers that can be had again. Prints its seed, so that a failure can be repeated. */
export class SeededRandom {
  #state: number;

  /** @param test whose they are, for whoever reads the seed */
  constructor(test: string) {
    const given = Number(Deno.env.get(SEED_VARIABLE));
    const seed = Number.isInteger(given) && given > 0 ? given : crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
    console.log(`${test}: ${SEED_VARIABLE}=${seed}`);
    this.#state = seed;
  }

  /** A whole number, at least `from` and below `to`. */
  between(from: number, to: number): number {
    // mulberry32: a small generator with a full period, good enough to choose moments.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return from + Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * (to - from));
  }
}
