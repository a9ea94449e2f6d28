import { oneLine } from "../core/errors.ts";

/** Reads a program's output to its end, piece by piece. */
export class OutputPieces {
  /** Resolves at the end, or once it was cancelled; rejects with what `take` throws. */
  readonly done: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

  /** @param take is given each piece, which it has to copy if it keeps it */
  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, take: (piece: Uint8Array<ArrayBuffer>) => void) {
    this.#reader = stream.getReader();
    this.done = this.#readAll(take);
  }

  /** Stops reading, also when something still holds the other end open. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  async #readAll(take: (piece: Uint8Array<ArrayBuffer>) => void): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      take(value);
    }
  }
}

/** Bytes that come in pieces, up to a limit. */
export class BoundedBytes {
  readonly #buffer: ArrayBuffer;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#buffer = new ArrayBuffer(0, { maxByteLength: limit });
  }

  /** False when they do not fit: then they are not taken. */
  append(piece: Uint8Array<ArrayBuffer>): boolean {
    const at = this.#buffer.byteLength;
    if (at + piece.length > this.#buffer.maxByteLength) return false;
    this.#buffer.resize(at + piece.length);
    new Uint8Array(this.#buffer).set(piece, at);
    return true;
  }

  /** A copy of all of them. */
  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer.slice(0));
  }
}

/** The last line of a text that comes in pieces: all but some of its end is thrown away. */
export class LastLine {
  readonly #decoder = new TextDecoder();
  #end = "";

  /** @param limit longest line that is kept, in characters */
  constructor(private readonly limit: number) {}

  append(piece: Uint8Array<ArrayBuffer>): void {
    this.#end = (this.#end + this.#decoder.decode(piece, { stream: true })).slice(-this.limit);
  }

  /** Empty when there is none. */
  text(): string {
    return oneLine(this.#end.trimEnd().split(/[\r\n]/).at(-1) ?? "");
  }
}
