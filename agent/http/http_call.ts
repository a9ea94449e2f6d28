import { MeshError } from "../core/errors.ts";

/** One request that is served. */
export interface HttpCall {
  readonly request: Request;
  readonly url: URL;
  /** The caller's address with its port. */
  readonly peer: string;
  /**
   * Aborts with a `MeshError` when the client goes away before the answer's head is there, or when the server stops. A client that goes
   * away later is told of by cancelling the answer's body.
   */
  readonly signal: AbortSignal;
}

/** What serves the paths that begin with `prefix`. */
export interface HttpRoute {
  readonly prefix: string;
  respond(call: HttpCall): Response | Promise<Response>;
}

/** A call as the server keeps it, from its request to its end. */
export class ServedCall implements HttpCall {
  readonly #stopping: AbortSignal;
  #controller: AbortController | undefined;

  constructor(readonly request: Request, readonly url: URL, readonly peer: string, stopping: AbortSignal) {
    this.#stopping = stopping;
  }

  get signal(): AbortSignal {
    return (this.#controller ??= this.#watched()).signal;
  }

  /** The answer's head is there. Deno may abort a request's signal when its answer was sent: that is no abort of the client's. */
  answered(): void {
    if (this.#controller) this.request.signal.removeEventListener("abort", this.#onGone);
  }

  /** The answer is sent, or nobody is there to get it. */
  ended(): void {
    if (this.#controller) this.#stopping.removeEventListener("abort", this.#onStop);
  }

  readonly #onGone = () => this.#controller?.abort(new MeshError("CANCELLED", "the client went away"));
  readonly #onStop = () => this.#controller?.abort(this.#stopping.reason);

  #watched(): AbortController {
    this.#controller = new AbortController();
    this.request.signal.addEventListener("abort", this.#onGone);
    this.#stopping.addEventListener("abort", this.#onStop);
    if (this.request.signal.aborted) this.#onGone();
    if (this.#stopping.aborted) this.#onStop();
    return this.#controller;
  }
}
