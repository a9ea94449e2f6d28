import type { ScreenReport, ScreenStream } from "../../proto/messages.ts";
import { oneLine } from "../core/errors.ts";
import type { PeerScreens } from "./peer_parts.ts";

/** The most streams of one device that are believed; it has four. */
const MAX_STREAMS = 32;

/** Most characters of a text. */
const MAX_TEXT = 256;

const NOTHING: ScreenReport = { streams: [], unavailable: "" };

/** What devices say of their screens, as far as it is believed, for as long as they can be reached. */
export class ScreenReports implements PeerScreens {
  readonly #reports = new Map<string, ScreenReport>();
  readonly #listeners = new Set<(deviceId: string, report: ScreenReport) => void>();

  reported(deviceId: string, { streams, unavailable }: ScreenReport): void {
    const report = { streams: streams.slice(0, MAX_STREAMS).map(believed), unavailable: text(unavailable) };
    this.#reports.set(deviceId, report);
    for (const listener of this.#listeners) listener(deviceId, report);
  }

  forget(deviceId: string): void {
    this.#reports.delete(deviceId);
  }

  /** Of a device that said nothing, or cannot be reached: nothing. */
  of(deviceId: string): ScreenReport {
    return this.#reports.get(deviceId) ?? NOTHING;
  }

  /** The device that says that it has the stream. */
  deviceOf(streamId: string): string | undefined {
    for (const [deviceId, { streams }] of this.#reports) {
      if (streams.some(({ stream_id }) => stream_id === streamId)) return deviceId;
    }
  }

  onReport(listener: (deviceId: string, report: ScreenReport) => void): void {
    this.#listeners.add(listener);
  }
}

function believed(stream: ScreenStream): ScreenStream {
  const { stream_id, client_name, peer, monitor_index, monitor_name, started_at, connected, video } = stream;
  return {
    stream_id: text(stream_id),
    client_name: text(client_name),
    peer: text(peer),
    monitor_index,
    monitor_name: text(monitor_name),
    started_at: Number.isSafeInteger(started_at) ? Math.max(0, started_at) : 0,
    connected,
    video: text(video),
  };
}

function text(said: string): string {
  return oneLine(said.slice(0, MAX_TEXT));
}
