/** A message of D-Bus: https://dbus.freedesktop.org/doc/dbus-specification.html */
export interface BusMessage {
  readonly kind: number;
  readonly serial: number;
  /** The serial of the call that it answers. */
  readonly replyTo: number | undefined;
  readonly path: string | undefined;
  readonly member: string | undefined;
  readonly errorName: string | undefined;
  readonly body: readonly unknown[];
}

export const CALL = 1;
export const REPLY = 2;
export const ERROR = 3;
export const SIGNAL = 4;

/** Header fields. */
const PATH = 1;
const INTERFACE = 2;
const MEMBER = 3;
const ERROR_NAME = 4;
const REPLY_SERIAL = 5;
const DESTINATION = 6;
const SIGNATURE = 8;

const FIXED_BYTES = 16;
/** The longest that there can be. */
const MAX_BYTES = 128 * 1024 * 1024;

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Texts, and of a dictionary its entries that are truths or texts. */
  readonly body?: readonly (string | Readonly<Record<string, string | boolean>>)[];
}

export function busCall(serial: number, call: BusCall): Uint8Array<ArrayBuffer> {
  const { body = [] } = call;
  const content = new Writer();
  for (const value of body) {
    if (typeof value === "string") content.text(value);
    else content.dictionary(value);
  }
  const bytes = content.bytes();
  const signature = body.map((value) => typeof value === "string" ? "s" : "a{sv}").join("");
  const head = new Writer();
  head.byte(0x6c).byte(CALL).byte(0).byte(1).u32(bytes.length).u32(serial);
  head.array(8, () => {
    const field = (code: number, type: string, value: string) => {
      head.align(8).byte(code).signature(type);
      if (type === "g") head.signature(value);
      else head.text(value);
    };
    field(PATH, "o", call.path);
    field(DESTINATION, "s", call.destination);
    field(INTERFACE, "s", call.interface);
    field(MEMBER, "s", call.member);
    if (signature !== "") field(SIGNATURE, "g", signature);
  });
  return head.align(8).raw(bytes).bytes();
}

/** How long a message is by its first 16 bytes. @throws {RangeError} when it is none */
export function messageLength(head: Uint8Array): number {
  const little = head[0] === 0x6c;
  if (!little && head[0] !== 0x42) throw new RangeError("what came is no D-Bus message");
  const view = new DataView(head.buffer, head.byteOffset, FIXED_BYTES);
  const length = FIXED_BYTES + Math.ceil(view.getUint32(12, little) / 8) * 8 + view.getUint32(4, little);
  if (length > MAX_BYTES) throw new RangeError(`a D-Bus message of ${length} bytes`);
  return length;
}

/** @throws {RangeError} when it is broken */
export function readBusMessage(bytes: Uint8Array): BusMessage {
  const reader = new Reader(bytes);
  const fields = new Map<unknown, unknown>();
  const [, kind, , , , serial] = reader.values("yyyyuu");
  for (const entry of reader.value("a(yv)") as unknown[][]) fields.set(entry[0], entry[1]);
  reader.align(8);
  const text = (code: number) => {
    const value = fields.get(code);
    return typeof value === "string" ? value : undefined;
  };
  const replyTo = fields.get(REPLY_SERIAL);
  return {
    kind: Number(kind),
    serial: Number(serial),
    replyTo: typeof replyTo === "number" ? replyTo : undefined,
    path: text(PATH),
    member: text(MEMBER),
    errorName: text(ERROR_NAME),
    body: reader.values(text(SIGNATURE) ?? ""),
  };
}

class Writer {
  readonly #bytes: number[] = [];

