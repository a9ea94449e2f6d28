import type { ScreenStream } from "../proto/messages.ts";
import type { KnownDevice } from "./device_view.ts";
import { ago } from "./output/units.ts";

/** Who looks at a device's screen, a line each. */
export function screenWords({ screen_streams = [] }: KnownDevice, nowMs: number): string[] {
  return screen_streams.map((stream) => streamWords(stream, nowMs));
}

function streamWords(stream: ScreenStream, nowMs: number): string {
  const { client_name, peer, monitor_name, monitor_index, started_at, connected, video } = stream;
  const viewer = `${client_name || "somebody"} (${peer})`;
  const monitor = monitor_name || `monitor ${monitor_index}`;
  const how = video ? ` as ${video}` : "";
  const since = ago(started_at, nowMs);
  return connected
    ? `${viewer} looks at ${monitor}${how}, begun ${since}`
    : `${viewer} was offered ${monitor}${how}, ${since}`;
}
