import type { Rectangle } from "../types.ts";

/** The side of a tile, in pixels. A quarter of it is one unit of a JPEG, so that tiles stay apart at every scale. */
export const TILE = 64;

/** How tiles cover a picture: row by row, those at the right and lower border cut off. */
export interface TileGrid {
  /** Of the picture, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
}

export function tileGrid(width: number, height: number): TileGrid {
  return { width, height, columns: Math.ceil(width / TILE), rows: Math.ceil(height / TILE) };
}

/** Marks every tile of which a rectangle covers a pixel. What lies outside the picture does not count. */
export function markTiles(marks: Uint8Array, grid: TileGrid, { x, y, width, height }: Rectangle): void {
  const left = Math.max(0, Math.floor(x / TILE));
  const right = Math.min(grid.columns, Math.ceil((x + width) / TILE));
  const bottom = Math.min(grid.rows, Math.ceil((y + height) / TILE));
  for (let row = Math.max(0, Math.floor(y / TILE)); row < bottom; row++) {
    if (right > left) marks.fill(1, row * grid.columns + left, row * grid.columns + right);
  }
}

/**
 * Rectangles that cover exactly the marked tiles, each once, from top to bottom: runs in a row, joined with equal runs
 * below.
 *
 * @param marks one for each tile, 0 for unmarked ones
 * @returns in tiles
 */
export function markedRectangles(marks: Uint8Array, { columns, rows }: TileGrid): Rectangle[] {
  const done: Rectangle[] = [];
  let open = new Map<number, { x: number; y: number; width: number; height: number }>();
  for (let row = 0; row < rows; row++) {
    const next: typeof open = new Map();
    for (let column = 0; column < columns; column++) {
      if (marks[row * columns + column] === 0) continue;
      const start = column;
      while (column < columns && marks[row * columns + column] !== 0) column++;
      const above = open.get(start);
      if (above?.width === column - start) {
        above.height++;
        next.set(start, above);
      } else {
        const run = { x: start, y: row, width: column - start, height: 1 };
        next.set(start, run);
        done.push(run);
      }
    }
    open = next;
  }
  return done;
}

/** A rectangle of tiles, in pixels of the picture. */
export function tilesToPixels({ x, y, width, height }: Rectangle, grid: TileGrid): Rectangle {
  return {
    x: x * TILE,
    y: y * TILE,
    width: Math.min(grid.width, (x + width) * TILE) - x * TILE,
    height: Math.min(grid.height, (y + height) * TILE) - y * TILE,
  };
}
