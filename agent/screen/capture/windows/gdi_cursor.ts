import type { CursorShape, CursorState } from "../../types.ts";
import type { GdiLibrary, Handle } from "./gdi_library.ts";
import {
  BITMAP_BYTES,
  bitmapInfo,
  CURSOR_INFO_BYTES,
  ICON_INFO_BYTES,
  readBitmapSize,
  readCursorInfo,
  readIconInfo,
  sized,
} from "./gdi_structs.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Longest side of a pointer, in pixels: more than Windows has. */
const MAX_SIDE = 1024;

/** Where the pointer is and what it looks like. */
export class GdiCursor {
  #handle: bigint | undefined;
  #shape: CursorShape | undefined;
  #serial = 0;

  constructor(private readonly library: GdiLibrary) {}

  /** Undefined where it is hidden, or Windows does not tell. */
  read(): CursorState | undefined {
    const struct = sized(CURSOR_INFO_BYTES);
    if (this.library.GetCursorInfo(struct) === 0) return undefined;
    const { visible, handle, x, y } = readCursorInfo(struct);
    if (!visible) return undefined;
    if (handle !== this.#handle) {
      this.#shape = this.#read(handle);
      this.#handle = handle;
    }
    return this.#shape && { x, y, shape: this.#shape };
  }

  #read(handle: bigint): CursorShape | undefined {
    const struct = new Uint8Array(ICON_INFO_BYTES);
    if (this.library.GetIconInfo(Deno.UnsafePointer.create(handle), struct) === 0) return undefined;
    const { hotX, hotY, mask, color } = readIconInfo(struct);
    const bitmaps = [Deno.UnsafePointer.create(mask), Deno.UnsafePointer.create(color)] as const;
    try {
      const [maskPixels, colorPixels] = bitmaps.map((bitmap) => this.#pixels(bitmap));
      const shape = colorPixels ? colored(colorPixels, maskPixels) : maskPixels && blackAndWhite(maskPixels);
      return shape && { serial: ++this.#serial, hotX, hotY, ...shape };
    } finally {
      // Copies, which are ours to delete.
      for (const bitmap of bitmaps) if (bitmap !== null) this.library.DeleteObject(bitmap);
    }
  }

  #pixels(bitmap: Handle): Pixels | undefined {
    if (bitmap === null) return undefined;
    const struct = new Uint8Array(BITMAP_BYTES);
    if (this.library.GetObjectW(bitmap, BITMAP_BYTES, struct) === 0) return undefined;
    const { width, height } = readBitmapSize(struct);
    if (width < 1 || height < 1 || width > MAX_SIDE || height > 2 * MAX_SIDE) return undefined;
    const bgra = new Uint8Array(width * height * 4);
    const screen = this.library.GetDC(null);
    const lines = this.library.GetDIBits(screen, bitmap, 0, height, bgra, bitmapInfo(width, height), 0);
    this.library.ReleaseDC(null, screen);
    return lines === height ? { width, height, bgra } : undefined;
  }
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly bgra: Bytes;
}

type Look = Pick<CursorShape, "width" | "height" | "rgba">;

/** Old cursors have no alpha: where their mask is white, the screen shows. */
function colored({ width, height, bgra }: Pixels, mask: Pixels | undefined): Look {
  const hasAlpha = bgra.some((byte, at) => at % 4 === 3 && byte !== 0);
  const rgba = new Uint8Array(bgra.length);
  for (let at = 0; at < bgra.length; at += 4) {
    // Inside: all have 4 bytes a pixel.
    rgba.set([bgra[at + 2]!, bgra[at + 1]!, bgra[at]!], at);
    rgba[at + 3] = hasAlpha ? bgra[at + 3]! : mask?.bgra[at] ? 0 : 255;
  }
  return { width, height, rgba };
}

/**
 * Two masks, one above the other: where the first is black, the second's colour shows; where it is white, the screen does,
 * inverted if the second is white, too, which is shown as black here.
 */
function blackAndWhite({ width, height, bgra }: Pixels): Look {
  const half = height >> 1;
  const rgba = new Uint8Array(width * half * 4);
  const second = rgba.length;
  for (let at = 0; at < rgba.length; at += 4) {
    const [screen, white] = [bgra[at] !== 0, bgra[second + at] !== 0];
    rgba.fill(!screen && white ? 255 : 0, at, at + 3);
    rgba[at + 3] = screen && !white ? 0 : 255;
  }
  return { width, height: half, rgba };
}
