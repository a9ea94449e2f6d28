import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";

/** What a handler may know of the call that it serves. */
export interface CallContext {
  /** Aborts when the caller goes away, its deadline passes, or the agent has waited long enough at its end. */
  readonly signal: AbortSignal;
  /** The caller's address with its port: `127.0.0.1:40312`. */
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

/** Who makes a call, as the edge sees it that took the call. */
export interface Caller {
  /** Its address with its port: `127.0.0.1:40312`. */
  readonly peer: string;
  /** How it calls. */
  readonly edge: "grpc" | "http";
  /**
   * Whether it may show the mesh key itself instead of a session, as HTTP clients do. It then always has to show one of both: nobody
   * is let through by `--auth open`, as a web page that the user's browser shows could be the caller.
   */
  readonly showsKey: boolean;
  /** When its deadline passes, in ms since the Unix epoch; Infinity where it set none. */
  deadline(): number;
  /** The first value of a metadata entry; empty when it was not sent. */
  metadata(name: string): string;
  /** Calls a listener when the caller goes away or its deadline passes; it may do so after the answer, too. */
  onCancelled(listener: () => void): void;
}

/** The context of one call. Disposing of it removes its listeners. */
export class ServedCall implements CallContext, Disposable {
  readonly peer: string;
  readonly #linked: LinkedSignal;
  authenticated = false;
  clientName = "";
  #served = false;

  constructor(private readonly caller: Caller, shutdown: AbortSignal) {
    this.peer = caller.peer;
    this.#linked = new LinkedSignal(shutdown);
    caller.onCancelled(() => {
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
    const at = this.caller.deadline();
    return Number.isFinite(at) ? Math.min(MAX_TIMER_MS, Math.max(1, at - Date.now())) : undefined;
  }

  metadata(name: string): string {
    return this.caller.metadata(name);
  }

  [Symbol.dispose](): void {
    this.#served = true;
    this.#linked[Symbol.dispose]();
  }
}
