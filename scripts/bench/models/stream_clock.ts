import type { Stream } from "./orders.ts";

/** Takes the times of one answer, from now on, and counts what came of it. */
export class StreamClock {
  readonly #began = performance.now();
  #firstTokenMs: number | undefined;
  #pieces = 0;
  #count: number | undefined;

  /** Since the beginning, in ms. */
  get ms(): number {
    return performance.now() - this.#began;
  }

  /** A piece of the answer is there. */
  token(): void {
    this.#firstTokenMs ??= this.ms;
    this.#pieces++;
  }

  /** The server's own count. */
  count(tokens: number): void {
    this.#count = tokens;
  }

  /**
   * The answer is there to its end.
   *
   * @param asked tokens that it must have
   * @throws {Error} when it has fewer, or the pieces do not show them: some servers hold a piece back that is no whole
   * character, which joins two or three
   */
  ended(asked: number): Stream {
    const endMs = this.ms;
    const isWhole = this.#count === asked && this.#pieces <= asked && this.#pieces >= asked / 2;
    if (this.#firstTokenMs === undefined || !isWhole) {
      throw new Error(`${asked} tokens were asked for, ${this.#count} were counted in ${this.#pieces} pieces`);
    }
    return { firstTokenMs: this.#firstTokenMs, endMs };
  }
}
