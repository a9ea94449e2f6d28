/**
 * The distinct devices that a plan has in use, `maxWorkers` of them at a time: those that tasks name have their place
 * before others, as in a job.
 */
export class PlanWorkers {
  readonly #named: Set<string>;
  readonly #inUse: Set<string>;

  /**
   * @param maxWorkers 0 = any number
   * @param named devices that tasks of any group name
   */
  constructor(private readonly maxWorkers: number, named: Iterable<string>) {
    this.#named = new Set(named);
    this.#inUse = new Set(this.#named);
  }

  get isLimited(): boolean {
    return this.maxWorkers > 0;
  }

  /** Whether a device that has nothing to do should give its place to another. */
  get isFull(): boolean {
    return this.isLimited && this.#inUse.size >= this.maxWorkers;
  }

  has(deviceId: string): boolean {
    return this.#inUse.has(deviceId);
  }

  mayUse(deviceId: string): boolean {
    return !this.isFull || this.#inUse.has(deviceId);
  }

  use(deviceId: string): void {
    this.#inUse.add(deviceId);
  }

  /** A group begins. Of more devices than there may be, those go first that no task names, then those that only others do. */
  begin(named: ReadonlySet<string>): void {
    for (const deviceId of named) {
      this.#named.add(deviceId);
      this.#inUse.add(deviceId);
    }
    this.#makeRoom((deviceId) => named.has(deviceId) || this.#named.has(deviceId));
    this.#makeRoom((deviceId) => named.has(deviceId));
  }

  /** Another device may take this one's place, unless tasks name it. Returns whether it may. */
  leave(deviceId: string): boolean {
    return !this.#named.has(deviceId) && this.#inUse.delete(deviceId);
  }

  #makeRoom(stays: (deviceId: string) => boolean): void {
    if (!this.isLimited) return;
    for (const deviceId of this.#inUse) {
      if (this.#inUse.size <= this.maxWorkers) return;
      if (stays(deviceId)) continue;
      this.#named.delete(deviceId);
      this.#inUse.delete(deviceId);
    }
  }
}
