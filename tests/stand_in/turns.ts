/** Thrown when more wait than may. */
export class TooManyWaiting extends Error {}

/** Who is answered at once, and who waits, first come first served. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #peak = 0;

  /**
   * @param parallel answered at once
   * @param maxQueue that may wait
   */
  constructor(public parallel: number, public maxQueue: number) {}

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** The most that were answered at once so far. */
  get peak(): number {
    return this.#peak;
  }

  /** @throws {TooManyWaiting} */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#running >= this.parallel) {
      if (this.#waiting.length >= this.maxQueue) throw new TooManyWaiting();
      await this.#wait(signal);
    } else {
      this.#running += 1;
    }
    this.#peak = Math.max(this.#peak, this.#running);
    return { [Symbol.dispose]: () => this.#release() };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal.reason);
      };
      const turn = () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      this.#waiting.push(turn);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** The turn goes to whoever waits longest. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
