/**
 * Ends waiting from outside. Unlike `Promise.race` with a promise that lives long, it keeps nothing of what was waited for: whoever
 * waits a hundred thousand times needs no more memory than once.
 */
export class Interruption {
  #reason: unknown;
  #interrupted = false;
  #reject: ((reason: unknown) => void) | undefined;

  /** What is waited for now, and whatever is waited for later, fails with this. The first reason counts. */
  interrupt(reason: unknown): void {
    if (this.#interrupted) return;
    this.#interrupted = true;
    this.#reason = reason;
    this.#reject?.(reason);
  }

  /** Waits; one at a time. @throws the reason, once interrupted */
  wait<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      promise.then(resolve, reject);
      if (this.#interrupted) reject(this.#reason);
    });
  }
}
