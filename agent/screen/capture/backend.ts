import type { ScreenSource } from "../types.ts";

/** Ways to capture a screen, by the names that `--capture` takes. */
export const BACKEND_NAMES = ["wayland", "x11", "macos", "windows", "ffmpeg"] as const;
export type BackendName = typeof BACKEND_NAMES[number];

/** The environment variables that ways to capture ask for. */
export const CAPTURE_VARIABLES = [
  "DISPLAY",
  "XAUTHORITY",
  "HOME",
  "WAYLAND_DISPLAY",
  "XDG_RUNTIME_DIR",
  "XDG_SESSION_TYPE",
  "XDG_CURRENT_DESKTOP",
  "DBUS_SESSION_BUS_ADDRESS",
  "PATH",
  "SystemRoot",
  "TEMP",
  "TMPDIR",
] as const;

/** Where a way to capture has to work. Only the configuration reads the real environment. */
export interface CaptureEnvironment {
  readonly os: typeof Deno.build.os;
  /** The value of one of {@link CAPTURE_VARIABLES}; undefined where it is not set, or empty. */
  readonly variable: (name: typeof CAPTURE_VARIABLES[number]) => string | undefined;
}

export interface OpenOptions {
  readonly environment: CaptureEnvironment;
  /** Ends the attempt; what was opened so far is given back. */
  readonly signal?: AbortSignal;
}

/** A way to capture a screen. */
export interface CaptureBackend {
  readonly name: BackendName;
  /** Why it cannot work here, found without trying (another platform, no DISPLAY), as the end of a line; else undefined. */
  excluded(environment: CaptureEnvironment): string | undefined;
  /**
   * Opens the desktop, within about 10 s. Whatever it opened is given back when it fails.
   *
   * @throws {MeshError} whose one line says what was in the way
   */
  open(options: OpenOptions): Promise<ScreenSource>;
}
