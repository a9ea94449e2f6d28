/** Bytes from `begin` to before `end`. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * What a `Range` header asks for of a file (RFC 9110, 14.2). Undefined where all of it is to be sent: no range, several, another
 * unit, or none that could be understood.
 *
 * @param size of the file, in bytes
 */
export function byteRange(header: string, size: number): ByteRange | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header) ?? [];
  if (first === "") return last === "" ? undefined : lastBytes(Number(last), size);
  const [begin, end] = [Number(first), last === "" ? Infinity : Number(last) + 1];
  if (last !== "" && Number(last) < begin) return undefined;
  return begin < size ? { begin, end: Math.min(end, size) } : "unsatisfiable";
}

function lastBytes(count: number, size: number): ByteRange | "unsatisfiable" {
  return count > 0 && size > 0 ? { begin: Math.max(size - count, 0), end: size } : "unsatisfiable";
}
