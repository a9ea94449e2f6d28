import type { ByteRange } from "./byte_range.ts";

const RANGE = /^bytes (?:(\d{1,16})-(\d{1,16})|\*)\/(\d{1,16})$/i;

/**
 * Which part of a file a body is, by its `Content-Range` (RFC 9110, 14.4). Without one it is all of it; with an unsatisfied range
 * (an asterisk instead of the bytes) it is nothing more, as all came before. Undefined where header, length and size do not fit each
 * other.
 *
 * @param length of the body, in bytes
 * @param size of the file, in bytes
 */
export function contentRange(header: string, length: number, size: number): ByteRange | undefined {
  if (header === "") return length === size ? { begin: 0, end: size } : undefined;
  const [matched, first, last, whole] = RANGE.exec(header.trim()) ?? [];
  if (matched === undefined || Number(whole) !== size) return undefined;
  if (first !== undefined && Number(last) < Number(first)) return undefined;
  const range = first === undefined ? { begin: size, end: size } : { begin: Number(first), end: Number(last) + 1 };
  return range.end - range.begin === length && range.end <= size ? range : undefined;
}
