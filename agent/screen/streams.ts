import type { Monitor, ScreenStart, ScreenStream, WebRTCOffer } from "../../proto/messages.ts";
import type { IceServer } from "../config/config.ts";
import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { Component } from "../core/lifecycle.ts";
import type { StreamFigures } from "./stream/screen_stream.ts";
import { monitorOf, type StreamConfig, streamConfig } from "./stream/stream_config.ts";
import { WorkerChannel } from "./stream/worker_channel.ts";
import type { WorkerEvent, WorkerReply, WorkerRequest, WorkerSettings } from "./stream/worker_messages.ts";

/** Streams at once: each takes some share of a core. */
export const MAX_STREAMS = 4;
/** How long the worker outlives its last use, in ms: whoever reconnects finds it ready. */
const IDLE_MS = 3000;

/** Decides who may look. */
export interface ScreenConsent {
  /**
   * Resolves when it is allowed.
   *
   * @throws {MeshError} `PERMISSION_DENIED` with the reason
   * @throws the signal's reason when it aborts
   */
  ask(
    who: { readonly clientName: string; readonly peerAddress: string; readonly monitorName: string },
    signal: AbortSignal,
  ): Promise<void>;
}

export interface ScreenStreamsOptions {
  readonly consent: ScreenConsent;
  readonly settings: WorkerSettings;
  readonly iceServers: readonly IceServer[];
  /** Of the worker; for tests, as are the times. */
  readonly module?: URL;
  readonly idleMs?: number;
  readonly lookMs?: number;
}

/** A stream that runs, or waits for its answer. */
export interface RunningStream extends Partial<StreamFigures> {
  readonly streamId: string;
  readonly clientName: string;
  /** Where it was asked for from. */
  readonly peer: string;
  readonly video: string;
  /** Unix time in ms. */
  readonly since: number;
}

/** Who looks at this device's screen. The work is done in a worker, which lives as long as there is some. */
export class ScreenStreams {
  /** Part of the agent's life: there is nothing to start before the first stream. */
  readonly component: Component = { name: "screen streams", start: () => {}, stop: () => this.close() };
  readonly #streams = new Map<string, RunningStream>();
  readonly #changeListeners = new Set<() => void>();
  readonly #endListeners = new Set<(streamId: string, reason: string) => void>();
  readonly #closing = new AbortController();
  readonly #rests = new Set<Promise<void>>();
  #channel: WorkerChannel | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;
  /** Starts that are not streams yet. */
  #starting = 0;
  #asking = 0;
  #monitors: readonly Monitor[] = [];

  constructor(private readonly options: ScreenStreamsOptions) {}

