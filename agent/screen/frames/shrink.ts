import { words } from "../picture/words.ts";
import type { Picture, Rectangle } from "../types.ts";

/** How far tiles are scaled down: every pixel, or one of so many by so many. */
export type Factor = 1 | 2 | 4;

/** A picture that is drawn into. */
export interface Canvas extends Picture {
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * Draws part of a picture, scaled down: each pixel is the mean of the block that it stands for. Blocks that reach over
 * the area's border repeat its last pixels.
 *
 * @param area of the source; its corner is at a multiple of the factor
 * @param x where in the canvas it goes
 */
export function drawShrunk(
  source: Picture,
  area: Rectangle,
  factor: Exclude<Factor, 1>,
  canvas: Canvas,
  x: number,
  y: number,
): void {
  const from = words(source.data);
  const to = words(canvas.data);
  const [fromStride, toStride] = [source.stride >> 2, canvas.stride >> 2];
  const height = Math.ceil(area.height / factor);
  const last = area.y + area.height - 1;
  for (let row = 0; row < height; row++) {
    const top = area.y + row * factor;
    // Where each line of the blocks begins.
    const line = (below: number) => Math.min(top + below, last) * fromStride + area.x;
    const at = (y + row) * toStride + x;
    if (factor === 2) halveLines(from, line(0), line(1), area.width, to, at);
    else quarterLines(from, [line(0), line(1), line(2), line(3)], area.width, to, at);
  }
}

/** Two lines become one of half the width. Red and blue are summed up together, 16 bits apart. */
function halveLines(from: Uint32Array, upper: number, lower: number, width: number, to: Uint32Array, at: number): void {
  for (let x = 0; x < width; x += 2) {
    const next = x + 1 < width ? x + 1 : x;
    const [a, b] = [from[upper + x] ?? 0, from[upper + next] ?? 0];
    const [c, d] = [from[lower + x] ?? 0, from[lower + next] ?? 0];
    const redBlue = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff) + 0x20002;
    const green = ((a >>> 8) & 0xff) + ((b >>> 8) & 0xff) + ((c >>> 8) & 0xff) + ((d >>> 8) & 0xff) + 2;
    to[at++] = (redBlue >>> 2 & 0xff00ff) | green >>> 2 << 8;
  }
}

/** Four lines become one of a quarter of the width. */
function quarterLines(from: Uint32Array, lines: readonly number[], width: number, to: Uint32Array, at: number): void {
  for (let x = 0; x < width; x += 4) {
    let redBlue = 0x80008;
    let green = 8;
    for (let dy = 0; dy < 4; dy++) {
      const line = lines[dy] ?? 0;
      for (let dx = 0; dx < 4; dx++) {
        const pixel = from[line + Math.min(x + dx, width - 1)] ?? 0;
        redBlue += pixel & 0xff00ff;
        green += (pixel >>> 8) & 0xff;
      }
    }
    to[at++] = (redBlue >>> 4 & 0xff00ff) | green >>> 4 << 8;
  }
}

/**
 * A whole picture at another size: each pixel is mixed of the four around its middle, after halving where it gets
 * smaller than half.
 *
 * @param width at most that of the source, at least 1
 */
export function resized(source: Picture, width: number, height: number): Canvas {
  if (width * 2 < source.width || height * 2 < source.height) {
    const halved = blankCanvas(Math.ceil(source.width / 2), Math.ceil(source.height / 2));
    drawShrunk(source, { x: 0, y: 0, width: source.width, height: source.height }, 2, halved, 0, 0);
    return resized(halved, Math.min(width, halved.width), Math.min(height, halved.height));
  }
  const canvas = blankCanvas(width, height);
  const from = words(source.data);
  const to = words(canvas.data);
  const columns = taps(source.width, width);
  const rows = taps(source.height, height);
  let at = 0;
  for (let row = 0; row < height; row++) {
    const upper = (rows.index[row] ?? 0) * (source.stride >> 2);
    const lower = Math.min((rows.index[row] ?? 0) + 1, source.height - 1) * (source.stride >> 2);
    const down = rows.weight[row] ?? 0;
    for (let column = 0; column < width; column++) {
      const left = columns.index[column] ?? 0;
      const right = left + 1 < source.width ? left + 1 : left;
      const across = columns.weight[column] ?? 0;
      const above = mix(from[upper + left] ?? 0, from[upper + right] ?? 0, across);
      const below = mix(from[lower + left] ?? 0, from[lower + right] ?? 0, across);
      to[at++] = mix(above, below, down);
    }
  }
  return canvas;
}

/** Two pixels mixed; the weight of the second is 0 to 256. */
function mix(a: number, b: number, weight: number): number {
  const other = 256 - weight;
  const redBlue = Math.imul(a & 0xff00ff, other) + Math.imul(b & 0xff00ff, weight) + 0x800080;
  const green = (Math.imul((a >>> 8) & 0xff, other) + Math.imul((b >>> 8) & 0xff, weight) + 0x80) & 0xff00;
  return ((redBlue >>> 8) & 0xff00ff) | green;
}

/** For each position of the smaller side: the first of the two to mix, and the second's weight. */
function taps(from: number, to: number): { index: Int32Array; weight: Int32Array } {
  const index = new Int32Array(to);
  const weight = new Int32Array(to);
  for (let position = 0; position < to; position++) {
    const middle = Math.max(0, (position + 0.5) * from / to - 0.5);
    index[position] = Math.floor(middle);
    weight[position] = Math.round((middle - Math.floor(middle)) * 256);
  }
  return { index, weight };
}

/** A black canvas. */
export function blankCanvas(width: number, height: number): Canvas {
  return { data: new Uint8Array(width * height * 4), width, height, stride: width * 4 };
}
