import { Counter } from "./counter.ts";
import type { Family } from "./family.ts";
import { Histogram, SECONDS } from "./histogram.ts";

/** Calls of the contract's methods, by whichever way they came. Only methods that exist are told of. */
export class RpcFigures {
  readonly #calls = new Counter("edgemesh_rpc_total", "Calls that have ended, by their gRPC status", [
    "edge",
    "method",
    "code",
  ]);
  readonly #seconds = new Histogram("edgemesh_rpc_duration_seconds", "How long calls took, streams included", SECONDS, [
    "edge",
    "method",
  ]);

  readonly families: readonly Family[] = [this.#calls, this.#seconds];

  observed(edge: string, method: string, code: string, ms: number): void {
    this.#calls.add(1, edge, method, code);
    this.#seconds.observe(ms / 1000, edge, method);
  }
}
