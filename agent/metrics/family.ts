/** Names and values of labels. */
export type Labels = Readonly<Record<string, string>>;

/** One line of what Prometheus reads. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** What follows the family's name: of histograms `_bucket`, `_sum` and `_count`. */
  readonly suffix?: string;
}

/** Figures of one meaning, which differ by their labels: https://prometheus.io/docs/concepts/data_model/ */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** As they are now. */
  samples(): Iterable<Sample>;
}

/** Combinations of labels that one family keeps; what comes after is counted under `other`, so that nobody can fill the memory. */
export const MAX_SERIES = 1000;

/** Stands between values of labels in a key: no name of a method, kind or code holds it. */
const SEPARATOR = "\u0000";

/** What is kept for each combination of labels. */
export class Series<T> {
  readonly #values = new Map<string, { readonly labels: Labels; readonly value: T }>();

  /** @param make the value of a new combination */
  constructor(private readonly names: readonly string[], private readonly make: () => T) {}

  /** Of values of labels in the order of their names. */
  at(...values: readonly string[]): T {
    const [first = "", second] = values;
    // By far the most have one label or two.
    const key = second === undefined
      ? first
      : values.length === 2
      ? first + SEPARATOR + second
      : values.join(SEPARATOR);
    return (this.#values.get(key) ?? this.#add(key, values)).value;
  }

  all(): Iterable<{ readonly labels: Labels; readonly value: T }> {
    return this.#values.values();
  }

  #add(key: string, values: readonly string[]) {
    const isFull = this.#values.size >= MAX_SERIES;
    const kept = isFull ? this.names.map(() => "other") : values;
    const keptKey = isFull ? kept.join(SEPARATOR) : key;
    const known = this.#values.get(keptKey);
    if (known) return known;
    const labels = Object.fromEntries(this.names.map((name, at) => [name, kept[at] ?? ""]));
    const added = { labels, value: this.make() };
    this.#values.set(keptKey, added);
    return added;
  }
}
