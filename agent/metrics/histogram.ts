import { type Family, type Sample, Series } from "./family.ts";

/** How many values were below which bound. */
class Distribution {
  /** One more than there are bounds: the last is for what is above all of them. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }
}

/** From half a millisecond, what a small call takes, to a minute, in s. */
export const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** How values are distributed, by labels. */
export class Histogram implements Family {
  readonly type = "histogram";
  readonly #series: Series<Distribution>;

  /** @param bounds ascending; each holds what is not above it */
  constructor(
    readonly name: string,
    readonly help: string,
    private readonly bounds: readonly number[],
    labelNames: readonly string[] = [],
  ) {
    this.#series = new Series(labelNames, () => new Distribution(bounds));
    if (labelNames.length === 0) this.#series.at();
  }

  /** @param values of the labels, in their order */
  observe(value: number, ...values: readonly string[]): void {
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] ?? Infinity)) at++;
    const distribution = this.#series.at(...values);
    distribution.counts[at] = (distribution.counts[at] ?? 0) + 1;
    distribution.sum += value;
  }

  *samples(): Iterable<Sample> {
    for (const { labels, value: { counts, sum } } of this.#series.all()) {
      let below = 0;
      for (const [at, count] of counts.entries()) {
        below += count;
        const le = String(this.bounds[at] ?? "+Inf");
        yield { labels: { ...labels, le }, value: below, suffix: "_bucket" };
      }
      yield { labels, value: sum, suffix: "_sum" };
      yield { labels, value: below, suffix: "_count" };
    }
  }
}
