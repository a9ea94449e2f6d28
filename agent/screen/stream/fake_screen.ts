import { MeshError } from "../../core/errors.ts";
import type { CursorState, JpegEncoder, Monitor, Picture, Rectangle, ScreenSource } from "../types.ts";

/** A monitor for tests. */
export function fakeMonitor(index = 0, width = 320, height = 192): Monitor {
  return { index, name: `FAKE-${index}`, primary: index === 0, x: index * 320, y: 0, width, height };
}

/** A desktop in memory, that tests paint on. */
export class FakeScreen implements ScreenSource {
  readonly backend = "fake";
  /** Each monitor's colour, as bytes of its pixels. */
  readonly colors = new Map<number, number>();
  pointer: CursorState | undefined;
  closed = false;
  /** Why the desktop is gone. */
  gone: string | undefined;
  grabs = 0;
  readonly #changed = new Map<number, Rectangle[]>();

  constructor(public list: Monitor[] = [fakeMonitor()]) {}

  /** Paints a monitor, or part of it, so that something changes. */
  paint(index = 0, area: Rectangle = { x: 0, y: 0, width: 16, height: 16 }): void {
    this.colors.set(index, ((this.colors.get(index) ?? 0) + 1) % 256);
    this.#changed.set(index, [...this.#changed.get(index) ?? [], area]);
  }

  monitors(): Promise<Monitor[]> {
    return this.#there(() => this.list);
  }

  changes(monitor: Monitor): Promise<readonly Rectangle[]> {
    return this.#there(() => {
      const changed = this.#changed.get(monitor.index) ?? [];
      this.#changed.delete(monitor.index);
      return changed;
    });
  }

  grab(monitor: Monitor, area: Rectangle): Promise<Picture> {
    return this.#there(() => {
      this.grabs++;
      const data = new Uint8Array(area.width * area.height * 4).fill(this.colors.get(monitor.index) ?? 0);
      return { data, width: area.width, height: area.height, stride: area.width * 4 };
    });
  }

  cursor(): Promise<CursorState | undefined> {
    return this.#there(() => this.pointer);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  async #there<T>(look: () => T): Promise<T> {
    await Promise.resolve();
    if (this.gone !== undefined) throw new MeshError("UNAVAILABLE", this.gone);
    return look();
  }
}

/** Makes what looks like JPEGs to whoever looks at their first bytes: four bytes for each hundred pixels, and one for the quality. */
export const fakeEncoder: JpegEncoder = {
  library: "turbojpeg",
  encode: ({ width, height }, quality) => {
    const jpeg = new Uint8Array(8 + Math.ceil(width * height / 25));
    jpeg.set([0xff, 0xd8, 0xff, quality]);
    return Promise.resolve(jpeg);
  },
  close: () => {},
};
