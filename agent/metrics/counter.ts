import { type Family, type Sample, Series } from "./family.ts";

/** Something that only grows, by its labels. Counting costs a look-up: what is done a hundred thousand times a second is counted with it. */
export class Counter implements Family {
  readonly type = "counter";
  readonly #series: Series<{ count: number }>;

  /** @param name ends in `_total` */
  constructor(readonly name: string, readonly help: string, labelNames: readonly string[] = []) {
    this.#series = new Series(labelNames, () => ({ count: 0 }));
    // Without labels there is one figure, from the beginning.
    if (labelNames.length === 0) this.#series.at();
  }

  /** @param values of the labels, in their order */
  add(amount: number, ...values: readonly string[]): void {
    this.#series.at(...values).count += amount;
  }

  *samples(): Iterable<Sample> {
    for (const { labels, value } of this.#series.all()) yield { labels, value: value.count };
  }
}
