/** A device that failed comes after all others for this long, in ms; after each further failure for twice as long. */
const FIRST_MS = 15_000;
const LONGEST_MS = 240_000;

interface Failed {
  readonly until: number;
  readonly ms: number;
}

/** Devices whose models failed just now: whoever can asks others first. */
export class CoolDown {
  readonly #failed = new Map<string, Failed>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  failed(deviceId: string): void {
    const before = this.#failed.get(deviceId);
    const ms = before ? Math.min(LONGEST_MS, 2 * before.ms) : FIRST_MS;
    this.#failed.set(deviceId, { until: this.now() + ms, ms });
  }

  /** It did well, or says that something has changed, or is gone. */
  clear(deviceId: string): void {
    this.#failed.delete(deviceId);
  }

  isCooling(deviceId: string): boolean {
    return (this.#failed.get(deviceId)?.until ?? 0) > this.now();
  }
}
