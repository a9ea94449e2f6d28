import type { Picture } from "../types.ts";

/** What JPEG allows, less what libjpeg keeps for itself. */
const MAX_SIDE = 65_500;

/**
 * Makes sure that an encoder, which knows only addresses, stays within the picture's memory.
 *
 * @throws {RangeError}
 */
export function checkPicture({ data, width, height, stride }: Picture, quality: number): void {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE) {
      throw new RangeError(`cannot make a JPEG of ${width} × ${height} pixels`);
    }
  }
  if (!Number.isInteger(stride) || stride < width * 4 || (height - 1) * stride + width * 4 > data.length) {
    throw new RangeError(`${data.length} bytes do not hold ${width} × ${height} pixels with ${stride} bytes a row`);
  }
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new RangeError(`the quality of a JPEG is a whole number from 1 to 100, not ${quality}`);
  }
}
