/** One metadata value, by its type in the file. */
export type GgufValue =
  | { readonly type: "u32" | "f32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "i32s" | "f32s"; readonly value: readonly number[] }
  | { readonly type: "strings"; readonly value: readonly string[] };

/** A tensor of 32-bit floats. */
export interface GgufTensor {
  readonly name: string;
  /** Its sizes; the first is that of a row, whose values lie beside each other. */
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** What a model file holds. */
export interface Gguf {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensor[];
}

/** Each tensor begins at a multiple of this, in bytes from the first one: the format's default. */
const ALIGNMENT = 32;

/** Numbers of the metadata's types, as the format lists them. */
const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** The number of tensors of 32-bit floats. */
const F32 = 0;

/**
 * Writes a model file as GGUF, version 3, with little-endian numbers.
 *
 * @throws {RangeError} when a tensor has not as many values as its shape says
 */
export function writeGguf({ metadata, tensors }: Gguf): Uint8Array<ArrayBuffer> {
  const out = new Bytes();
  out.ascii("GGUF");
  out.u32(3);
  out.u64(tensors.length);
  out.u64(metadata.size);
  for (const [key, value] of metadata) {
    out.string(key);
    writeValue(out, value);
  }
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const size = shape.reduce((product, length) => product * length, 1);
    if (values.length !== size) throw new RangeError(`${name} has ${values.length} values, its shape ${size}`);
    out.string(name);
    out.u32(shape.length);
    for (const length of shape) out.u64(length);
    out.u32(F32);
    out.u64(offset);
    offset = aligned(offset + values.byteLength);
  }
  for (const { values } of tensors) {
    out.align();
    for (const value of values) out.f32(value);
  }
  return out.whole();
}

function writeValue(out: Bytes, given: GgufValue): void {
  switch (given.type) {
    case "u32":
    case "f32":
      out.u32(TYPES[given.type]);
      return out[given.type](given.value);
    case "bool":
      out.u32(TYPES.bool);
      return out.u8(given.value ? 1 : 0);
    case "string":
      out.u32(TYPES.string);
      return out.string(given.value);
    case "i32s":
      out.array(TYPES.i32, given.value.length);
      for (const value of given.value) out.i32(value);
      return;
    case "f32s":
      out.array(TYPES.f32, given.value.length);
      for (const value of given.value) out.f32(value);
      return;
    case "strings":
      out.array(TYPES.string, given.value.length);
      for (const value of given.value) out.string(value);
  }
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

/** Bytes that grow at their end. */
class Bytes {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  i32(value: number): void {
    const at = this.#grow(4);
    this.#view.setInt32(at, value, true);
  }

  f32(value: number): void {
    const at = this.#grow(4);
    this.#view.setFloat32(at, value, true);
  }

  u64(value: number): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  ascii(text: string): void {
    for (const byte of new TextEncoder().encode(text)) this.u8(byte);
  }

  string(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u64(bytes.length);
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  array(type: number, length: number): void {
    this.u32(TYPES.array);
    this.u32(type);
    this.u64(length);
  }

  align(): void {
    this.#grow(aligned(this.#length) - this.#length);
  }

  whole(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room, and answers where it begins. */
  #grow(by: number): number {
    const begin = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return begin;
  }
}
