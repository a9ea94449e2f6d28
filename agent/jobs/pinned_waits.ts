/**
 * How long tasks that name their device wait for it while it is away. One timer per device, however many tasks wait.
 */
export class PinnedWaits {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #stopped = false;

  /** @param graceMs how long a device may stay away, in ms; then `giveUp` is called once. */
  constructor(readonly graceMs: number, private readonly giveUp: (deviceId: string) => void) {}

  /** Starts the wait, unless it runs already. */
  begin(deviceId: string): void {
    if (this.#stopped || this.#timers.has(deviceId)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(deviceId);
      this.giveUp(deviceId);
    }, this.graceMs);
    this.#timers.set(deviceId, timer);
  }

  /** The device is back. */
  end(deviceId: string): void {
    clearTimeout(this.#timers.get(deviceId));
    this.#timers.delete(deviceId);
  }

  /** Ends all waits for good. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
