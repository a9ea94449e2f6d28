import type { GenerationEnd } from "../../../proto/messages.ts";
import { type AnswerHead, type AnswerShape, envelope, finishReasonOf, usageOf } from "./answer_shape.ts";

/** The last event of a stream that is complete. */
export const DONE = "data: [DONE]\n\n";

/** Says nothing to the client's program, but keeps its connection. */
export const COMMENT = ": still at work\n\n";

/** An event with JSON. */
export function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** Writes a stream's events. What is the same in all of them is made once. */
export class EventFormat {
  readonly #before: string;
  readonly #after: string;

  constructor(
    private readonly head: AnswerHead,
    private readonly shape: AnswerShape,
    private readonly includeUsage: boolean,
  ) {
    const [before, after] = shape.piece;
    // The envelope with an empty array of choices ends with `]}`.
    const open = JSON.stringify(envelope(head, shape.chunkObject, [])).slice(0, -2);
    this.#before = `data: ${open}${before}`;
    this.#after = `${after}]${includeUsage ? ',"usage":null' : ""}}\n\n`;
  }

  opening(): string {
    return this.shape.opening === null ? "" : this.#choice(this.shape.opening);
  }

  piece(text: string): string {
    return this.#before + JSON.stringify(text) + this.#after;
  }

  /** The end of a complete stream. */
  closing(end: GenerationEnd): string {
    const closing = this.#choice(this.shape.closing(finishReasonOf(end)));
    if (!this.includeUsage) return closing + DONE;
    return closing + event({ ...envelope(this.head, this.shape.chunkObject, []), usage: usageOf(end) }) + DONE;
  }

  #choice(choice: unknown): string {
    const chunk = envelope(this.head, this.shape.chunkObject, [choice]);
    return event(this.includeUsage ? { ...chunk, usage: null } : chunk);
  }
}