  /**
   * Asks whoever has to be asked, and makes an offer. Nothing of the stream stays when the signal aborts before that.
   *
   * @throws {MeshError} `INVALID_ARGUMENT` for a wrong number, with the monitors where it is theirs; `RESOURCE_EXHAUSTED` with
   * four streams; `PERMISSION_DENIED`; `FAILED_PRECONDITION` where there is no screen, or no ffmpeg for video
   */
  async start(request: ScreenStart, caller: AbortSignal): Promise<WebRTCOffer> {
    const config = configOf(request);
    using asked = new LinkedSignal(caller, this.#closing.signal);
    const { signal } = asked;
    signal.throwIfAborted();
    if (this.#streams.size + this.#starting >= MAX_STREAMS) {
      throw new MeshError("RESOURCE_EXHAUSTED", this.#fullness());
    }
    this.#starting++;
    try {
      // Nobody is asked whether a monitor may be seen that is not there.
      if (this.#mayLack(config.monitor)) monitorOf(await this.monitors(), config.monitor);
      signal.throwIfAborted();
      await this.options.consent.ask(this.#who(request, config), signal);
      signal.throwIfAborted();
      return await this.#offer(request, config, signal);
    } finally {
      this.#starting--;
      this.#restIfIdle();
    }
  }

  /** @throws {MeshError} `NOT_FOUND`; `INVALID_ARGUMENT` for what is no answer; `FAILED_PRECONDITION` for a second one */
  async answer(streamId: string, sdp: string): Promise<void> {
    this.#known(streamId);
    await this.#ask({ op: "answer", streamId, sdp });
  }

  /** @throws {MeshError} `NOT_FOUND` */
  async stop(streamId: string): Promise<void> {
    this.#known(streamId);
    await this.#ask({ op: "stop", streamId, reason: "it was stopped" });
  }

  /** @throws {MeshError} `FAILED_PRECONDITION` where there is no screen */
  async monitors(): Promise<Monitor[]> {
    const { monitors = [] } = await this.#ask({ op: "monitors" });
    this.#monitors = monitors;
    return monitors.map((monitor) => ({ ...monitor }));
  }

  /**
   * Captures a picture.
   *
   * @returns how the screen is captured, e.g. `x11-shm`
   * @throws {MeshError} why it cannot be
   */
  async probe(): Promise<string> {
    const { backend = "", monitors = [] } = await this.#ask({ op: "probe" });
    this.#monitors = monitors;
    return backend;
  }

  list(): ScreenStream[] {
    return this.running().map(({ streamId, clientName, peer, video, since, monitor, monitorName, connected }) => ({
      stream_id: streamId,
      client_name: clientName,
      peer,
      monitor_index: monitor ?? 0,
      monitor_name: monitorName ?? "",
      started_at: Math.floor(since / 1000),
      connected: connected ?? false,
      video,
    }));
  }

  /** The same with what each stream does. */
  running(): RunningStream[] {
    return [...this.#streams.values()];
  }

  /** Calls the listener when the list has changed. */
  onChange(listener: () => void): void {
    this.#changeListeners.add(listener);
  }

  /** Calls the listener when a stream has ended, with the reason. */
  onEnd(listener: (streamId: string, reason: string) => void): void {
    this.#endListeners.add(listener);
  }

  /** Ends all streams within a second. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(stopped());
    clearTimeout(this.#idle);
    this.#rest("the device's agent is stopping");
    await Promise.all(this.#rests);
  }

  /** Not all of the places need be streams: a question to the device's user takes one, too. */
  #fullness(): string {
    const streams = this.#streams.size === 1 ? "1 stream" : `${this.#streams.size} streams`;
    return this.#starting === 0
      ? `This device's screen has ${streams} already`
      : `This device's screen has ${streams} and ${this.#starting} asked for, of ${MAX_STREAMS} at once`;
  }

  /** As far as is known: the monitors may have been others when they were last heard of, and at first nothing is known. */
  #mayLack(monitor: number): boolean {
    return this.#monitors.length > 0 && !this.#monitors.some(({ index }) => index === monitor);
  }

  #who({ client_name, peer }: ScreenStart, { monitor }: StreamConfig) {
    const monitorName = this.#monitors.find(({ index }) => index === monitor)?.name ?? `monitor ${monitor}`;
    return { clientName: client_name, peerAddress: peer, monitorName };
  }

  async #offer(request: ScreenStart, config: StreamConfig, signal: AbortSignal): Promise<WebRTCOffer> {
    const { client_name: clientName, peer, video } = request;
    const { iceServers } = this.options;
    const streamId = newId();
    const { sdp = "" } = await this.#ask({ op: "start", streamId, config, video: video !== "", iceServers });
    const { monitor, fps } = config;
    const monitorName = this.#monitors.find(({ index }) => index === monitor)?.name ?? "";
    this.#streams.set(streamId, { streamId, clientName, peer, video, since: Date.now(), monitor, monitorName, fps });
    this.#changed();
    if (signal.aborted) {
      await this.#ask({ op: "stop", streamId, reason: "nobody waits for it any more" });
      throw signal.reason;
    }
    return { stream_id: streamId, sdp };
  }

  #known(streamId: string): void {
    if (this.#streams.has(streamId)) return;
    throw new MeshError("NOT_FOUND", `no stream ${streamId}: it has ended, or never was`);
  }

  async #ask(request: WorkerRequest): Promise<WorkerReply> {
    if (this.#closing.signal.aborted) throw stopped();
    clearTimeout(this.#idle);
    this.#asking++;
    try {
      this.#channel ??= this.#open();
      return await this.#channel.ask(request);
    } finally {
      this.#asking--;
      this.#restIfIdle();
    }
  }

  #open(): WorkerChannel {
    const { settings, module, lookMs } = this.options;
    const channel: WorkerChannel = new WorkerChannel({
      ...{ settings, module, lookMs },
      onEvent: (event) => this.#heard(event),
      onEnded: (reason) => this.#channelEnded(channel, reason),
    });
    return channel;
  }

  #heard(event: WorkerEvent): void {
    if (event.type === "ended") return this.#ended(event.streamId, event.reason);
    let changed = false;
    for (const [streamId, figures] of Object.entries(event.figures)) {
      const stream = this.#streams.get(streamId);
      if (!stream) continue;
      changed ||= stream.connected !== figures.connected || stream.monitorName !== figures.monitorName;
      this.#streams.set(streamId, { ...stream, ...figures });
    }
    if (changed) this.#changed();
  }

  #ended(streamId: string, reason: string): void {
    if (!this.#streams.delete(streamId)) return;
    for (const listener of this.#endListeners) listener(streamId, reason);
    this.#changed();
    this.#restIfIdle();
  }

  #changed(): void {
    for (const listener of this.#changeListeners) listener();
  }

  /** Its streams went with it. */
  #channelEnded(channel: WorkerChannel, reason: string): void {
    if (this.#channel !== channel) return;
    this.#channel = undefined;
    for (const streamId of [...this.#streams.keys()]) this.#ended(streamId, reason);
  }

  #restIfIdle(): void {
    clearTimeout(this.#idle);
    const { signal } = this.#closing;
    if (signal.aborted || !this.#channel || this.#streams.size + this.#starting + this.#asking > 0) return;
    this.#idle = setTimeout(() => this.#rest("nobody looks any more"), this.options.idleMs ?? IDLE_MS);
    Deno.unrefTimer(this.#idle as unknown as number);
  }

  /** Ends the worker. The next one to ask gets another one. */
  #rest(reason: string): void {
    const channel = this.#channel;
    if (!channel) return;
    const closing: Promise<void> = channel.close(reason).finally(() => this.#rests.delete(closing));
    this.#rests.add(closing);
    if (this.#streams.size === 0) this.#channel = undefined;
  }
}

/** @throws {MeshError} `INVALID_ARGUMENT` */
function configOf({ config, video }: ScreenStart): StreamConfig {
  if (video !== "" && video !== "vp8") {
    throw new MeshError("INVALID_ARGUMENT", `video is "vp8", or empty for none, not "${video.slice(0, 40)}"`);
  }
  const { target_fps: fps = 0, jpeg_quality: quality = 0, monitor_index: monitor = 0 } = config ?? {};
  return streamConfig({ fps, quality, monitor });
}

function stopped(): MeshError {
  return new MeshError("UNAVAILABLE", "the device's agent is stopping");
}
