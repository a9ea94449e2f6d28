import type { Picture, Rectangle } from "../types.ts";
import { TILE, type TileGrid } from "./tiles.ts";

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
  const contiguous = grabbed.stride === picture.stride && area.width === picture.width;
  let changed = 0;
  for (let top = 0; top < area.height; top += TILE) {
    const band: Band = {
      from: top * grabbed.stride,
      to: (area.y + top) * picture.stride + area.x * 4,
      rows: Math.min(TILE, area.height - top),
    };
    if (contiguous && same(band.from, band.to, (band.rows - 1) * picture.stride + area.width * 4)) continue;
    const firstTile = (area.y + top) / TILE * grid.columns + area.x / TILE;
    const columns = Math.ceil(area.width / TILE);
    for (let column = 0; column < columns; column++) {
      const start = column;
      while (column < columns && tileDiffers(band, column)) column++;
      if (column === start) continue;
      // Tiles side by side are copied at once: the time goes with the number of rows.
      copyColumns(band, start * TILE, Math.min(area.width, column * TILE));
      tiles.fill(generation, firstTile + start, firstTile + column);
      changed += column - start;
    }
  }
  return changed;

  function tileDiffers({ from, to, rows }: Band, column: number): boolean {
    const x = column * TILE;
    const bytes = Math.min(TILE, area.width - x) * 4;
    for (let row = 0; row < rows; row++) {
      if (!same(from + row * grabbed.stride + x * 4, to + row * picture.stride + x * 4, bytes)) return true;
    }
    return false;
  }

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

/** A row of tiles: where it begins in the capture and in the kept picture, in bytes, and its height in pixels. */
interface Band {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}
