/** Reads the output of a process line by line. */
export class LineReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  /**
   * The next line without its end; undefined at the end of the output, or when none has come within `limitMs`.
   *
   * @param limitMs by default as long as it takes
   */
  async next(limitMs?: number): Promise<string | undefined> {
    if (limitMs === undefined) return await this.#line();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), limitMs));
    try {
      return await Promise.race([late, this.#line()]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }
}
