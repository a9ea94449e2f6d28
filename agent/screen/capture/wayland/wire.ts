/** A message of the Wayland protocol, in the byte order of this machine, which is little-endian on all that Deno runs on. */
export interface WaylandMessage {
  readonly object: number;
  readonly opcode: number;
  readonly body: ArgumentReader;
}

const HEADER_BYTES = 8;
/** The longest that there can be. */
const MAX_BYTES = 65_535;

/** A message to the compositor. Numbers become 32 bits, texts a length, the bytes and a NUL. */
export function waylandRequest(
  object: number,
  opcode: number,
  ...values: (number | string)[]
): Uint8Array<ArrayBuffer> {
  const bodies = values.map((value) => typeof value === "number" ? numberBytes(value) : textBytes(value));
  const size = bodies.reduce((sum, { length }) => sum + length, HEADER_BYTES);
  const message = new Uint8Array(size);
  const view = new DataView(message.buffer);
  view.setUint32(0, object, true);
  view.setUint32(4, size << 16 | opcode, true);
  let at = HEADER_BYTES;
  for (const body of bodies) {
    message.set(body, at);
    at += body.length;
  }
  return message;
}

function numberBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function textBytes(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(4 + padded(encoded.length + 1));
  bytes.set(numberBytes(encoded.length + 1));
  bytes.set(encoded, 4);
  return bytes;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

/** Reads a message's arguments one after the other. @throws {RangeError} past the end */
export class ArgumentReader {
  readonly #view: DataView;
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  unsigned(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  signed(): number {
    return this.unsigned() | 0;
  }

  text(): string {
    const length = this.unsigned();
    const from = this.#at;
    this.#at += padded(length);
    if (this.#at > this.bytes.length) throw new RangeError("a text ends behind its message's end");
    return new TextDecoder().decode(this.bytes.subarray(from, from + Math.max(0, length - 1)));
  }
}

/** Cuts what comes from the compositor into messages. */
export class MessageCutter {
  #rest = new Uint8Array(0);

  /** @throws {RangeError} when it is no Wayland */
  *push(bytes: Uint8Array): Generator<WaylandMessage> {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const view = new DataView(all.buffer);
    let at = 0;
    while (all.length - at >= HEADER_BYTES) {
      const word = view.getUint32(at + 4, true);
      const size = word >>> 16;
      if (size < HEADER_BYTES || size > MAX_BYTES) throw new RangeError(`a message of ${size} bytes`);
      if (all.length - at < size) break;
      const body = new ArgumentReader(all.subarray(at + HEADER_BYTES, at + size));
      yield { object: view.getUint32(at, true), opcode: word & 0xffff, body };
      at += size;
    }
    this.#rest = all.slice(at);
  }
}
