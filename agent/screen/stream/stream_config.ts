import { MeshError } from "../../core/errors.ts";
import type { Monitor } from "../types.ts";

/** How a screen is to be shown. */
export interface StreamConfig {
  /** Frames in a second, 1 to 60. */
  readonly fps: number;
  /** Of JPEGs, 1 to 100. */
  readonly quality: number;
  /** Which monitor, by its index. */
  readonly monitor: number;
}

export const DEFAULT_FPS = 8;
export const DEFAULT_QUALITY = 60;

/**
 * Completes what was asked; 0 stands for the default.
 *
 * @throws {MeshError} `INVALID_ARGUMENT` for what is outside its range
 */
export function streamConfig(asked: StreamConfig): StreamConfig {
  return {
    fps: inRange("target_fps", asked.fps || DEFAULT_FPS, 60),
    quality: inRange("jpeg_quality", asked.quality || DEFAULT_QUALITY, 100),
    monitor: asked.monitor,
  };
}

function inRange(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new MeshError("INVALID_ARGUMENT", `${name} is 1 to ${most}, or 0 for the default, not ${value}`);
}

/**
 * The monitor of that index.
 *
 * @throws {MeshError} `INVALID_ARGUMENT` that names the monitors that there are
 */
export function monitorOf(monitors: readonly Monitor[], index: number): Monitor {
  const monitor = monitors.find((each) => each.index === index);
  if (monitor) return monitor;
  const names = monitors.map(({ index, name, width, height, x, y }) =>
    `${index} = ${name} (${width}x${height} at ${x},${y})`
  );
  throw new MeshError("INVALID_ARGUMENT", `There is no monitor ${index}; there are ${names.join(", ")}`);
}

/**
 * What a viewer sets during a stream: any of the three, each as it came.
 *
 * @throws {MeshError} `INVALID_ARGUMENT` for what is outside its range
 */
export function changedConfig(
  config: StreamConfig,
  set: { readonly fps?: unknown; readonly quality?: unknown; readonly monitor?: unknown },
  monitors: readonly Monitor[],
): StreamConfig {
  const { fps = config.fps, quality = config.quality, monitor = config.monitor } = set;
  if (typeof fps !== "number" || typeof quality !== "number" || typeof monitor !== "number") {
    throw new MeshError("INVALID_ARGUMENT", "fps, quality and monitor are numbers");
  }
  monitorOf(monitors, monitor);
  return streamConfig({ fps, quality, monitor });
}
