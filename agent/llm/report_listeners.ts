/** What changes often is told at most once in this time, in ms. */
const INTERVAL_MS = 1000;

/** Those who want to hear of a device's models. */
export class ReportListeners {
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #toldAt = -Infinity;

  constructor(private readonly intervalMs = INTERVAL_MS) {}

  /** Returns what ends it. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells them now, and with it whatever was to be told soon. */
  tell(): void {
    this.stop();
    this.#toldAt = performance.now();
    for (const listener of [...this.#listeners]) listener();
  }

  /** Tells them now, or when a second has passed since they were told last. */
  tellSoon(): void {
    if (this.#timer !== undefined) return;
    const waitMs = this.#toldAt + this.intervalMs - performance.now();
    if (waitMs <= 0) this.tell();
    else this.#timer = setTimeout(() => this.tell(), waitMs);
  }

  /** What was to be told soon is not told any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
