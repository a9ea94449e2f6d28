/** What a model file says of a tensor, and its values. */
export interface ReadTensor {
  readonly shape: readonly number[];
  readonly type: number;
  readonly offset: number;
  readonly values: Float32Array;
}

/** Reads a model file as the format is described, for tests of what writes it. @throws {RangeError} at a file's end */
export function readGguf(file: Uint8Array<ArrayBuffer>): {
  readonly magic: string;
  readonly version: number;
  readonly metadata: ReadonlyMap<string, unknown>;
  readonly tensors: ReadonlyMap<string, ReadTensor>;
} {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  const take = (bytes: number) => (at += bytes) - bytes;
  const u32 = () => view.getUint32(take(4), true);
  const u64 = () => Number(view.getBigUint64(take(8), true));
  const times = <T>(count: number, read: () => T) => Array.from({ length: count }, read);
  const string = () => {
    const length = u64();
    const begin = take(length);
    return new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(begin, begin + length));
  };
  const value = (type: number): unknown => {
    switch (type) {
      case 4:
        return u32();
      case 5:
        return view.getInt32(take(4), true);
      case 6:
        return view.getFloat32(take(4), true);
      case 7:
        return view.getUint8(take(1)) === 1;
      case 8:
        return string();
      case 9: {
        const inner = u32();
        return times(u64(), () => value(inner));
      }
      default:
        throw new RangeError(`a value of the type ${type} at ${at}`);
    }
  };
  const magic = new TextDecoder().decode(file.subarray(0, take(4) + 4));
  const version = u32();
  const tensorCount = u64();
  const metadata = new Map(times(u64(), () => [string(), value(u32())] as const));
  const described = times(tensorCount, () => {
    const name = string();
    const shape = times(u32(), u64);
    return { name, shape, type: u32(), offset: u64() };
  });
  const begin = Math.ceil(at / 32) * 32;
  const tensors = described.map(({ name, ...tensor }) => {
    at = begin + tensor.offset;
    const size = tensor.shape.reduce((product, length) => product * length, 1);
    return [name, { ...tensor, values: Float32Array.from(times(size, () => view.getFloat32(take(4), true))) }] as const;
  });
  return { magic, version, metadata, tensors: new Map(tensors) };
}
