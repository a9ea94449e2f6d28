import { isLoopbackAddress } from "./loopback.ts";

/** How many connections are kept at once. */
export interface ConnectionLimits {
  /** From one address. */
  readonly perAddress: number;
  /** From this machine: programs of all its users, and proxies before the agent, come from one address. */
  readonly loopback: number;
  readonly inAll: number;
}

/**
 * A browser opens 6 to a server, and `get --parallel` some more. An idle one takes some 50 KB, so that all of them stay below 100 MB,
 * and below the number of files that systems let a process have open.
 */
export const CONNECTION_LIMITS: ConnectionLimits = { perAddress: 64, loopback: 1024, inAll: 2048 };

/** Which limit was reached. */
export type ReachedLimit = "address" | "all";

/** Counts connections by address. */
export class ConnectionCount {
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  constructor(private readonly limits: ConnectionLimits) {}

  get all(): number {
    return this.#all;
  }

  /** Addresses that have connections now. */
  get addresses(): number {
    return this.#byAddress.size;
  }

  /** One more from this address. Returns the limit that it would pass: then it does not count. */
  begin(address: string): ReachedLimit | undefined {
    const count = this.#byAddress.get(address) ?? 0;
    const { inAll, loopback, perAddress } = this.limits;
    if (this.#all >= inAll) return "all";
    if (count >= (isLoopbackAddress(address) ? loopback : perAddress)) return "address";
    this.#byAddress.set(address, count + 1);
    this.#all++;
    return undefined;
  }

  end(address: string): void {
    const count = this.#byAddress.get(address) ?? 0;
    if (count > 1) this.#byAddress.set(address, count - 1);
    else this.#byAddress.delete(address);
    this.#all--;
  }
}