  align(to: number): this {
    while (this.#bytes.length % to !== 0) this.#bytes.push(0);
    return this;
  }

  byte(value: number): this {
    this.#bytes.push(value);
    return this;
  }

  u32(value: number): this {
    this.align(4);
    return this.raw([value & 255, value >>> 8 & 255, value >>> 16 & 255, value >>> 24]);
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  text(value: string): this {
    const encoded = new TextEncoder().encode(value);
    return this.u32(encoded.length).raw(encoded).byte(0);
  }

  signature(value: string): this {
    return this.byte(value.length).raw(new TextEncoder().encode(value)).byte(0);
  }

  /** The length in front does not count the padding before the first element. */
  array(elementAlignment: number, writeElements: () => void): this {
    this.u32(0);
    const lengthAt = this.#bytes.length - 4;
    this.align(elementAlignment);
    const from = this.#bytes.length;
    writeElements();
    const length = this.#bytes.length - from;
    for (let byte = 0; byte < 4; byte++) this.#bytes[lengthAt + byte] = length >>> 8 * byte & 255;
    return this;
  }

  dictionary(entries: Readonly<Record<string, string | boolean>>): this {
    return this.array(8, () => {
      for (const [key, value] of Object.entries(entries)) {
        this.align(8).text(key);
        if (typeof value === "string") this.signature("s").text(value);
        else this.signature("b").u32(value ? 1 : 0);
      }
    });
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes);
  }
}

/** How the plain types are read: their size, which is also their alignment. */
const PLAIN: Readonly<
  Record<string, { size: number; read: (view: DataView, at: number, little: boolean) => unknown }>
> = {
  y: { size: 1, read: (view, at) => view.getUint8(at) },
  b: { size: 4, read: (view, at, little) => view.getUint32(at, little) === 1 },
  n: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  q: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  i: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  u: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  h: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  x: { size: 8, read: (view, at, little) => view.getBigInt64(at, little) },
  t: { size: 8, read: (view, at, little) => view.getBigUint64(at, little) },
  d: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

class Reader {
  readonly #view: DataView;
  readonly #little: boolean;
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = bytes[0] === 0x6c;
  }

  align(to: number): void {
    this.#at = Math.ceil(this.#at / to) * to;
  }

  /** One value for each of the types. */
  values(signature: string): unknown[] {
    return completeTypes(signature).map((type) => this.value(type));
  }

  value(type: string): unknown {
    const plain = PLAIN[type];
    if (plain) {
      this.align(plain.size);
      this.#at += plain.size;
      return plain.read(this.#view, this.#at - plain.size, this.#little);
    }
    if (type === "s" || type === "o") return this.#text(Number(this.value("u")));
    if (type === "g") return this.#text(Number(this.value("y")));
    if (type === "v") return this.value(String(this.value("g")));
    if (type.startsWith("a")) return this.#array(type.slice(1));
    if (!/^[({]/.test(type)) throw new RangeError(`the D-Bus type ${type} is not known`);
    this.align(8);
    return this.values(type.slice(1, -1));
  }

  #text(length: number): string {
    const from = this.#at;
    this.#at += length + 1;
    if (this.#at > this.bytes.length) throw new RangeError("a text ends behind its message's end");
    return new TextDecoder().decode(this.bytes.subarray(from, from + length));
  }

  #array(element: string): unknown[] {
    const length = Number(this.value("u"));
    this.align(/^[({xtd]/.test(element) ? 8 : 1);
    const end = this.#at + length;
    if (end > this.bytes.length) throw new RangeError("an array ends behind its message's end");
    const values: unknown[] = [];
    while (this.#at < end) values.push(this.value(element));
    return values;
  }
}

/** Cuts `sa{sv}u` into `s`, `a{sv}` and `u`. */
function completeTypes(signature: string): string[] {
  const types: string[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at < signature.length; at++) {
    const sign = signature.charAt(at);
    if (sign === "(" || sign === "{") depth++;
    else if (sign === ")" || sign === "}") depth--;
    if (depth > 0 || sign === "a") continue;
    types.push(signature.slice(from, at + 1));
    from = at + 1;
  }
  return types;
}
