import type { CursorState, Monitor, Picture, Rectangle, ScreenSource } from "../types.ts";
import { DrawnPicture } from "./drawn_picture.ts";

/** A desktop of one monitor that tests draw. */
export class DrawnSource implements ScreenSource {
  readonly backend = "drawn";
  picture: DrawnPicture;
  /** What is told of changes at the next call; undefined = everything may have changed. */
  told: Rectangle[] | undefined;
  /** Every area that was captured. */
  readonly grabs: Rectangle[] = [];
  /** Thrown by the next capture, once. */
  failure: Error | undefined;
  #busy = false;
  /** As long as a row of the picture and 20 bytes: captures are not always packed. */
  #memory: Uint8Array = new Uint8Array(0);

  constructor(width: number, height: number, readonly packed = false) {
    this.picture = new DrawnPicture(width, height);
  }

  get monitor(): Monitor {
    const { width, height } = this.picture;
    return { index: 0, name: "drawn", primary: true, x: 100, y: 50, width, height };
  }

  /** Draws, and tells of it at the next call. */
  draw(area: Rectangle, color: number): void {
    this.picture.fill(area, color);
    this.told?.push(area);
  }

  monitors(): Promise<Monitor[]> {
    return Promise.resolve([this.monitor]);
  }

  changes(): Promise<readonly Rectangle[] | undefined> {
    const told = this.told;
    if (told !== undefined) this.told = [];
    return this.#alone(() => told);
  }

  grab(_monitor: Monitor, area: Rectangle): Promise<Picture> {
    return this.#alone(() => {
      this.grabs.push(area);
      const failure = this.failure;
      this.failure = undefined;
      if (failure !== undefined) throw failure;
      return this.#cut(area);
    });
  }

  cursor(): Promise<CursorState | undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #cut({ x, y, width, height }: Rectangle): Picture {
    const { picture } = this;
    if (x < 0 || y < 0 || width < 1 || height < 1 || x + width > picture.width || y + height > picture.height) {
      throw new RangeError(`an area outside the monitor: ${[x, y, width, height]}`);
    }
    const stride = width * 4 + (this.packed ? 0 : 20);
    // What a caller still holds of the last capture is spoilt, as with real sources.
    this.#memory.fill(0x55);
    if (this.#memory.length < stride * height) this.#memory = new Uint8Array(stride * height);
    for (let row = 0; row < height; row++) {
      const start = (y + row) * picture.stride + x * 4;
      this.#memory.set(picture.data.subarray(start, start + width * 4), row * stride);
    }
    return { data: this.#memory.subarray(0, stride * height), width, height, stride };
  }

  async #alone<T>(work: () => T): Promise<T> {
    if (this.#busy) throw new Error("two callers at once");
    this.#busy = true;
    // As after a round trip to a display server.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#busy = false;
    return work();
  }
}
