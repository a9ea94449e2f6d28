import { BusyError } from "../core/errors.ts";

/** Wrong keys from one address within its time after which it has to wait. */
export const WRONG_KEYS_ALLOWED = 10;
/** How long wrong keys are counted together, from the first one, in ms, where nothing else is said. */
export const WINDOW_MS = 10_000;
/** Addresses remembered at most; beyond that the oldest are forgotten. */
export const MAX_ADDRESSES = 4096;

/** Slows down whoever guesses keys, by address, without keeping anybody else out. */
export class WrongKeys {
  /** In order of `since`: a window never moves, so the oldest stands first. */
  readonly #windows = new Map<string, { readonly since: number; count: number }>();

  /** @param options what is guessed, as messages name it, and how long it is counted together, in ms */
  constructor(
    private readonly now: () => number,
    private readonly options: { readonly what: string; readonly windowMs: number } = {
      what: "mesh keys",
      windowMs: WINDOW_MS,
    },
  ) {}

  /** Addresses remembered now. */
  get size(): number {
    return this.#windows.size;
  }

  /**
   * To be called before a key is compared.
   *
   * @throws {BusyError} when the address has given too many wrong keys.
   */
  refuseGuesser(peer: string): void {
    this.#forgetEnded();
    const window = this.#windows.get(addressOf(peer));
    if (!window || window.count < WRONG_KEYS_ALLOWED) return;
    const leftMs = window.since + this.options.windowMs - this.now();
    const seconds = Math.ceil(leftMs / 1000);
    throw new BusyError(`too many wrong ${this.options.what} from your address: try again in ${seconds} s`, leftMs);
  }

  /** Counts a wrong key. */
  count(peer: string): void {
    const address = addressOf(peer);
    const window = this.#windows.get(address);
    if (window) {
      window.count++;
      return;
    }
    this.#windows.set(address, { since: this.now(), count: 1 });
    if (this.#windows.size > MAX_ADDRESSES) this.#forgetFirst();
  }

  #forgetEnded(): void {
    const now = this.now();
    for (const [address, { since }] of this.#windows) {
      // A window that begins in the future is one of a clock that was set back.
      if (since <= now && now < since + this.options.windowMs) return;
      this.#windows.delete(address);
    }
  }

  #forgetFirst(): void {
    for (const address of this.#windows.keys()) {
      this.#windows.delete(address);
      return;
    }
  }
}

/** Without the port, which is another one for each connection: `10.0.0.5:4711`, `::1:4711`, `[::1]:4711`. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1").replace(/^::ffff:/i, "");
}
