import { join } from "node:path";
import { LinkedSignal } from "../../../core/abort.ts";
import { MeshError } from "../../../core/errors.ts";
import type { ProgramStart } from "../../../core/process_group.ts";
import { runProgram } from "../../programs/run_program.ts";
import type { CursorState, Monitor, Picture, Rectangle, ScreenSource } from "../../types.ts";
import { cut } from "../cut.ts";
import { readBmp } from "./bmp.ts";
import type { Display } from "./core_graphics.ts";

/** A picture that takes longer than this does not come, in ms. */
const PATIENCE_MS = 5_000;
/** It says nothing on standard output. */
const MAX_OUTPUT_BYTES = 4096;

export interface ScreencaptureOptions {
  /** The displays now, the main one first. */
  readonly displays: () => readonly Display[];
  /** Whether the user lets this program see the screen. */
  readonly mayCapture: () => boolean;
  /** How to start `screencapture` with these arguments; undefined when it is not there. */
  readonly command: (args: readonly string[]) => ProgramStart | undefined;
}

/** A Mac's screen, by the system's program `screencapture`: a file for each picture, which is removed at once. */
export class ScreencaptureSource implements ScreenSource {
  readonly backend = "screencapture";
  readonly #closing = new AbortController();
  readonly #folder: string;
  /** How large a display's pictures are, by everything that this depends on: points are not pixels. */
  readonly #sizes = new Map<string, { readonly width: number; readonly height: number }>();

  constructor(private readonly options: ScreencaptureOptions) {
    this.#folder = Deno.makeTempDirSync({ prefix: "edgemesh-screen-" });
  }

  async monitors(): Promise<Monitor[]> {
    this.#closing.signal.throwIfAborted();
    const monitors: Monitor[] = [];
    for (const [index, display] of this.options.displays().entries()) {
      const key = JSON.stringify(display);
      const { width, height } = this.#sizes.get(key) ?? await this.#capture(index);
      this.#sizes.set(key, { width, height });
      const scale = width / display.width;
      const place = { x: Math.round(display.x * scale), y: Math.round(display.y * scale) };
      monitors.push({ index, name: `Display ${index + 1}`, primary: index === 0, ...place, width, height });
    }
    if (monitors.length === 0) throw new MeshError("UNAVAILABLE", "this Mac has no display that is switched on");
    return monitors;
  }

  /** It does not tell what changed. */
  changes(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async grab(monitor: Monitor, area: Rectangle): Promise<Picture> {
    const picture = await this.#capture(monitor.index);
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

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new MeshError("UNAVAILABLE", "the screen was closed"));
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #capture(index: number): Promise<Picture> {
    this.#closing.signal.throwIfAborted();
    // Without the right to, the program does not fail, but shows the desktop's background without any window.
    if (!this.options.mayCapture()) throw notAllowed();
    const file = join(this.#folder, "screen.bmp");
    const start = this.options.command(["-x", "-C", "-t", "bmp", "-D", String(index + 1), file]);
    if (!start) throw new MeshError("UNAVAILABLE", "the program screencapture is missing");
    using limit = new LinkedSignal(this.#closing.signal);
    const late = `screencapture took no picture within ${PATIENCE_MS / 1000} s`;
    limit.abortAfter(PATIENCE_MS, new MeshError("UNAVAILABLE", late));
    const { code, stderr } = await runProgram(start, { signal: limit.signal, maxOutputBytes: MAX_OUTPUT_BYTES });
    // It ends with 0 also where it could not capture; then it says something, and there is no file.
    if (code !== 0) throw new MeshError("UNAVAILABLE", `screencapture failed: ${stderr || `exit code ${code}`}`);
    return readBmp(await this.#takeFile(file, stderr));
  }

  async #takeFile(file: string, said: string): Promise<Uint8Array> {
    try {
      const bytes = await Deno.readFile(file);
      await Deno.remove(file);
      return bytes;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new MeshError("UNAVAILABLE", `screencapture took no picture: ${said || "it does not say why"}`);
    }
  }
}

export function notAllowed(): MeshError {
  const where = "System Settings, Privacy & Security, Screen & System Audio Recording";
  return new MeshError(
    "UNAVAILABLE",
    `macOS does not let this program see the screen: allow it in ${where}, and restart it`,
  );
}
