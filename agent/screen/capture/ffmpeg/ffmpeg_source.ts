import { MeshError } from "../../../core/errors.ts";
import type { ProgramStart } from "../../../core/process_group.ts";
import type { CursorState, Monitor, Picture, Rectangle, ScreenSource } from "../../types.ts";
import { FramePipe } from "./frame_pipe.ts";

/** What ffmpeg itself does not tell. */
export type Desktop = Pick<ScreenSource, "monitors" | "cursor" | "close">;

export interface FfmpegOptions {
  readonly desktop: Desktop;
  /** Whether the desktop tells of the pointer; else ffmpeg has to draw it into the pictures. */
  readonly pointerApart: boolean;
  /** How to start ffmpeg for a monitor. @throws {MeshError} why it cannot */
  readonly command: (monitor: Monitor) => ProgramStart;
  /** An ffmpeg whose pictures nobody asked for in so long is ended, in ms. Default 3 s. */
  readonly idleMs?: number;
}

const DEFAULT_IDLE_MS = 3_000;
/** ffmpeg writes pictures all the time, changed or not: after so long without one it is stuck, in ms. */
const STUCK_MS = 10_000;

/** One ffmpeg for a monitor. */
interface Running {
  readonly pipe: FramePipe;
  /** Pictures that there were in the last call of `changes`. */
  seen: number;
  /** When the last new picture was noticed, in ms of `performance.now()`. */
  newAt: number;
  idle: ReturnType<typeof setTimeout> | undefined;
}

/** A screen that ffmpeg captures: a process for each monitor that is looked at, for as long as it is. */
export class FfmpegSource implements ScreenSource {
  readonly backend = "ffmpeg";
  readonly #running = new Map<string, Running>();
  /** What is being ended. */
  readonly #ending = new Set<Promise<void>>();
  readonly #idleMs: number;
  #closed = false;

  constructor(private readonly options: FfmpegOptions) {
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
  }

  monitors(): Promise<Monitor[]> {
    return this.options.desktop.monitors();
  }

  async cursor(): Promise<CursorState | undefined> {
    return this.options.pointerApart ? await this.options.desktop.cursor() : undefined;
  }

  async changes(monitor: Monitor): Promise<readonly Rectangle[] | undefined> {
    const running = this.#of(monitor);
    await this.#checkDesktop();
    const { count } = running.pipe;
    const now = performance.now();
    if (count === running.seen && count > 0) {
      if (now - running.newAt > STUCK_MS) throw stuck();
      return [];
    }
    running.seen = count;
    running.newAt = now;
    return undefined;
  }

  async grab(monitor: Monitor, area: Rectangle): Promise<Picture> {
    const { pipe } = this.#of(monitor);
    await this.#checkDesktop();
    const bytes = await pipe.newest(STUCK_MS);
    const stride = monitor.width * 4;
    const data = bytes.subarray(area.y * stride + area.x * 4);
    return { data, width: area.width, height: area.height, stride };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const pipes = [...this.#running.values()];
    this.#running.clear();
    for (const { idle } of pipes) clearTimeout(idle);
    await Promise.all([...pipes.map(({ pipe }) => pipe.close()), ...this.#ending, this.options.desktop.close()]);
  }

  /** ffmpeg that draws no pointer does not notice that the X server has died, and writes its last picture on and on. */
  async #checkDesktop(): Promise<void> {
    if (this.options.pointerApart) await this.options.desktop.cursor();
  }

  #of(monitor: Monitor): Running {
    if (this.#closed) throw new MeshError("UNAVAILABLE", "the screen was closed");
    const { index, x, y, width, height } = monitor;
    const key = [index, x, y, width, height].join();
    let running = this.#running.get(key);
    if (!running) {
      const pipe = new FramePipe(this.options.command(monitor), width * height * 4);
      running = { pipe, seen: 0, newAt: performance.now(), idle: undefined };
      this.#running.set(key, running);
    }
    clearTimeout(running.idle);
    running.idle = setTimeout(() => this.#end(key), this.#idleMs);
    return running;
  }

  /** Whoever asks for the monitor next gets another process. */
  #end(key: string): void {
    const running = this.#running.get(key);
    if (!running) return;
    this.#running.delete(key);
    const ending = running.pipe.close();
    this.#ending.add(ending);
    ending.finally(() => this.#ending.delete(ending));
  }
}

function stuck(): MeshError {
  return new MeshError("UNAVAILABLE", `ffmpeg wrote no picture for ${STUCK_MS / 1000} s`);
}
