import { escapedLines } from "./printable.ts";

/** Text that comes piece by piece, for a terminal, as {@link escapedLines} shows it as a whole. */
export class EscapedPieces {
  #held = "";

  /** What can be shown once this piece is there. */
  add(piece: string): string {
    const text = this.#held + piece;
    // Whether it ends a line is known with the next character.
    this.#held = text.endsWith("\r") ? "\r" : "";
    return escapedLines(this.#held ? text.slice(0, -1) : text);
  }

  /** What is still to be shown after the last piece. */
  end(): string {
    const held = this.#held;
    this.#held = "";
    return escapedLines(held);
  }
}
