/**
 * Joins signals into one that lives as long as the `using` scope: its listeners are removed again when the scope ends,
 * so that a long-lived signal (shutdown) does not collect a listener per call.
 */
export class LinkedSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #undo: (() => void)[] = [];

  constructor(...sources: (AbortSignal | undefined)[]) {
    for (const source of sources) {
      if (!source) continue;
      if (source.aborted) {
        this.#controller.abort(source.reason);
        break;
      }
      const onAbort = () => this.#controller.abort(source.reason);
      source.addEventListener("abort", onAbort, { once: true });
      this.#undo.push(() => source.removeEventListener("abort", onAbort));
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts this signal only, never its sources. */
  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  /** Aborts after `ms` milliseconds with `reason`. Returns what calls that off. */
  abortAfter(ms: number, reason: unknown): () => void {
    const timer = setTimeout(() => this.#controller.abort(reason), ms);
    const callOff = () => clearTimeout(timer);
    this.#undo.push(callOff);
    return callOff;
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}

/** Resolves after `ms` milliseconds, or rejects at once with the signal's reason when it aborts. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
