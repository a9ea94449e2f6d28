import { markedRectangles, tilesToPixels } from "../picture/tiles.ts";
import type { KeptPicture, MonitorFeed } from "../picture/monitor_feed.ts";
import type { CursorShape, CursorState, Monitor, Picture, Rectangle } from "../types.ts";
import { blankCanvas, type Canvas } from "./shrink.ts";

/** A pointer on a monitor's picture. */
export interface PlacedPointer {
  readonly shape: CursorShape;
  /** Where its upper left corner is, in pixels of the picture; it may lie over the border. */
  readonly x: number;
  readonly y: number;
}

/** @returns undefined where nothing of the pointer is on the monitor */
export function placePointer(state: CursorState | undefined, monitor: Monitor): PlacedPointer | undefined {
  if (state === undefined) return undefined;
  const { shape } = state;
  const [x, y] = [state.x - shape.hotX - monitor.x, state.y - shape.hotY - monitor.y];
  const isSeen = x < monitor.width && y < monitor.height && x + shape.width > 0 && y + shape.height > 0;
  return isSeen ? { shape, x, y } : undefined;
}

/** A feed's picture with the pointer in it. Other streams use the feed's own, so it is a copy, of which only what changed is made anew. */
export class PointedPicture {
  #from: KeptPicture | undefined;
  #copy: Canvas = blankCanvas(0, 0);
  #generation = -1;
  #pointed: Rectangle | undefined;

  /**
   * @param pointer undefined: the feed's own picture is as good
   * @returns a picture that the next call overwrites
   */
  draw({ picture, grid, tiles, generation }: MonitorFeed, pointer: PlacedPointer | undefined): Picture {
    if (!pointer) return picture;
    if (picture !== this.#from) {
      this.#from = picture;
      this.#copy = { ...blankCanvas(picture.width, picture.height), data: picture.data.slice() };
    } else {
      const marks = Uint8Array.from(tiles, (changed) => changed > this.#generation ? 1 : 0);
      for (const area of markedRectangles(marks, grid)) this.#copyArea(picture, tilesToPixels(area, grid));
      if (this.#pointed) this.#copyArea(picture, this.#pointed);
    }
    this.#generation = generation;
    this.#pointed = blend(this.#copy, pointer);
    return this.#copy;
  }

  #copyArea(from: Picture, { x, y, width, height }: Rectangle): void {
    for (let row = y; row < y + height; row++) {
      const start = row * from.stride + x * 4;
      this.#copy.data.set(from.data.subarray(start, start + width * 4), start);
    }
  }
}

/** @returns what it touched */
function blend({ data, width, height, stride }: Canvas, { shape, x, y }: PlacedPointer): Rectangle {
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const [right, bottom] = [Math.min(width, x + shape.width), Math.min(height, y + shape.height)];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const from = ((row - y) * shape.width + column - x) * 4;
      const to = row * stride + column * 4;
      const alpha = shape.rgba[from + 3] ?? 0;
      // Red, green, blue become blue, green, red.
      for (let color = 0; color < 3; color++) {
        const [over, under] = [shape.rgba[from + 2 - color] ?? 0, data[to + color] ?? 0];
        data[to + color] = Math.round((over * alpha + under * (255 - alpha)) / 255);
      }
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
