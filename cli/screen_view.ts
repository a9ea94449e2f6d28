import type { ScreenStream } from "../proto/messages.ts";
import type { KnownDevice } from "./device_view.ts";
import { ago } from "./output/units.ts";

/** Who looks at a device's screen, a line each; else whether anybody could. None of an agent that knows nothing of it. */
export function screenWords({ screen_streams = [], screen_unavailable = "" }: KnownDevice, nowMs: number): string[] {
  if (screen_streams.length > 0) return screen_streams.map((stream) => streamWords(stream, nowMs));
  return screen_unavailable ? [`- (${screen_unavailable})`] : [];
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
