/** The least or the greatest of the values of some time. */
export class Extreme {
  /** The best value, then the best of those that came after it, and so on. */
  readonly #values: { readonly value: number; readonly at: number }[] = [];

  /** @param beats whether the first value counts when the second was noted before */
  constructor(private readonly lifeMs: number, private readonly beats: (value: number, other: number) => boolean) {}

  note(value: number, now: number): void {
    while (this.#values.length > 0 && this.beats(value, this.#values.at(-1)?.value ?? NaN)) this.#values.pop();
    this.#values.push({ value, at: now });
    this.#forget(now);
  }

  /** Undefined before the first value. The last one stays, however old it is. */
  at(now: number): number | undefined {
    this.#forget(now);
    return this.#values[0]?.value;
  }

  #forget(now: number): void {
    while (this.#values.length > 1 && (this.#values[0]?.at ?? now) < now - this.lifeMs) this.#values.shift();
  }
}
