import type { CanvasPixels } from "./in_page.js";
import type { Rectangle } from "../../agent/screen/types.ts";

/** A picture, 4 bytes a pixel: red, green, blue, unused. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

export function pixelsOf({ width, height, rgba }: CanvasPixels): Pixels {
  return { width, height, rgba: Uint8Array.from(atob(rgba), (letter) => letter.charCodeAt(0)) };
}

/** The same as an X server takes it: blue, green, red, unused. */
export function bgrx({ rgba }: Pixels): Uint8Array {
  const swapped = rgba.slice();
  for (let at = 0; at < swapped.length; at += 4) {
    [swapped[at], swapped[at + 2]] = [rgba[at + 2] ?? 0, rgba[at] ?? 0];
  }
  return swapped;
}

/** How much one picture is like another, in dB: above 30 they are hard to tell apart. Infinity where they are the same. */
export function psnr(one: Pixels, other: Pixels): number {
  if (one.width !== other.width || one.height !== other.height) return 0;
  let sum = 0;
  for (let at = 0; at < one.rgba.length; at++) {
    if (at % 4 !== 3) sum += ((one.rgba[at] ?? 0) - (other.rgba[at] ?? 0)) ** 2;
  }
  return 10 * Math.log10(255 ** 2 / (sum / (one.width * one.height * 3)));
}

/** The bounds of what is light within an area; undefined where all is dark. */
export function lightBox({ width, rgba }: Pixels, area: Rectangle): Rectangle | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let y = area.y; y < area.y + area.height; y++) {
    for (let x = area.x; x < area.x + area.width; x++) {
      // Green is most of what is light.
      if ((rgba[(y * width + x) * 4 + 1] ?? 0) < 128) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), y];
    }
  }
  if (right < 0) return undefined;
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Something that looks like a desktop: soft colours, and in them windows with lines of text. */
export function desktopPicture(width: number, height: number): Pixels {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isWindow = x > width / 8 && x < width / 2 && y > height / 8 && y < height * 0.8;
      const isText = isWindow && y % 18 > 12 && (x * 7 + y * 13) % 11 < 5;
      const wave = Math.sin(x / 61) * Math.cos(y / 47);
      const color = isText
        ? [40, 40, 60]
        : isWindow
        ? [236, 238, 240]
        : [90 + 60 * wave, 120 - 40 * wave, 150 + x / 20];
      rgba.set(color, (y * width + x) * 4);
    }
  }
  return { width, height, rgba };
}
