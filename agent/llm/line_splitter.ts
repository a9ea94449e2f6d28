/** Thrown when a line is longer than it may be. */
export class LineTooLong extends Error {
  constructor(readonly limit: number) {
    super(`a line of more than ${limit} characters`);
  }
}

/** Cuts text that comes in parts into its lines, with or without a carriage return at their end. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #maxLine: number;
  readonly #onLine: (line: string) => void;
  #rest = "";

  /** @param maxLine characters of a line at most */
  constructor(maxLine: number, onLine: (line: string) => void) {
    this.#maxLine = maxLine;
    this.#onLine = onLine;
  }

  /** @throws {LineTooLong} and whatever the listener throws */
  push(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What is left is a line too. */
  end(): void {
    this.#take(this.#decoder.decode());
    const last = this.#rest;
    this.#rest = "";
    if (last) this.#line(last);
  }

  #take(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const line = this.#rest + text.slice(from, end);
      this.#rest = "";
      from = end + 1;
      this.#line(line);
    }
    this.#rest += text.slice(from);
    if (this.#rest.length > this.#maxLine) throw new LineTooLong(this.#maxLine);
  }

  #line(line: string): void {
    if (line.length > this.#maxLine) throw new LineTooLong(this.#maxLine);
    this.#onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  }
}
