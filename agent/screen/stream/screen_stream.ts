import { messageOf } from "../../core/errors.ts";
import { Peer } from "./peer.ts";
import { changedConfig, type StreamConfig } from "./stream_config.ts";
import type { StreamFigures, StreamOptions } from "./stream_options.ts";
import { StreamPictures } from "./stream_pictures.ts";
import { checkFfmpeg } from "./video_encoder.ts";
import { VideoTrack } from "./video_track.ts";
import { type ViewerMessage, ViewerMessages } from "./viewer_message.ts";

/** An old viewer is sent its first picture so long after its channel is open, in ms: until then a newer one has said hello. */
const HELLO_MS = 250;
/** A sign of life comes after so long without anything else, in ms. */
const ALIVE_MS = 1000;
/** What a viewer sets takes effect no sooner after the last time, in ms. */
const SET_EVERY_MS = 100;
/** How long the last message of a stream may take to get out, in ms. */
const FAREWELL_MS = 200;

export type { StreamFigures } from "./stream_options.ts";

/** One viewer's stream: talks with the viewer, and shows it the monitor that it wants. */
export class ScreenStream {
  readonly #messages = new ViewerMessages(performance.now());
  readonly #pictures: StreamPictures;
  readonly #unwatch: () => void;
  #config: StreamConfig;
  #peer: Peer | undefined;
  #track: VideoTrack | undefined;
  /** Whether the viewer said hello: text is for those only. */
  #greeted = false;
  #ending: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();
  /** Whether no frame comes before something else happens. */
  #blocked = false;
  /** When something was last sent. */
  #sentAt = 0;
  #openedAt = Infinity;
  #set: (ViewerMessage & { type: "set" }) | undefined;
  #setAt = -Infinity;

