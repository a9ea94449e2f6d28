import type { Monitor, ScreenReport, ScreenStart, ScreenStream, WebRTCOffer } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { ScreenHost } from "./screen_runs.ts";

export const FAKE_MONITOR: Monitor = {
  index: 0,
  name: "FAKE-1",
  primary: true,
  x: 0,
  y: 0,
  width: 1920,
  height: 1080,
};

/** A screen for tests, without a picture: who is called `slow` is asked about until the question ends, `stranger` is refused. */
export class FakeScreen implements ScreenHost {
  readonly streams = new Map<string, ScreenStream>();
  readonly answers: string[] = [];
  readonly starts: ScreenStart[] = [];
  /** Why questions ended without an answer. */
  readonly ended: unknown[] = [];
  unavailable = "";
  readonly #listeners = new Set<() => void>();

  async start(request: ScreenStart, signal: AbortSignal): Promise<WebRTCOffer> {
    const { client_name, peer, config, video } = request;
    this.starts.push(request);
    if (this.unavailable) throw new MeshError("FAILED_PRECONDITION", this.unavailable);
    if (client_name === "stranger") throw new MeshError("PERMISSION_DENIED", "the user of this device refused");
    if (client_name === "slow") {
      await new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
        .finally(() => this.ended.push(signal.reason));
    }
    const stream_id = newId();
    this.streams.set(stream_id, {
      stream_id,
      client_name,
      peer,
      monitor_index: config?.monitor_index ?? 0,
      monitor_name: FAKE_MONITOR.name,
      started_at: 1_700_000_000,
      connected: false,
      video,
    });
    this.#changed();
    return { stream_id, sdp: `offer ${stream_id}` };
  }

  answer(streamId: string, sdp: string): Promise<void> {
    const stream = this.streams.get(streamId);
    if (!stream) return Promise.reject(new MeshError("NOT_FOUND", `no stream ${streamId}`));
    this.answers.push(sdp);
    this.streams.set(streamId, { ...stream, connected: true });
    this.#changed();
    return Promise.resolve();
  }

  stop(streamId: string): Promise<void> {
    if (!this.streams.get(streamId)) return Promise.reject(new MeshError("NOT_FOUND", `no stream ${streamId}`));
    this.end(streamId);
    return Promise.resolve();
  }

  monitors(): Promise<Monitor[]> {
    return Promise.resolve([FAKE_MONITOR]);
  }

  report(): ScreenReport {
    return { streams: [...this.streams.values()], unavailable: this.unavailable };
  }

  onReport(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The viewer of a stream has gone. */
  end(streamId: string): void {
    this.streams.delete(streamId);
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
