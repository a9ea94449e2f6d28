import type { Picture, Rectangle } from "../types.ts";

/** A picture in memory that tests draw into. */
export class DrawnPicture implements Picture {
  readonly data: Uint8Array<ArrayBuffer>;

  constructor(readonly width: number, readonly height: number, readonly stride = width * 4) {
    this.data = new Uint8Array(stride * height);
  }

  /** @param color `0xRRGGBB` */
  fill({ x, y, width, height }: Rectangle, color: number): void {
    for (let row = Math.max(0, y); row < Math.min(this.height, y + height); row++) {
      for (let column = Math.max(0, x); column < Math.min(this.width, x + width); column++) {
        const at = row * this.stride + column * 4;
        this.data[at] = color;
        this.data[at + 1] = color >> 8;
        this.data[at + 2] = color >> 16;
      }
    }
  }

  /** `0xRRGGBB` */
  pixel(x: number, y: number): number {
    const at = y * this.stride + x * 4;
    return (this.data[at + 2] ?? 0) << 16 | (this.data[at + 1] ?? 0) << 8 | (this.data[at] ?? 0);
  }

  /** Something like a desktop: a bright gradient, windows with borders, rows of dark dots like text. */
  drawDesktop(seed = 1): void {
    const random = randomNumbers(seed);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const at = y * this.stride + x * 4;
        this.data[at] = 200 - 100 * y / this.height;
        this.data[at + 1] = 120 + 80 * x / this.width;
        this.data[at + 2] = 90 + 60 * y / this.height;
      }
    }
    for (let count = 0; count < 5; count++) {
      const [x, y] = [Math.floor(random() * this.width), Math.floor(random() * this.height)];
      const [width, height] = [Math.ceil(this.width / 3), Math.ceil(this.height / 3)];
      this.fill({ x, y, width, height }, 0x333333);
      this.fill({ x: x + 2, y: y + 20, width: width - 4, height: height - 22 }, 0xf8f8f8);
      for (let line = y + 28; line < y + height - 12; line += 16) {
        for (let at = x + 8; at < x + width - 12; at += 7) {
          if (random() < 0.8) {
            this.fill({ x: at, y: line, width: 1 + random() * 4, height: 2 + random() * 7 }, 0x202020);
          }
        }
      }
    }
  }
}

/** The same numbers in [0, 1) for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296;
  };
}
