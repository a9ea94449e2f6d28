import { words } from "../picture/words.ts";
import type { JpegEncoder, Picture, Rectangle } from "../types.ts";
import { MCU } from "../wire/format.js";
import type { PlacedRectangle } from "../wire/frame_writer.ts";
import { type Canvas, drawShrunk, type Factor } from "./shrink.ts";
import type { StripLayout } from "./strip_layout.ts";

/** Makes the JPEGs of a frame, in memory that is used again for the next one. One call at a time. */
export class StripEncoder {
  readonly #encoder: JpegEncoder;
  #memory: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(encoder: JpegEncoder) {
    this.#encoder = encoder;
  }

  /**
   * @param factor by which the layout's picture is smaller than the given one
   * @param quality 1 to 100
   * @returns a JPEG for each strip of the layout
   */
  async encode(picture: Picture, layout: StripLayout, factor: Factor, quality: number): Promise<Uint8Array[]> {
    const jpegs: Uint8Array[] = [];
    for (const [index, { width, height }] of layout.strips.entries()) {
      const placed = layout.placed.filter(({ strip }) => strip === index);
      const [first] = placed;
      const alone = placed.length === 1 && first?.width === width && first.height === height;
      const strip = alone && factor === 1 ? cut(picture, first) : this.#draw(picture, placed, factor, width, height);
      jpegs.push(await this.#encoder.encode(strip, quality));
    }
    return jpegs;
  }

  #draw(picture: Picture, placed: readonly PlacedRectangle[], factor: Factor, width: number, height: number): Canvas {
    const bytes = width * height * 4;
    if (this.#memory.length < bytes) this.#memory = new Uint8Array(bytes);
    const canvas = { data: this.#memory.subarray(0, bytes), width, height, stride: width * 4 };
    if (placed.length > 1) canvas.data.fill(0);
    for (const rectangle of placed) {
      const [x, y] = [rectangle.x * factor, rectangle.y * factor];
      const area = {
        x,
        y,
        width: Math.min(rectangle.width * factor, picture.width - x),
        height: Math.min(rectangle.height * factor, picture.height - y),
      };
      if (factor === 1) copy(picture, area, canvas, rectangle);
      else drawShrunk(picture, area, factor, canvas, rectangle.sx, rectangle.sy);
      if (placed.length > 1) repeatBorder(canvas, rectangle);
    }
    return canvas;
  }
}

/** Part of a picture, in the same memory. */
function cut(picture: Picture, { x, y, width, height }: Rectangle): Picture {
  const start = y * picture.stride + x * 4;
  const end = start + (height - 1) * picture.stride + width * 4;
  return { data: picture.data.subarray(start, end), width, height, stride: picture.stride };
}

function copy(picture: Picture, area: Rectangle, canvas: Canvas, { sx, sy }: PlacedRectangle): void {
  for (let row = 0; row < area.height; row++) {
    const start = (area.y + row) * picture.stride + area.x * 4;
    canvas.data.set(picture.data.subarray(start, start + area.width * 4), (sy + row) * canvas.stride + sx * 4);
  }
}

/** Fills the rest of a rectangle's last units with its last pixels: a hard edge there would show inside it. */
function repeatBorder(canvas: Canvas, { sx, sy, width, height }: PlacedRectangle): void {
  const pixels = words(canvas.data);
  const right = sx + Math.ceil(width / MCU) * MCU;
  const bottom = sy + Math.ceil(height / MCU) * MCU;
  if (right > sx + width) {
    for (let y = sy; y < sy + height; y++) {
      const row = y * canvas.width;
      pixels.fill(pixels[row + sx + width - 1] ?? 0, row + sx + width, row + right);
    }
  }
  const last = (sy + height - 1) * canvas.width;
  for (let y = sy + height; y < bottom; y++) pixels.copyWithin(y * canvas.width + sx, last + sx, last + right);
}
