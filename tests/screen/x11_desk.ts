import { delay } from "../../agent/core/abort.ts";
import { X11Source } from "../../agent/screen/capture/x11/x11_source.ts";
import type { Monitor, Picture, Rectangle, ScreenSource } from "../../agent/screen/types.ts";
import { X11Painter } from "./x11_painter.ts";
import { Xvfb, type XvfbOptions } from "./xvfb.ts";

export interface X11DeskOptions extends XvfbOptions {
  /** False to have pictures sent over the socket. */
  readonly sharedMemory?: boolean;
}

/** A screen with somebody who paints on it and somebody who looks at it. */
export class X11Desk implements AsyncDisposable {
  private constructor(
    readonly server: Xvfb,
    readonly painter: X11Painter,
    readonly source: ScreenSource,
    readonly monitor: Monitor,
  ) {}

  static async open({ sharedMemory = true, ...options }: X11DeskOptions = {}): Promise<X11Desk> {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await Xvfb.start(options));
    const painter = opened.use(await X11Painter.open(server.display));
    const source = await X11Source.open({ display: server.display, sharedMemory });
    opened.defer(() => source.close());
    const [monitor] = await source.monitors();
    if (!monitor) throw new Error("the screen has no monitor");
    opened.move();
    return new X11Desk(server, painter, source, monitor);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.close();
    await this.painter[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Machines are slow at times: what must happen happens within this, in ms. */
const PATIENCE_MS = 30_000;

/** Asks again until the answer fits. What a server tells by itself may come a moment after it is so. */
export async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean, what: string): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(1);
  }
}

/** The colours of a picture, row after row, as 0xRRGGBB: what the fourth byte holds does not count. */
export function colorsOf({ data, width, height, stride }: Picture): Uint32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Uint32Array.from(
    { length: width * height },
    (_, index) => view.getUint32(Math.floor(index / width) * stride + index % width * 4, true) & 0xffffff,
  );
}

/** Pixels of which no two neighbours are alike, the same for each size. */
export function pattern({ width, height }: Pick<Rectangle, "width" | "height">): Uint8Array {
  const pixels = Uint32Array.from({ length: width * height }, (_, index) => Math.imul(index + 1, 2_654_435_761) >>> 8);
  return new Uint8Array(pixels.buffer);
}
