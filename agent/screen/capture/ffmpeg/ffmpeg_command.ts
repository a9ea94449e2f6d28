import { MeshError } from "../../../core/errors.ts";
import type { Monitor } from "../../types.ts";

export interface GrabCommand {
  readonly os: typeof Deno.build.os;
  readonly monitor: Monitor;
  /** As in `DISPLAY`; only where there is an X server. */
  readonly display: string | undefined;
  /** Most pictures a second. */
  readonly rate: number;
  /** Whether the pointer is to be part of the pictures. */
  readonly drawPointer: boolean;
}

/**
 * The arguments with which ffmpeg writes a monitor's pictures to standard output: one after the other, each
 * `width * height` pixels of 4 bytes (blue, green, red, unused).
 *
 * @throws {MeshError} `FAILED_PRECONDITION` where it needs a DISPLAY and there is none
 */
export function ffmpegArguments(command: GrabCommand): readonly string[] {
  const { width, height } = command.monitor;
  return [
    ...["-hide_banner", "-loglevel", "error", "-nostdin"],
    ...inputArguments(command),
    // Numbered anew: after a pause (a suspended laptop) ffmpeg would make up for it with thousands of copies of one picture.
    ...["-vf", `scale=${width}:${height},setpts=N/(${command.rate}*TB)`],
    ...["-an", "-pix_fmt", "bgr0", "-f", "rawvideo", "pipe:1"],
  ];
}

function inputArguments({ os, monitor, display, rate, drawPointer }: GrabCommand): readonly string[] {
  const size = `${monitor.width}x${monitor.height}`;
  const pointer = drawPointer ? "1" : "0";
  if (os === "darwin") {
    return [
      ...["-f", "avfoundation", "-framerate", String(rate), "-capture_cursor", pointer, "-pixel_format", "bgr0"],
      ...["-i", `Capture screen ${monitor.index}:none`],
    ];
  }
  if (os === "windows") {
    return [
      ...["-f", "gdigrab", "-framerate", String(rate), "-draw_mouse", pointer, "-video_size", size],
      ...["-offset_x", String(monitor.x), "-offset_y", String(monitor.y), "-i", "desktop"],
    ];
  }
  if (display === undefined) throw new MeshError("FAILED_PRECONDITION", "DISPLAY is not set, and ffmpeg needs it");
  return [
    ...["-f", "x11grab", "-framerate", String(rate), "-draw_mouse", pointer, "-video_size", size],
    ...["-grab_x", String(monitor.x), "-grab_y", String(monitor.y), "-i", display],
  ];
}
