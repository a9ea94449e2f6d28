import { LinkedSignal } from "../../../core/abort.ts";
import { MeshError } from "../../../core/errors.ts";
import { logger } from "../../../core/log.ts";
import type { CursorState, Monitor, Picture, Rectangle, ScreenSource } from "../../types.ts";
import { cut } from "../cut.ts";
import { scaleOf, type WaylandOutput, waylandOutputs } from "./outputs.ts";
import { readPng } from "./png.ts";
import { portalScreenshot } from "./portal.ts";

const log = logger("screen");

/** Some desktops flash at each screenshot, and all write a file: no more often than this, in ms. */
const INTERVAL_MS = 1_000;
/** The desktop may ask its user first, in ms. */
const PATIENCE_MS = 9_000;

export interface PortalOptions {
  /** Path of the session's bus. */
  readonly address: string;
  /** Where the compositor listens, for its monitors. */
  readonly socket: string | undefined;
}

/** A Wayland desktop by the screenshots of its portal, for desktops that let programs capture in no other way (GNOME, KDE). */
export class PortalSource implements ScreenSource {
  readonly backend = "portal";
  readonly #closing = new AbortController();
  /** Of the whole desktop. */
  #picture: Picture | undefined;
  #takenAt = 0;
  /** When a monitor was last said to have changed. */
  readonly #toldAt = new Map<number, number>();

  constructor(private readonly options: PortalOptions) {}

  async monitors(): Promise<Monitor[]> {
    const { width, height } = await this.#recent();
    return await this.#layout(width, height) ??
      [{ index: 0, name: "desktop", primary: true, x: 0, y: 0, width, height }];
  }

  /** Whether it is time for another screenshot. */
  changes(monitor: Monitor): Promise<readonly Rectangle[] | undefined> {
    const now = performance.now();
    if (now - (this.#toldAt.get(monitor.index) ?? -Infinity) < INTERVAL_MS) return Promise.resolve([]);
    this.#toldAt.set(monitor.index, now);
    return Promise.resolve(undefined);
  }

  async grab(monitor: Monitor, area: Rectangle): Promise<Picture> {
    const picture = await this.#recent();
    if (monitor.x + monitor.width > picture.width || monitor.y + monitor.height > picture.height) {
      throw new MeshError("UNAVAILABLE", `the desktop has changed: it is ${picture.width}x${picture.height}`);
    }
    return cut(cut(picture, monitor), area);
  }

  /** It is part of the pictures, or not, as the desktop likes. */
  cursor(): Promise<CursorState | undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    this.#closing.abort(new MeshError("UNAVAILABLE", "the screen was closed"));
    this.#picture = undefined;
    return Promise.resolve();
  }

  async #recent(): Promise<Picture> {
    this.#closing.signal.throwIfAborted();
    if (this.#picture && performance.now() - this.#takenAt < INTERVAL_MS) return this.#picture;
    using limit = new LinkedSignal(this.#closing.signal);
    const late = `the desktop portal gave no screenshot within ${PATIENCE_MS / 1000} s`;
    limit.abortAfter(PATIENCE_MS, new MeshError("UNAVAILABLE", late));
    this.#picture = await readPng(await portalScreenshot(this.options.address, limit.signal));
    this.#takenAt = performance.now();
    return this.#picture;
  }

  /** The monitors, where they and the picture of all of them fit together. */
  async #layout(width: number, height: number): Promise<Monitor[] | undefined> {
    const { socket } = this.options;
    if (socket === undefined) return undefined;
    try {
      return monitorsIn(await waylandOutputs(socket, this.#closing.signal), width, height);
    } catch (error) {
      this.#closing.signal.throwIfAborted();
      log.debug`the monitors of the Wayland desktop are taken for one: ${error}`;
      return undefined;
    }
  }
}

/** Where the outputs are in a picture of all of them; undefined where they do not fill one of this size. */
export function monitorsIn(outputs: readonly WaylandOutput[], width: number, height: number): Monitor[] | undefined {
  const shown = outputs.filter((output) => output.width > 0 && output.pixelWidth > 0);
  const scale = Math.max(...shown.map(scaleOf));
  const left = Math.min(...shown.map(({ x }) => x));
  const top = Math.min(...shown.map(({ y }) => y));
  const monitors = shown.sort((one, other) => one.x - other.x || one.y - other.y).map((output, index) => ({
    index,
    name: output.name || `monitor ${index}`,
    primary: index === 0,
    x: Math.round((output.x - left) * scale),
    y: Math.round((output.y - top) * scale),
    width: Math.round(output.width * scale),
    height: Math.round(output.height * scale),
  }));
  const fits = Math.max(...monitors.map((monitor) => monitor.x + monitor.width)) === width &&
    Math.max(...monitors.map((monitor) => monitor.y + monitor.height)) === height;
  return fits ? monitors : undefined;
}
