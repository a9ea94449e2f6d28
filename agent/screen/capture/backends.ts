import type { BackendName, CaptureBackend, CaptureEnvironment } from "./backend.ts";
import { ffmpegBackend } from "./ffmpeg/ffmpeg_backend.ts";
import { macosBackend } from "./macos/macos_backend.ts";
import { waylandBackend } from "./wayland/wayland_backend.ts";
import { windowsBackend } from "./windows/windows_backend.ts";
import { x11Backend } from "./x11/x11_backend.ts";

/** All ways to capture a screen. */
export const BACKENDS: readonly CaptureBackend[] = [
  waylandBackend,
  x11Backend,
  macosBackend,
  windowsBackend,
  ffmpegBackend,
];

/**
 * What is tried on a system where the user chose nothing, in this order. On a Wayland desktop an X server shows only the
 * windows of X programs, so it comes second. ffmpeg comes last: its pictures are late when the reader lags.
 */
const ORDERS: Partial<Record<CaptureEnvironment["os"], readonly BackendName[]>> = {
  darwin: ["macos", "ffmpeg"],
  windows: ["windows", "ffmpeg"],
};
const ORDER_ELSEWHERE: readonly BackendName[] = ["wayland", "x11", "ffmpeg"];

/** The ways to capture that have to do with a system, the one to try first coming first. */
export function orderOn(os: CaptureEnvironment["os"]): readonly BackendName[] {
  return ORDERS[os] ?? ORDER_ELSEWHERE;
}
