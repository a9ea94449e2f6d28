import { delay } from "../../agent/core/abort.ts";
import { X11Painter } from "./x11_painter.ts";
import { Xvfb } from "./xvfb.ts";

/** So often something moves, in ms. */
const STEP_MS = 25;

/** A virtual screen on which a square wanders over a background that stays. Ended at the end of its scope. */
export class MovingScreen implements AsyncDisposable {
  #ended = false;
  readonly #moving: Promise<void>;

  private constructor(
    readonly server: Xvfb,
    private readonly painter: X11Painter,
    readonly width: number,
    readonly height: number,
  ) {
    this.#moving = this.#move();
  }

  static async start({ width = 640, height = 480 } = {}): Promise<MovingScreen> {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await Xvfb.start({ width, height }));
    const painter = opened.use(await X11Painter.open(server.display));
    painter.fill({ x: 0, y: 0, width, height }, 0x305070);
    await painter.sync();
    opened.move();
    return new MovingScreen(server, painter, width, height);
  }

  get display(): string {
    return this.server.display;
  }

  async #move(): Promise<void> {
    for (let step = 0; !this.#ended; step++) {
      const x = step * 5 % (this.width - 60);
      this.painter.fill({ x: 0, y: 100, width: this.width, height: 60 }, 0x305070);
      this.painter.fill({ x, y: 100, width: 60, height: 60 }, step * 0x10305 & 0xffffff);
      await this.painter.sync();
      await delay(STEP_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#moving;
    await this.painter[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
