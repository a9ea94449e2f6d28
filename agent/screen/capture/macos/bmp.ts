import { MeshError } from "../../../core/errors.ts";
import type { Picture } from "../../types.ts";

const HEADER_BYTES = 54;
/** Longest side, in pixels. */
const MAX_SIDE = 32_768;
const BITFIELDS = 3;
/** Where red, green and blue are in the bitfields that are understood: as without them. */
const BGRX_MASKS = [0xff0000, 0xff00, 0xff];

/**
 * Reads a picture in the format BMP, with 24 or 32 bits a pixel, not compressed.
 *
 * @throws {MeshError} `UNAVAILABLE` for any other
 */
export function readBmp(file: Uint8Array): Picture {
  const refuse = (reason: string) =>
    new MeshError("UNAVAILABLE", `the screenshot's BMP file cannot be read: ${reason}`);
  if (file.length < HEADER_BYTES || file[0] !== 0x42 || file[1] !== 0x4d) throw refuse("it is no BMP file");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const from = view.getUint32(10, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) throw refuse(`${width}x${signedHeight} pixels`);
  if (bits !== 24 && bits !== 32) throw refuse(`it has ${bits} bits a pixel`);
  const plain = compression === 0 || (compression === BITFIELDS && bits === 32 && file.length >= HEADER_BYTES + 12 &&
    BGRX_MASKS.every((mask, index) => view.getUint32(HEADER_BYTES + 4 * index, true) === mask));
  if (!plain) throw refuse(`its compression is ${compression}`);
  const rowBytes = Math.ceil(width * bits / 32) * 4;
  if (file.length < from + rowBytes * height) throw refuse("it is cut off");
  const data = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++) {
    // Rows go upwards, unless the height is negative.
    const at = from + rowBytes * (signedHeight > 0 ? height - 1 - row : row);
    copyRow(file.subarray(at, at + rowBytes), data.subarray(row * width * 4, (row + 1) * width * 4), bits / 8);
  }
  return { data, width, height, stride: width * 4 };
}

function copyRow(row: Uint8Array, target: Uint8Array, pixelBytes: number): void {
  if (pixelBytes === 4) return target.set(row);
  for (let to = 0, at = 0; to < target.length; to += 4, at += 3) {
    // Inside the row, which is as long as the width says.
    target[to] = row[at]!;
    target[to + 1] = row[at + 1]!;
    target[to + 2] = row[at + 2]!;
  }
}
