/** How many of something run now, and a way to wait until none does. */
export class RunningCount {
  #count = 0;
  readonly #whenNone = new Set<() => void>();

  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count++;
  }

  end(): void {
    if (--this.#count > 0) return;
    for (const resolve of this.#whenNone) resolve();
  }

  /** Resolves when none runs, or the signal aborts. */
  async none(signal: AbortSignal): Promise<void> {
    if (this.#count === 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const onAbort = () => resolve();
    this.#whenNone.add(resolve);
    signal.addEventListener("abort", onAbort, { once: true });
    await promise;
    this.#whenNone.delete(resolve);
    signal.removeEventListener("abort", onAbort);
  }
}
