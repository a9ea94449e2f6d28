interface Timer {
  at: number;
  readonly everyMs: number | undefined;
  readonly run: () => void;
}

/** Replaced while a simulated time is in use. */
const REPLACED = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;

/** What `Date.now()` begins with, in ms. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/**
 * Time that passes only when a test says so: timers, `performance.now()` and `Date.now()` follow it until this is disposed of. One at
 * a time; it begins at 1,000,000 ms.
 */
export class SimulatedTime implements Disposable {
  now = 1_000_000;
  readonly #timers = new Map<number, Timer>();
  readonly #real = new Map<string, PropertyDescriptor | undefined>();
  #ids = 0;

  constructor() {
    const set = (run: (...args: unknown[]) => void, ms = 0, repeats: boolean, args: unknown[]) => {
      const timer = {
        at: this.now + Math.max(0, ms),
        everyMs: repeats ? Math.max(1, ms) : undefined,
        run: () => run(...args),
      };
      this.#timers.set(++this.#ids, timer);
      return this.#ids;
    };
    const clear = (id: number | undefined) => void this.#timers.delete(id ?? 0);
    const replacements = {
      setTimeout: (run: () => void, ms?: number, ...args: unknown[]) => set(run, ms, false, args),
      setInterval: (run: () => void, ms?: number, ...args: unknown[]) => set(run, ms, true, args),
      clearTimeout: clear,
      clearInterval: clear,
    };
    for (const name of REPLACED) {
      this.#real.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
      Object.defineProperty(globalThis, name, { value: replacements[name], configurable: true, writable: true });
    }
    Object.defineProperty(performance, "now", { value: () => this.now, configurable: true });
    this.#real.set("Date.now", Object.getOwnPropertyDescriptor(Date, "now"));
    Object.defineProperty(Date, "now", { value: () => EPOCH_MS + this.now, configurable: true, writable: true });
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass: each timer runs when its time has come, and what it sets going comes to rest before the next one. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await atRest();
      let next: [number, Timer] | undefined;
      for (const entry of this.#timers) if (entry[1].at <= end && (!next || entry[1].at < next[1].at)) next = entry;
      if (!next) break;
      const [id, timer] = next;
      this.now = Math.max(this.now, timer.at);
      if (timer.everyMs === undefined) this.#timers.delete(id);
      else timer.at += timer.everyMs;
      timer.run();
    }
    this.now = end;
  }

  /** Forgets all timers: the process that set them has ended. */
  clear(): void {
    this.#timers.clear();
  }

  [Symbol.dispose](): void {
    for (const [name, real] of this.#real) {
      if (!real) continue;
      if (name === "Date.now") Object.defineProperty(Date, "now", real);
      else Object.defineProperty(globalThis, name, real);
    }
    // What stands on the prototype is the real one.
    Reflect.deleteProperty(performance, "now");
  }
}

/** Resolves when everything that waits for no timer has been done. */
export function atRest(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
