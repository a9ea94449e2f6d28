/** How far back a rate looks, in ms. */
const WINDOW_MS = 10_000;

/** Below this much time, in ms, a rate says more of chance, and of messages on their way, than of the work. */
export const LEAST_MS = 200;

/** How fast a number grows, over the last 10 s, or over its last two changes where those are longer ago. */
export class SlidingRate {
  readonly #samples: { readonly count: number; readonly atMs: number }[] = [];

  note(count: number, nowMs: number): void {
    if (this.#samples.at(-1)?.count === count) return;
    this.#samples.push({ count, atMs: nowMs });
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? nowMs) <= nowMs - WINDOW_MS) this.#samples.shift();
  }

  /** Growth a second, above 0 and finite; undefined where it cannot be told, or the number does not grow. */
  perSecond(nowMs: number): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || nowMs - first.atMs < LEAST_MS || last.count <= first.count) return undefined;
    return (last.count - first.count) / (nowMs - first.atMs) * 1000;
  }
}
