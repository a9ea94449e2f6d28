// @ts-check

/**
 * The size of a JPEG by its header, so that one which claims to be huge is refused before it is decoded.
 *
 * @param {Uint8Array} jpeg
 * @returns {{ width: number, height: number } | undefined} in pixels; undefined where this is no JPEG
 */
export function jpegSize(jpeg) {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  if (jpeg.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= jpeg.length;) {
    if (jpeg[at] !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // SOF0 to SOF15 hold the size; among their numbers are DHT, JPG and DAC, which do not.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const height = view.getUint16(at + 5);
      const width = view.getUint16(at + 7);
      return width > 0 && height > 0 ? { width, height } : undefined;
    }
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
