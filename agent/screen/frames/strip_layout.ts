import { areaOf, joinRectangles } from "../picture/join_rectangles.ts";
import { markedRectangles, type TileGrid, tilesToPixels } from "../picture/tiles.ts";
import type { Rectangle } from "../types.ts";
import { MCU } from "../wire/format.js";
import type { PlacedRectangle } from "../wire/frame_writer.ts";
import type { Factor } from "./shrink.ts";

/** Which JPEGs a frame has, and what lies where in them. */
export interface StripLayout {
  /** Whether it is the whole picture as one JPEG. */
  readonly whole: boolean;
  readonly strips: readonly { readonly width: number; readonly height: number }[];
  readonly placed: readonly PlacedRectangle[];
}

/** Up to so many rectangles are JPEGs of their own, which needs no copying and lets nothing bleed from one to another. */
const MOST_OWN_STRIPS = 4;
/**
 * Each JPEG costs about 600 bytes for its tables, half a packet, and a call: so few tiles are always one, in as many rectangles as they
 * may be. To copy them takes less.
 */
const FEW_TILES = 16;
/** To have one rectangle less, so many tiles that did not change are sent along. */
const JOIN_ALLOWANCE_TILES = 1;
/** From so much of the picture on, it is sent whole: one JPEG straight from the picture. */
const WHOLE_SHARE = 0.85;

/**
 * Lays out the marked tiles of a picture.
 *
 * @param marks one for each tile, 0 for those that are not to be sent
 * @param factor by which the picture is scaled down
 */
export function layOut(marks: Uint8Array, grid: TileGrid, factor: Factor): StripLayout {
  const tiles = joinRectangles(markedRectangles(marks, grid), JOIN_ALLOWANCE_TILES);
  if (areaOf(tiles) >= WHOLE_SHARE * marks.length) return wholePicture(grid, factor);
  const rectangles = tiles.map((rectangle) => shrink(tilesToPixels(rectangle, grid), factor));
  const own = rectangles.length === 1 || rectangles.length <= MOST_OWN_STRIPS && areaOf(tiles) > FEW_TILES;
  if (own) {
    const placed = rectangles.map((rectangle, strip) => ({ ...rectangle, strip, sx: 0, sy: 0 }));
    return { whole: false, strips: rectangles.map(({ width, height }) => ({ width, height })), placed };
  }
  const whole = wholePicture(grid, factor);
  const packed = pack(rectangles, Math.max(...whole.strips.map(({ width }) => width)));
  const area = packed.strips.reduce((sum, { width, height }) => sum + width * height, 0);
  return area < areaOf(whole.placed) ? packed : whole;
}

/** The whole picture as one JPEG. */
export function wholePicture({ width, height }: TileGrid, factor: Factor): StripLayout {
  const picture = shrink({ x: 0, y: 0, width, height }, factor);
  return { whole: true, strips: [picture], placed: [{ ...picture, strip: 0, sx: 0, sy: 0 }] };
}

function shrink({ x, y, width, height }: Rectangle, factor: Factor): Rectangle {
  return { x: x / factor, y: y / factor, width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
}

/**
 * Lays rectangles side by side and in shelves, the tallest first, each at a multiple of 16 pixels, so that no unit of the
 * JPEG belongs to two of them.
 */
function pack(rectangles: readonly Rectangle[], maxWidth: number): StripLayout {
  const limit = roundUp(maxWidth);
  const placed: PlacedRectangle[] = [];
  let [x, y, width, shelf] = [0, 0, 0, 0];
  for (const rectangle of rectangles.toSorted((a, b) => roundUp(b.height) - roundUp(a.height))) {
    const needed = roundUp(rectangle.width);
    if (x + needed > limit) [x, y, shelf] = [0, y + shelf, 0];
    placed.push({ ...rectangle, strip: 0, sx: x, sy: y });
    x += needed;
    width = Math.max(width, x);
    shelf = Math.max(shelf, roundUp(rectangle.height));
  }
  return { whole: false, strips: [{ width, height: y + shelf }], placed };
}

function roundUp(pixels: number): number {
  return Math.ceil(pixels / MCU) * MCU;
}
