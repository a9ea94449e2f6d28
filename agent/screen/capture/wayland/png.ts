import { MeshError } from "../../../core/errors.ts";
import type { Picture } from "../../types.ts";

const SIGNATURE_BYTES = 8;
/** Longest side, in pixels. */
const MAX_SIDE = 32_768;
/** Bytes a pixel, by the colour type of 8 bits a colour: what desktops write of screens. */
const PIXEL_BYTES: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/**
 * Reads a screenshot in the format PNG: 8 bits a colour, with or without transparency, not interlaced.
 *
 * @throws {MeshError} `UNAVAILABLE` for any other
 */
export async function readPng(file: Uint8Array<ArrayBuffer>): Promise<Picture> {
  try {
    const { head, data } = chunksOf(file);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const [width, height] = [view.getUint32(0), view.getUint32(4)];
    const [depth, color, , , interlaced] = head.subarray(8);
    const pixelBytes = depth === 8 && interlaced === 0 ? PIXEL_BYTES[color ?? -1] : undefined;
    if (pixelBytes === undefined) {
      throw new Error(`colours of type ${color} with ${depth} bits, interlacing ${interlaced}`);
    }
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) throw new Error(`${width}x${height} pixels`);
    const rows = await inflated(data, (1 + width * pixelBytes) * height);
    unfilter(rows, width * pixelBytes, height, pixelBytes);
    return toBgrx(rows, width, height, pixelBytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MeshError("UNAVAILABLE", `the screenshot's PNG file cannot be read: ${reason}`, { cause: error });
  }
}

function chunksOf(file: Uint8Array<ArrayBuffer>): { head: Uint8Array<ArrayBuffer>; data: Uint8Array<ArrayBuffer>[] } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let head: Uint8Array<ArrayBuffer> | undefined;
  const data: Uint8Array<ArrayBuffer>[] = [];
  for (let at = SIGNATURE_BYTES; at < file.length;) {
    const length = view.getUint32(at);
    const kind = view.getUint32(at + 4);
    const chunk = file.subarray(at + 8, at + 8 + length);
    if (chunk.length < length) throw new Error("it is cut off");
    if (kind === 0x49484452) head = chunk;
    if (kind === 0x49444154) data.push(chunk);
    at += length + 12;
  }
  if (!head) throw new Error("it has no header");
  return { head, data };
}

async function inflated(data: readonly Uint8Array<ArrayBuffer>[], size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const piece of ReadableStream.from(data).pipeThrough(new DecompressionStream("deflate"))) {
    if (at + piece.length > size) throw new Error("it holds more than its size says");
    bytes.set(piece, at);
    at += piece.length;
  }
  if (at < size) throw new Error("it holds less than its size says");
  return bytes;
}

/** Undoes PNG's filters (section 9 of its specification), row by row, in place. */
function unfilter(rows: Uint8Array, rowBytes: number, height: number, pixelBytes: number): void {
  let above: Uint8Array = new Uint8Array(rowBytes);
  for (let row = 0; row < height; row++) {
    const from = row * (rowBytes + 1);
    const line = rows.subarray(from + 1, from + 1 + rowBytes);
    const filter = rows[from];
    for (let at = 0; filter !== 0 && at < rowBytes; at++) {
      const left = at < pixelBytes ? 0 : line[at - pixelBytes] ?? 0;
      const up = above[at] ?? 0;
      const corner = at < pixelBytes ? 0 : above[at - pixelBytes] ?? 0;
      line[at] = (line[at] ?? 0) + predicted(filter, left, up, corner);
    }
    above = line;
  }
}

function predicted(filter: number | undefined, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const guess = left + up - corner;
      const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      if (toLeft <= toUp && toLeft <= toCorner) return left;
      return toUp <= toCorner ? up : corner;
    }
    default:
      throw new Error(`the filter ${filter} is not known`);
  }
}

function toBgrx(rows: Uint8Array, width: number, height: number, pixelBytes: number): Picture {
  const pixels = new Uint32Array(width * height);
  let at = 0;
  for (let pixel = 0; pixel < pixels.length; at += pixelBytes) {
    if (pixel % width === 0) at++;
    // Inside the array, which is as long as width and height say.
    pixels[pixel++] = rows[at]! << 16 | rows[at + 1]! << 8 | rows[at + 2]!;
  }
  return { data: new Uint8Array(pixels.buffer), width, height, stride: width * 4 };
}
