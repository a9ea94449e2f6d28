import { LinkedSignal } from "../../../core/abort.ts";
import { MeshError } from "../../../core/errors.ts";
import { runProgram } from "../../programs/run_program.ts";
import type { SessionPrograms } from "../../programs/session_programs.ts";
import type { CursorState, Monitor, Picture, Rectangle, ScreenSource } from "../../types.ts";
import { cut } from "../cut.ts";
import { scaleOf, type WaylandOutput, waylandOutputs } from "./outputs.ts";
import { readPpm } from "./ppm.ts";

/** Of one picture; 7680 x 4320 pixels are 100 million bytes. */
const MAX_PICTURE_BYTES = 512 * 1024 * 1024;
/** A picture takes 20 ms; a compositor that needs longer than this hangs, in ms. */
const PATIENCE_MS = 5_000;

export interface GrimOptions {
  readonly programs: SessionPrograms;
  /** Where the compositor listens. */
  readonly socket: string;
}

/** A Wayland desktop whose compositor lets programs capture it (wlroots' protocol: Sway, Hyprland, …), by the program `grim`. */
export class GrimSource implements ScreenSource {
  readonly backend = "grim";
  readonly #closing = new AbortController();
  /** What grim needs to know of a monitor, by its name. */
  #scales = new Map<string, number>();
  /** How large its pictures are, by everything that this depends on. */
  readonly #sizes = new Map<string, { readonly width: number; readonly height: number }>();

  constructor(private readonly options: GrimOptions) {}

  async monitors(): Promise<Monitor[]> {
    using limit = this.#limit();
    const outputs = await waylandOutputs(this.options.socket, limit.signal);
    // Those that are switched off have no size.
    const shown = outputs.filter(({ pixelWidth }) => pixelWidth > 0).sort((one, other) =>
      one.x - other.x || one.y - other.y
    );
    if (shown.length === 0) throw new MeshError("UNAVAILABLE", "the Wayland compositor has no monitor");
    // Only by its name can a monitor be captured alone; without, they are all one.
    const named = shown.every(({ name }) => name !== "");
    this.#scales = new Map(named ? shown.map((output) => [output.name, scaleOf(output)]) : []);
    if (!named) {
      return [{ index: 0, name: "desktop", primary: true, x: 0, y: 0, ...await this.#size("desktop", shown) }];
    }
    const monitors: Monitor[] = [];
    for (const [index, output] of shown.entries()) {
      const scale = scaleOf(output);
      const place = { x: Math.round(output.x * scale), y: Math.round(output.y * scale) };
      const size = await this.#size(output.name, [output]);
      monitors.push({ index, name: output.name, primary: index === 0, ...place, ...size });
    }
    return monitors;
  }

  /** grim does not tell what changed. */
  changes(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async grab(monitor: Monitor, area: Rectangle): Promise<Picture> {
    const picture = await this.#capture(monitor.name);
    if (picture.width !== monitor.width || picture.height !== monitor.height) {
      const sizes = `${picture.width}x${picture.height}, not ${monitor.width}x${monitor.height}`;
      throw new MeshError("UNAVAILABLE", `monitor ${monitor.name} has changed: it is ${sizes}`);
    }
    return cut(picture, area);
  }

  /** It is part of the pictures. */
  cursor(): Promise<CursorState | undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    this.#closing.abort(new MeshError("UNAVAILABLE", "the screen was closed"));
    return Promise.resolve();
  }

  async #size(name: string, outputs: readonly WaylandOutput[]): Promise<{ width: number; height: number }> {
    const key = JSON.stringify(outputs);
    const known = this.#sizes.get(key);
    const { width, height } = known ?? await this.#capture(name);
    this.#sizes.set(key, { width, height });
    return { width, height };
  }

  async #capture(name: string): Promise<Picture> {
    const scale = this.#scales.get(name);
    const which = scale === undefined ? [] : ["-s", String(scale), "-o", name];
    const start = this.options.programs.find("grim", ["-t", "ppm", "-c", ...which, "-"]);
    if (!start) throw new MeshError("UNAVAILABLE", "grim is not installed");
    using limit = this.#limit();
    const end = await runProgram(start, { signal: limit.signal, maxOutputBytes: MAX_PICTURE_BYTES });
    if (end.code !== 0) throw new MeshError("UNAVAILABLE", `grim failed: ${end.stderr || `exit code ${end.code}`}`);
    return readPpm(end.stdout);
  }

  #limit(): LinkedSignal {
    const limit = new LinkedSignal(this.#closing.signal);
    const late = `the Wayland compositor did not answer within ${PATIENCE_MS / 1000} s`;
    limit.abortAfter(PATIENCE_MS, new MeshError("UNAVAILABLE", late));
    return limit;
  }
}
