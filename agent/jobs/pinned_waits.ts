/**
 * How long somebody waits for devices that are away. Each has a time of its own, however long others have waited for the
 * same device; there is one timer per device.
 */
export class PinnedWaits<Waiting> {
  readonly #devices = new Map<string, Map<Waiting, number>>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #stopped = false;

  /**
   * @param graceMs how long a device may stay away, in ms
   * @param giveUp is told who has waited for so long
   */
  constructor(
    readonly graceMs: number,
    private readonly giveUp: (deviceId: string, waiting: readonly Waiting[]) => void,
  ) {}

  /** Starts a wait, unless it runs already. */
  begin(deviceId: string, waiting: Waiting): void {
    if (this.#stopped) return;
    let deadlines = this.#devices.get(deviceId);
    if (!deadlines) this.#devices.set(deviceId, deadlines = new Map());
    if (deadlines.has(waiting)) return;
    deadlines.set(waiting, performance.now() + this.graceMs);
    if (!this.#timers.has(deviceId)) this.#arm(deviceId, this.graceMs);
  }

  /** The device is back. */
  end(deviceId: string): void {
    clearTimeout(this.#timers.get(deviceId));
    this.#timers.delete(deviceId);
    this.#devices.delete(deviceId);
  }

  /** Somebody waits for no device any more. */
  forget(waiting: Waiting): void {
    for (const [deviceId, deadlines] of this.#devices) {
      if (deadlines.delete(waiting) && deadlines.size === 0) this.end(deviceId);
    }
  }

  /** Ends all waits for good. */
  stop(): void {
    this.#stopped = true;
    for (const deviceId of [...this.#devices.keys()]) this.end(deviceId);
  }

  #arm(deviceId: string, ms: number): void {
    this.#timers.set(deviceId, setTimeout(() => this.#look(deviceId), Math.max(0, ms)));
  }

  #look(deviceId: string): void {
    const deadlines = this.#devices.get(deviceId) ?? new Map<Waiting, number>();
    const now = performance.now();
    const over = [...deadlines].filter(([, deadline]) => deadline <= now).map(([waiting]) => waiting);
    for (const waiting of over) deadlines.delete(waiting);
    if (deadlines.size === 0) this.end(deviceId);
    else {
      let next = Infinity;
      for (const deadline of deadlines.values()) next = Math.min(next, deadline);
      this.#arm(deviceId, next - now);
    }
    if (over.length > 0) this.giveUp(deviceId, over);
  }
}
