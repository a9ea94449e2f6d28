/** What a rate is taken over, in ms. */
const SPAN_MS = 2000;

/** How often something happens, over the last two seconds. */
export class RateMeter {
  readonly #times: number[] = [];

  constructor(private readonly since: number) {}

  /** It happened, at `now` ms. */
  count(now: number): void {
    this.#times.push(now);
    this.#forget(now);
  }

  /** Times in a second. */
  rate(now: number): number {
    this.#forget(now);
    return this.#times.length * 1000 / Math.max(1, Math.min(SPAN_MS, now - this.since));
  }

  #forget(now: number): void {
    while ((this.#times[0] ?? now) < now - SPAN_MS) this.#times.shift();
  }
}
