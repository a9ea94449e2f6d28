import type { Monitor, ScreenReport, ScreenStart, ScreenStream, WebRTCOffer } from "../proto/messages.ts";
import type { AuditTrail } from "./audit/audit_event.ts";
import { messageOf, oneLine } from "./core/errors.ts";
import { logger } from "./core/log.ts";
import type { ScreenHost } from "./mesh/screen_runs.ts";
import type { ScreenCapture } from "./screen_capture.ts";

const log = logger("screen");

/** The streams of this device's screen. */
export interface LocalStreams {
  /** @throws {MeshError} with the reason: no consent, no screen, too many streams, a wrong number */
  start(request: ScreenStart, signal: AbortSignal): Promise<WebRTCOffer>;
  answer(streamId: string, sdp: string): Promise<void>;
  stop(streamId: string): Promise<void>;
  monitors(): Promise<Monitor[]>;
  /** Those that run, or wait for their answer. */
  list(): ScreenStream[];
  /** Calls the listener when the list has changed. */
  onChange(listener: () => void): void;
  /** Calls the listener when a stream has ended, with the reason. */
  onEnd(listener: (streamId: string, reason: string) => void): void;
}

/** What a {@link LocalScreenHost} is made of. */
export interface LocalScreenHostParts {
  readonly deviceId: string;
  readonly streams: LocalStreams;
  readonly capture: ScreenCapture;
  readonly audit: AuditTrail;
}

/** This device's screen: what the mesh may ask of it. Whoever asks, looks, or was refused is in the log and in the audit log. */
export class LocalScreenHost implements ScreenHost {
  /** What the audit log says of each stream, to say it of its end. */
  readonly #running = new Map<string, { who: string; from: string; since: number }>();
  readonly #listeners = new Set<() => void>();

  constructor(private readonly parts: LocalScreenHostParts) {
    const changed = () => {
      for (const listener of this.#listeners) listener();
    };
    parts.streams.onChange(changed);
    parts.streams.onEnd((streamId, reason) => this.#ended(streamId, reason));
    parts.capture.onChange(changed);
  }

  async start(request: ScreenStart, signal: AbortSignal): Promise<WebRTCOffer> {
    const { deviceId: device, streams, capture, audit } = this.parts;
    const caller = { who: request.client_name, from: request.peer };
    const details = { monitor: request.config?.monitor_index ?? 0, ...(request.video ? { video: request.video } : {}) };
    audit.record({ event: "screen.asked", ...caller, device, details });
    try {
      await capture.require();
      const offer = await streams.start(request, signal);
      this.#running.set(offer.stream_id, { ...caller, since: performance.now() });
      audit.record({ event: "screen.started", ...caller, what: offer.stream_id, device, details });
      log.info("{who} looks at this device's screen (monitor {monitor})", { who: shown(caller), ...details });
      capture.works();
      return offer;
    } catch (error) {
      const why = messageOf(error);
      audit.record({ event: "screen.refused", ...caller, device, why, details });
      log.info("{who} was refused this device's screen: {why}", { who: shown(caller), why });
      capture.failed(error);
      throw error;
    }
  }

  answer(streamId: string, sdp: string): Promise<void> {
    return this.parts.streams.answer(streamId, sdp);
  }

  stop(streamId: string): Promise<void> {
    return this.parts.streams.stop(streamId);
  }

  async monitors(): Promise<Monitor[]> {
    const { streams, capture } = this.parts;
    try {
      const monitors = await streams.monitors();
      capture.works();
      return monitors;
    } catch (error) {
      capture.failed(error);
      throw error;
    }
  }

  report(): ScreenReport {
    return { streams: this.parts.streams.list(), unavailable: this.parts.capture.unavailable };
  }

  onReport(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #ended(streamId: string, why: string): void {
    const stream = this.#running.get(streamId);
    if (!stream) return;
    this.#running.delete(streamId);
    const { who, from, since } = stream;
    const details = { seconds: Math.round((performance.now() - since) / 1000) };
    this.parts.audit.record({
      event: "screen.ended",
      who,
      from,
      what: streamId,
      device: this.parts.deviceId,
      why,
      details,
    });
    log.info("{who} looks at this device's screen no more: {why}", { who: shown(stream), why });
  }
}

function shown({ who, from }: { who: string; from: string }): string {
  return oneLine(`${who || "somebody"} (${from})`);
}
