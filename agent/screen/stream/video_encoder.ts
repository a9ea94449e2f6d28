import { MeshError, messageOf, oneLine } from "../../core/errors.ts";
import type { ProgramStart } from "../../core/process_group.ts";
import { runProgram } from "../programs/run_program.ts";
import type { Picture } from "../types.ts";
import { IvfReader } from "./ivf_reader.ts";

/** How to start ffmpeg; undefined where it is not installed. */
export type FindFfmpeg = (args: readonly string[]) => ProgramStart | undefined;

export interface VideoFormat {
  readonly width: number;
  readonly height: number;
  /** Pictures in a second at most, for ffmpeg's own planning. */
  readonly fps: number;
}

export interface EncoderEvents {
  /** Each frame, in order, one for each picture. */
  onFrame(frame: Uint8Array<ArrayBuffer>): void;
  /** ffmpeg has ended by itself. */
  onFailed(reason: string): void;
}

/** Bits in a second for each pixel, and the bounds of it all: text of a desktop of 1920 × 1080 stays readable at 2.5 Mbit/s. */
const BITS_A_PIXEL = 1.2;
const LEAST_BITS = 500_000;
const MOST_BITS = 4_000_000;
/**
 * A key frame takes no more than this of the bits, in seconds: at full quality one of a photograph took 460 kB, which a way of 20 ms and
 * 1 % loss did not bring whole. With a sixth of that the picture moves sooner, and is as good after a few frames.
 */
const KEY_SECONDS = 0.35;
/** A viewer that lost its way without saying so finds it again within this time, in s. Key frames are large. */
const KEY_EVERY_S = 4;
/** ffmpeg says in this time whether it knows VP8, in ms. */
const CHECK_MS = 10_000;
/** An ffmpeg whose input ended gets so long to end by itself, in ms. */
const END_MS = 500;

/** @throws {MeshError} `FAILED_PRECONDITION` where there is no ffmpeg that can encode VP8 */
export async function checkFfmpeg(find: FindFfmpeg): Promise<void> {
  const start = find(["-hide_banner", "-h", "encoder=libvpx"]);
  if (!start) {
    throw new MeshError("FAILED_PRECONDITION", "A video track (vp8) needs ffmpeg, which this device does not have");
  }
  const { stdout } = await runProgram(start, { signal: AbortSignal.timeout(CHECK_MS), maxOutputBytes: 64 * 1024 });
  if (new TextDecoder().decode(stdout).includes("Encoder libvpx")) return;
  throw new MeshError("FAILED_PRECONDITION", `A video track (vp8) needs libvpx, which ${start.program} lacks`);
}

/** An ffmpeg that makes VP8 of pictures of one size, each as soon as it is given. */
export class VideoEncoder {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #format: VideoFormat;
  readonly #errors: Promise<string>;
  readonly #ended: Promise<void>;
  #stopping = false;
  #pending = 0;

  /** @throws {MeshError} `UNAVAILABLE` when it cannot be started */
  constructor(find: FindFfmpeg, format: VideoFormat, events: EncoderEvents) {
    this.#format = format;
    const start = find(encoderArguments(format));
    if (!start) throw new MeshError("UNAVAILABLE", "ffmpeg is not there any more");
    this.#child = spawned(start);
    this.#input = this.#child.stdin.getWriter();
    this.#errors = text(this.#child.stderr);
    this.#ended = this.#read(events.onFrame).then(
      async () => `ffmpeg ended: ${oneLine(await this.#errors).slice(0, 300) || "without a reason"}`,
      (error) => `ffmpeg's output cannot be read: ${messageOf(error)}`,
    ).then((reason) => {
      if (!this.#stopping) events.onFailed(reason);
    });
  }

  /** Pictures that were given and did not come out as frames yet. */
  get pending(): number {
    return this.#pending;
  }

  fits({ width, height, fps }: VideoFormat): boolean {
    return width === this.#format.width && height === this.#format.height && fps === this.#format.fps;
  }

  /** Resolves when ffmpeg has taken the picture, whose rows must follow each other without gaps. */
  async encode({ data }: Picture): Promise<void> {
    this.#pending++;
    // Where it has ended, `onFailed` says so.
    await this.#input.write(data).catch(() => {});
  }

  /** Ends ffmpeg. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      this.#input.close().catch(() => {});
    }
    const timer = setTimeout(() => this.#kill(), END_MS);
    await this.#child.status;
    clearTimeout(timer);
    await this.#ended;
  }

  async #read(onFrame: (frame: Uint8Array<ArrayBuffer>) => void): Promise<void> {
    const reader = new IvfReader();
    for await (const piece of this.#child.stdout) {
      for (const frame of reader.push(piece)) {
        this.#pending--;
        if (!this.#stopping) onFrame(frame);
      }
    }
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It ended just now.
    }
  }
}

function encoderArguments({ width, height, fps }: VideoFormat): string[] {
  const bits = Math.round(Math.min(MOST_BITS, Math.max(LEAST_BITS, width * height * BITS_A_PIXEL)));
  return [
    // Without "nobuffer": with it the pictures are dropped that come while ffmpeg looks what its input is, the first one always.
    ...["-hide_banner", "-loglevel", "error", "-probesize", "32", "-analyzeduration", "0"],
    ...["-f", "rawvideo", "-pix_fmt", "bgr0", "-video_size", `${width}x${height}`, "-framerate", String(fps)],
    // Pictures come when something changes: their times are when they come.
    ...["-use_wallclock_as_timestamps", "1", "-i", "pipe:0", "-an", "-fps_mode", "passthrough"],
    ...["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-auto-alt-ref", "0"],
    // Two threads wait for each other by turning in circles: four times the processor time, and slower on a busy machine.
    ...["-qmin", "4", "-qmax", "63", "-threads", "1", "-max-intra-rate", String(Math.ceil(100 * KEY_SECONDS * fps))],
    ...["-b:v", String(bits), "-maxrate", String(bits), "-bufsize", String(bits >> 1), "-overshoot-pct", "15"],
    ...["-force_key_frames", `expr:gte(t,n_forced*${KEY_EVERY_S})`, "-pix_fmt", "yuv420p"],
    ...["-f", "ivf", "-flush_packets", "1", "pipe:1"],
  ];
}

function spawned({ program, args, folder, environment }: ProgramStart): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      ...{ args: [...args], cwd: folder, clearEnv: true, env: environment },
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
    }).spawn();
  } catch (error) {
    throw new MeshError("UNAVAILABLE", `${program} cannot be started: ${messageOf(error)}`, { cause: error });
  }
}

async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  let found = "";
  const decoder = new TextDecoder();
  for await (const piece of stream) if (found.length < 4096) found += decoder.decode(piece, { stream: true });
  return found;
}
