import { MeshError, messageOf } from "../../../core/errors.ts";
import { logger } from "../../../core/log.ts";
import type { CursorState, Monitor, Picture, Rectangle, ScreenSource } from "../../types.ts";
import { ChangeTracker } from "./change_tracker.ts";
import { connectDisplay, type Display } from "./connect.ts";
import { RequestRefused } from "./connection.ts";
import { CursorReader } from "./cursor_reader.ts";
import type { Grabber } from "./grabber.ts";
import { MonitorReader } from "./monitors.ts";
import { unusable } from "./pixel_format.ts";
import { ShmGrabber } from "./shm_grabber.ts";
import { SocketGrabber } from "./socket_grabber.ts";

const log = logger("screen");

export interface X11Options {
  /** As in `DISPLAY`. */
  readonly display: string;
  /** The file with the cookies of displays. */
  readonly authority?: string | undefined;
  /** False to have pictures sent over the socket even where memory can be shared. */
  readonly sharedMemory?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What tells of a display, and takes its pictures. */
interface Parts {
  readonly monitors: MonitorReader;
  readonly changes: ChangeTracker | undefined;
  readonly cursor: CursorReader | undefined;
  readonly grabber: Grabber;
}

/** A screen of an X server. */
export class X11Source implements ScreenSource {
  readonly #display: Display;
  readonly #parts: Parts;

  private constructor(display: Display, parts: Parts) {
    this.#display = display;
    this.#parts = parts;
  }

  /** @throws {MeshError} what {@link connectDisplay} throws; `FAILED_PRECONDITION` for a screen whose colours are not understood */
  static async open(options: X11Options): Promise<X11Source> {
    const display = await connectDisplay(options.display, options.authority, options.signal);
    try {
      const reason = unusable(display.screen.format);
      if (reason) throw new MeshError("FAILED_PRECONDITION", `Cannot capture the display ${display.name}: ${reason}`);
      const monitors = await MonitorReader.create(display);
      const changes = await ChangeTracker.create(display);
      const cursor = await CursorReader.create(display);
      const grabber = await openGrabber(display, await monitors.screen(), options.sharedMemory ?? true);
      return new X11Source(display, { monitors, changes, cursor, grabber });
    } catch (error) {
      await display.connection.close();
      throw explained(error, display.name, "opened");
    }
  }

  get backend(): string {
    return this.#parts.grabber.backend;
  }

  monitors(): Promise<Monitor[]> {
    return this.#explain("asked for its monitors", () => this.#parts.monitors.monitors());
  }

  changes(monitor: Monitor): Promise<readonly Rectangle[] | undefined> {
    return this.#explain("asked for changes", async () => {
      const { changes, cursor } = this.#parts;
      const told = changes?.changes(monitor);
      // Who looks at the screen wants its pointer next: both requests go out together.
      if (changes?.fetching) cursor?.askAhead();
      return await told;
    });
  }

  /**
   * @throws {MeshError} `INVALID_ARGUMENT` for an area that is not inside the monitor, `FAILED_PRECONDITION` where the
   * server refuses, as it does when the screen has become smaller
   */
  async grab(monitor: Monitor, area: Rectangle): Promise<Picture> {
    if (!isInside(area, monitor)) {
      throw new MeshError(
        "INVALID_ARGUMENT",
        `${textOf(area)} is not inside the monitor ${monitor.name}, ${textOf(monitor)}`,
      );
    }
    const absolute = { ...area, x: monitor.x + area.x, y: monitor.y + area.y };
    return await this.#explain(`asked for ${textOf(absolute)}`, () => this.#parts.grabber.grab(absolute));
  }

  cursor(): Promise<CursorState | undefined> {
    return this.#explain("asked for its pointer", async () => await this.#parts.cursor?.read());
  }

  async close(): Promise<void> {
    this.#parts.grabber.close();
    await this.#display.connection.close();
  }

  async #explain<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw explained(error, this.#display.name, what);
    }
  }
}

async function openGrabber(display: Display, screen: Rectangle, sharedMemory: boolean): Promise<Grabber> {
  if (!sharedMemory) return new SocketGrabber(display);
  try {
    return await ShmGrabber.create(display, screen);
  } catch (error) {
    if (error instanceof MeshError) throw error;
    log.debug`display ${display.name}: its pictures come over the socket, as ${messageOf(error)}`;
    return new SocketGrabber(display);
  }
}

function explained(error: unknown, display: string, what: string): MeshError {
  if (error instanceof MeshError) return error;
  const code = error instanceof RequestRefused ? "FAILED_PRECONDITION" : "INTERNAL";
  return new MeshError(code, `The display ${display} refused when ${what}: ${messageOf(error)}`, { cause: error });
}

function isInside({ x, y, width, height }: Rectangle, monitor: Monitor): boolean {
  return [x, y, width, height].every(Number.isInteger) && x >= 0 && y >= 0 && width > 0 && height > 0 &&
    x + width <= monitor.width && y + height <= monitor.height;
}

function textOf({ x, y, width, height }: Rectangle): string {
  return `${width}x${height}+${x}+${y}`;
}
