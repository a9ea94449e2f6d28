/**
 * What goes wrong with requests for text and embeddings. `after` counts pieces of text that are sent before, 0 = not even
 * the head of the answer.
 */
export type Fault =
  & (
    /** Answers this instead, e.g. 500 and `{"error":"…"}`. */
    | { readonly kind: "answer"; readonly status: number; readonly body: string; readonly contentType?: string }
    /** Closes the connection, as a server that is killed. */
    | { readonly kind: "die"; readonly after: number }
    /** Says nothing any more, until the client goes. */
    | { readonly kind: "hang"; readonly after: number }
    /** Sends this line, e.g. a broken one, and goes on. */
    | { readonly kind: "line"; readonly after: number; readonly line: string }
    /** Says in the stream that it failed, which is its last line. */
    | { readonly kind: "error"; readonly after: number; readonly error: string }
    /** Ends the answer as if it were complete, without saying that it is. */
    | { readonly kind: "end"; readonly after: number }
  )
  & {
    /** How many requests meet it; all while it is set, if not given. */
    readonly times?: number;
    /** Paths that meet it, e.g. `/api/tags`; those for text and embeddings, if not given. */
    readonly paths?: readonly string[];
  };

/** The fault that is set, and how many requests it has left. */
export class FaultPlan {
  #fault: Fault | null = null;
  #left = Infinity;

  get fault(): Fault | null {
    return this.#fault;
  }

  set fault(fault: Fault | null) {
    this.#fault = fault;
    this.#left = fault?.times ?? Infinity;
  }

  /** The fault that a request meets now. */
  take(path: string, isModelWork: boolean): Fault | null {
    const fault = this.#fault;
    if (!fault || this.#left <= 0 || !(fault.paths ? fault.paths.includes(path) : isModelWork)) return null;
    this.#left -= 1;
    return fault;
  }
}
