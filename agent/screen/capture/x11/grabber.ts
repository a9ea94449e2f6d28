import type { Picture, Rectangle } from "../../types.ts";

/** Copies pixels of a screen. */
export interface Grabber {
  /** The name of the source that it makes: `x11-shm`, `x11-socket`. */
  readonly backend: string;
  /**
   * @param area in pixels of the screen
   * @returns a picture in memory that the next call overwrites
   */
  grab(area: Rectangle): Promise<Picture>;
  /** Gives its memory back. Idempotent. */
  close(): void;
}

/** GetImage: a picture as whole pixels, row by row, rather than bit by bit. */
export const Z_PIXMAP = 2;
/** GetImage: all bits of each pixel. */
export const ALL_PLANES = 0xffff_ffff;