  private constructor(private readonly options: StreamOptions) {
    this.#config = options.config;
    // The channel's getters are asked for once there is a peer.
    const peer = () => this.#peer;
    this.#pictures = new StreamPictures(options, {
      get bufferedAmount() {
        return peer()?.bufferedAmount ?? 0;
      },
      get maxMessageBytes() {
        return peer()?.maxMessageBytes ?? 0;
      },
      get roundTrip() {
        return peer()?.roundTrip ?? 0;
      },
      send: (...messages) => this.#send(...messages),
    });
    this.#unwatch = options.screen.watch({
      onLost: (reason) => this.#tell({ type: "pause", reason }),
      onBack: () => this.#shownAnew({ type: "resume" }),
      onMonitors: () => this.#shownAnew(),
    });
  }

  /**
   * Makes a stream that waits for its viewer's answer.
   *
   * @throws {MeshError} `INVALID_ARGUMENT` when there is no such monitor; `FAILED_PRECONDITION` when video cannot be made
   */
  static async offer(options: StreamOptions): Promise<ScreenStream> {
    const stream = new ScreenStream(options);
    try {
      if (options.video) await checkFfmpeg(options.ffmpeg);
      stream.#peer = await Peer.offer(options, {
        onOpen: () => stream.#opened(),
        onMessage: (data) => stream.#heard(data),
        onDrained: () => stream.#unblock(),
        onClosed: (reason) => void stream.#end(reason),
      });
      return stream;
    } catch (error) {
      stream.#unwatch();
      throw error;
    }
  }

  /** The offer, with all its candidates. */
  get sdp(): string {
    return this.#peer?.sdp ?? "";
  }

  /** See {@link Peer.answer}. */
  async answer(sdp: string): Promise<void> {
    await this.#peer?.answer(sdp);
  }

  /** Whether the viewer's answer is there. */
  get answered(): boolean {
    return this.#peer?.answered ?? false;
  }

  get ended(): boolean {
    return this.#ending !== undefined;
  }

  get figures(): StreamFigures {
    const { index, name } = this.#pictures.feed.monitor;
    const { frames, bytes, rate } = this.#track?.sent ?? this.#pictures.sent;
    return {
      connected: this.#peer?.isOpen ?? false,
      monitor: index,
      monitorName: name,
      fps: this.#config.fps,
      realFps: Math.round(rate * 10) / 10,
      bytes,
      frames,
      backend: this.options.screen.backend,
    };
  }

  /** Ends the stream, and tells its viewer why. Idempotent. */
  stop(reason: string): Promise<void> {
    return this.#end(reason, true);
  }

  #opened(): void {
    this.#openedAt = this.#sentAt = performance.now();
    const { screen, ffmpeg, onChange } = this.options;
    const { fps } = this.#config;
    const transceiver = this.#peer?.video;
    if (transceiver) {
      this.#track = new VideoTrack({
        transceiver,
        screen,
        feed: () => this.#pictures.feed,
        fps,
        ffmpeg,
      });
    }
    const failed = (error: unknown) => void this.#end(messageOf(error), true);
    this.#track?.run().catch(failed);
    this.#run().catch(failed);
    onChange();
  }

  async #run(): Promise<void> {
    while (!this.#ending) {
      this.#wake = Promise.withResolvers();
      this.#applySet();
      const now = performance.now();
      const grace = this.#greeted ? 0 : Math.max(0, this.#openedAt + HELLO_MS - now);
      const ms = Math.max(grace, this.#pictures.msUntilFrame());
      this.#blocked = ms === Infinity;
      if (ms === 0) {
        if (await this.#pictures.frame()) this.#tellRate();
        continue;
      }
      if (now - this.#sentAt >= ALIVE_MS) this.#sayAlive();
      await this.#sleep(Math.min(ms, this.#set ? SET_EVERY_MS : ALIVE_MS, this.#sentAt + ALIVE_MS - now));
    }
  }

  #sayAlive(): void {
    if ((this.#peer?.bufferedAmount ?? 0) === 0) {
      if (this.#greeted) this.#tell({ type: "alive", time: Date.now() });
      else this.#pictures.repeat();
    }
    this.#sentAt = performance.now();
  }

  /** Wakes nobody in vain: that happens several times a frame. */
  #unblock(): void {
    if (this.#blocked) this.#wake.resolve();
  }

  #sleep(ms: number): Promise<void> {
    const { promise, resolve } = this.#wake;
    const timer = setTimeout(resolve, Math.max(1, ms));
    return promise.finally(() => clearTimeout(timer));
  }

  #send(...messages: (string | Uint8Array)[]): void {
    this.#sentAt = performance.now();
    this.#peer?.send(...messages);
  }

  #tell(message: Readonly<Record<string, unknown>>): void {
    if (this.#greeted) this.#send(JSON.stringify(message));
    this.#wake.resolve();
  }

  #tellRate(): void {
    this.#tell({ type: "rate", ...this.#pictures.rung });
  }

  #welcome(): void {
    const { screen: { backend, monitors }, device } = this.options;
    const { fps, quality } = this.#config;
    const monitor = this.#pictures.feed.monitor.index;
    this.#tell({ type: "welcome", version: 1, device, backend, monitor, monitors, fps, quality });
  }

  #heard(data: string | Uint8Array): void {
    const message = this.#messages.read(data, performance.now());
    if (!message || this.#ending) return;
    if (message.type === "hello") return this.#hello(message.tiles);
    if (!this.#greeted) return;
    if (message.type === "ack") {
      if (this.#pictures.acknowledged(message.frame)) this.#tellRate();
      return this.#unblock();
    }
    if (message.type === "key") this.#pictures.wantKey();
    if (message.type === "set") this.#set = { ...this.#set, ...message };
    if (message.type === "ping") this.#tell({ type: "pong", id: message.id, time: Date.now() });
    this.#wake.resolve();
  }

  #hello(tiles: number): void {
    if (tiles < 1) return;
    if (this.#greeted) this.#pictures.wantKey();
    this.#greeted = true;
    this.#pictures.useTiles();
    this.#welcome();
    const { lost } = this.options.screen;
    if (lost !== undefined) this.#tell({ type: "pause", reason: lost });
  }

  /** What the viewer set lately, all at once. */
  #applySet(): void {
    const now = performance.now();
    if (!this.#set || now - this.#setAt < SET_EVERY_MS) return;
    const set = this.#set;
    this.#set = undefined;
    this.#setAt = now;
    try {
      const config = changedConfig(this.#config, set, this.options.screen.monitors);
      this.#config = config;
      this.#pictures.ask(config.fps, config.quality);
      this.#track?.setRate(config.fps);
      this.#showWhatIsThere();
      this.#welcome();
    } catch (error) {
      this.#tell({ type: "error", message: messageOf(error) });
    }
  }

  #shownAnew(message?: { readonly type: string }): void {
    this.#showWhatIsThere();
    if (message) this.#tell(message);
    this.#welcome();
  }

  /** The monitor that was asked for, or the primary one while that is not there. */
  #showWhatIsThere(): void {
    const { monitors, lost } = this.options.screen;
    const { monitor } = this.#config;
    if (lost !== undefined) return;
    this.#pictures.show(monitors.some(({ index }) => index === monitor) ? monitor : monitors[0]?.index ?? 0);
    this.options.onChange();
  }

  #end(reason: string, say = false): Promise<void> {
    // Not at once: closing the connection tells of an end, too, which must find this one.
    return this.#ending ??= Promise.resolve().then(() => this.#finish(reason, say));
  }

  async #finish(reason: string, say: boolean): Promise<void> {
    this.#unwatch();
    this.#wake.resolve();
    if (say && this.#greeted && this.#peer?.isOpen) {
      this.#peer.send(JSON.stringify({ type: "end", reason }));
      await this.#drained(FAREWELL_MS);
    }
    await Promise.all([this.#track?.stop(), this.#peer?.close()]);
    this.options.onEnded(reason);
  }

  async #drained(ms: number): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end && (this.#peer?.bufferedAmount ?? 0) > 0;) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
