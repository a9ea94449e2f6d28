import { AgentProcess } from "../processes.ts";
import { bgrx, type Pixels } from "./pixels.ts";
import { X11Painter } from "./x11_painter.ts";
import { Xvfb } from "./xvfb.ts";

export interface ShownOptions {
  readonly width?: number;
  readonly height?: number;
}

/** A virtual screen, somebody who paints on it, and an agent that shows it to whoever has its key. */
export class ShownScreen implements AsyncDisposable {
  private constructor(
    readonly server: Xvfb,
    private painter: X11Painter,
    readonly agent: AgentProcess,
  ) {}

  static async start({ width = 640, height = 480 }: ShownOptions = {}): Promise<ShownScreen> {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await Xvfb.start({ width, height }));
    const painter = opened.use(await paintOn(server, width, height));
    const flags = ["--screen", "allow", "--capture", "x11"];
    const agent = await AgentProcess.start({ name: "shown", flags, env: { DISPLAY: server.display } });
    opened.move();
    return new ShownScreen(server, painter, agent);
  }

  async paint({ width, height, ...pixels }: Pixels, x = 0, y = 0): Promise<void> {
    this.painter.put({ x, y, width, height }, bgrx({ width, height, ...pixels }));
    await this.painter.sync();
  }

  async fill(x: number, y: number, width: number, height: number, color: number): Promise<void> {
    this.painter.fill({ x, y, width, height }, color);
    await this.painter.sync();
  }

  /** The X server dies and comes back with another picture. */
  async restart(between: () => Promise<void>): Promise<void> {
    await this.server.kill();
    await this.painter[Symbol.asyncDispose]();
    await between();
    await this.server.restart();
    this.painter = await paintOn(this.server, 0, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
    await this.painter[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** The pointer goes into the corner, and nothing of it is to be seen: it would be part of whole pictures. */
async function paintOn(server: Xvfb, width: number, height: number): Promise<X11Painter> {
  const painter = await X11Painter.open(server.display);
  painter.movePointer(width - 1, height - 1);
  painter.setPointer({ width: 8, height: 8, hotX: 0, hotY: 0, color: [0, 0, 0] }, false);
  await painter.sync();
  return painter;
}
