import type { Picture, Rectangle } from "../types.ts";
import { TILE, type TileGrid } from "./tiles.ts";
import { words } from "./words.ts";

/** Compares rows of pixels of two pictures. */
export interface MemoryComparison {
  /** `memcmp` of the C library, or `words` where that cannot be called. */
  readonly method: string;
  /** Makes a comparison between two buffers; offsets and lengths are in bytes, and divisible by 4. */
  between(a: Uint8Array, b: Uint8Array): (aStart: number, bStart: number, bytes: number) => boolean;
}

/** Where changes go: the kept picture, and each tile's generation. */
export interface TileTarget {
  readonly picture: Picture;
  readonly grid: TileGrid;
  readonly tiles: Float64Array;
}

/**
 * Copies the tiles in which a capture differs from the kept picture, and notes the generation for them.
 *
 * @param area of the picture that was captured, on the borders of tiles
 * @returns how many tiles differ
 */
export function copyChangedTiles(
  grabbed: Picture,
  area: Rectangle,
  { picture, grid, tiles }: TileTarget,
  generation: number,
  comparison: MemoryComparison,
): number {
  const same = comparison.between(grabbed.data, picture.data);
  const [from, to] = [words(grabbed.data), words(picture.data)];
  const contiguous = grabbed.stride === picture.stride && area.width === picture.width;
  const columns = Math.ceil(area.width / TILE);
  const differ = new Uint8Array(columns);
  let changed = 0;
  for (let top = 0; top < area.height; top += TILE) {
    const band: Band = {
      from: top * grabbed.stride,
      to: (area.y + top) * picture.stride + area.x * 4,
      rows: Math.min(TILE, area.height - top),
    };
    // Most often nothing changed: that is seen fastest in long stretches.
    if (contiguous && same(band.from, band.to, (band.rows - 1) * picture.stride + area.width * 4)) continue;
    differ.fill(0);
    for (let row = 0; row < band.rows; row++) {
      const [a, b] = [band.from + row * grabbed.stride, band.to + row * picture.stride];
      if (!same(a, b, area.width * 4)) markColumns(differ, from, a >> 2, to, b >> 2, area.width);
    }
    const firstTile = (area.y + top) / TILE * grid.columns + area.x / TILE;
    for (let column = 0; column < columns; column++) {
      const start = column;
      while (column < columns && differ[column] === 1) column++;
      if (column === start) continue;
      // Tiles side by side are copied at once: the time goes with the number of rows.
      copyColumns(band, start * TILE, Math.min(area.width, column * TILE));
      tiles.fill(generation, firstTile + start, firstTile + column);
      changed += column - start;
    }
  }
  return changed;

  function copyColumns({ from, to, rows }: Band, left: number, right: number): void {
    for (let row = 0; row < rows; row++) {
      const start = from + row * grabbed.stride;
      picture.data.set(
        grabbed.data.subarray(start + left * 4, start + right * 4),
        to + row * picture.stride + left * 4,
      );
    }
  }
}

/** Marks the columns of tiles in which a row of pixels differs. One loop for all: it runs once for each pixel. */
function markColumns(
  differ: Uint8Array,
  a: Uint32Array,
  aStart: number,
  b: Uint32Array,
  bStart: number,
  width: number,
): void {
  for (let column = 0, x = 0; x < width; column++, x += TILE) {
    if (differ[column] === 1) continue;
    const end = Math.min(width, x + TILE);
    for (let at = x; at < end; at++) {
      if (a[aStart + at] === b[bStart + at]) continue;
      differ[column] = 1;
      break;
    }
  }
}

/** A row of tiles: where it begins in the capture and in the kept picture, in bytes, and its height in pixels. */
interface Band {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}
