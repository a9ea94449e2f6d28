const WORD_BYTES = 4;

/** Bytes that bring a length to whole words, as the protocol wants them everywhere. */
export function paddingOf(length: number): number {
  return (WORD_BYTES - length % WORD_BYTES) % WORD_BYTES;
}

/** A request of the X protocol, whose length is known from the start; little-endian, as the connection was set up. */
export class Request {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 4;

  /**
   * @param opcode of the core protocol, or an extension's major opcode
   * @param detail the second byte; an extension's minor opcode
   * @param length in bytes, the header's 4 included; less than 256 KiB
   */
  constructor(opcode: number, detail: number, length: number) {
    this.bytes = new Uint8Array(length + paddingOf(length));
    this.#view = new DataView(this.bytes.buffer);
    this.bytes[0] = opcode;
    this.bytes[1] = detail;
    this.#view.setUint16(2, this.bytes.length / WORD_BYTES, true);
  }

  u8(value: number): this {
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
    return this;
  }

  u16(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint16(this.#at, value, true);
      this.#at += 2;
    }
    return this;
  }

  i16(...values: number[]): this {
    for (const value of values) {
      this.#view.setInt16(this.#at, value, true);
      this.#at += 2;
    }
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  skip(bytes: number): this {
    this.#at += bytes;
    return this;
  }
}
