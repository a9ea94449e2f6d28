import type { HttpCall } from "../http_call.ts";
import type { ProcedureCaller } from "./procedure.ts";

/** The longest time that a timer can be set to, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Who calls over HTTP, from its request's head to the end of its answer. Disposing of it stops its clock. */
export class HttpCaller implements ProcedureCaller, Disposable {
  readonly edge = "http";
  readonly showsKey = true;
  readonly peer: string;
  readonly #deadline: number;
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  readonly #gone = new AbortController();

  /** @param timeoutMs how long it waits; undefined where it does not say */
  constructor(private readonly call: HttpCall, timeoutMs: number | undefined) {
    this.peer = call.peer;
    this.#deadline = timeoutMs === undefined ? Infinity : Date.now() + timeoutMs;
  }

  deadline(): number {
    return this.#deadline;
  }

  metadata(name: string): string {
    return this.call.header(name);
  }

  onCancelled(listener: () => void): void {
    for (const { signal } of [this.call, this.#gone]) {
      if (signal.aborted) return listener();
      signal.addEventListener("abort", listener, { once: true });
    }
    const leftMs = this.#deadline - Date.now();
    if (leftMs <= MAX_TIMER_MS) this.#timers.push(setTimeout(listener, leftMs));
  }

  /** It takes nothing of its answer any more. */
  leave(): void {
    this.#gone.abort();
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
