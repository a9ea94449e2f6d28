import type { Deadline, Metadata } from "@grpc/grpc-js";
import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";

/** What a handler may know of the call that it serves. */
export interface CallContext {
  /** Aborts when the caller goes away, its deadline passes, or the agent has waited long enough at its end. */
  readonly signal: AbortSignal;
  /** The caller's address, as grpc-js gives it: `127.0.0.1:40312`. */
  readonly peer: string;
  /** What is left of the caller's deadline, in ms, 1 to 2^31 - 1 (the longest timer); undefined when it set none. */
  remainingMs(): number | undefined;
  /** Whether the caller has a live session: not everyone has with `--auth open`. */
  readonly authenticated: boolean;
  /** What the caller's session says that it is; empty without one. */
  readonly clientName: string;
  /** The first value of a metadata entry; empty when it was not sent. */
  metadata(name: string): string;
}

/** The longest time that a timer can be set to, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a unary call and a stream have in common. */
interface AnyCall {
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Deadline;
  on(event: "cancelled", listener: () => void): unknown;
}

/** The context of one call. Disposing of it removes its listeners. */
export class ServedCall implements CallContext, Disposable {
  readonly peer: string;
  readonly #linked: LinkedSignal;
  authenticated = false;
  clientName = "";
  #served = false;

  constructor(private readonly call: AnyCall, shutdown: AbortSignal) {
    this.peer = call.getPeer();
    this.#linked = new LinkedSignal(shutdown);
    call.on("cancelled", () => {
      // grpc-js says so of every call, also after its answer: making an error of it would cost a tenth of a small call.
      if (this.#served) return;
      const late = (this.remainingMs() ?? MAX_TIMER_MS) <= 1;
      this.#linked.abort(
        late
          ? new MeshError("DEADLINE_EXCEEDED", "the caller's deadline passed")
          : new MeshError("CANCELLED", "the caller went away"),
      );
    });
  }

  get signal(): AbortSignal {
    return this.#linked.signal;
  }

  remainingMs(): number | undefined {
    const deadline = this.call.getDeadline();
    const at = deadline instanceof Date ? deadline.getTime() : deadline;
    return Number.isFinite(at) ? Math.min(MAX_TIMER_MS, Math.max(1, at - Date.now())) : undefined;
  }

  metadata(name: string): string {
    return textOf(this.call.metadata, name);
  }

  [Symbol.dispose](): void {
    this.#served = true;
    this.#linked[Symbol.dispose]();
  }
}

function textOf(metadata: Metadata, name: string): string {
  const value = metadata.get(name)[0];
  return typeof value === "string" ? value : "";
}
