import { Buffer } from "node:buffer";
import type { RTCRtpTransceiver, RtpHeader } from "werift";
import { delay } from "../../core/abort.ts";
import { MeshError } from "../../core/errors.ts";
import type { MonitorFeed } from "../picture/monitor_feed.ts";
import { RateMeter } from "./rate_meter.ts";
import type { SharedScreen } from "./shared_screen.ts";
import { RtpHistory } from "./rtp_history.ts";
import { Ticks } from "./ticks.ts";
import { type FindFfmpeg, VideoEncoder, type VideoFormat } from "./video_encoder.ts";
import { isKeyFrame, vp8Packets } from "./vp8_packets.ts";

/** More pictures in a second are not encoded: each keeps a core busy for 28 ms at 1920 × 1080. */
const MOST_FPS = 30;
/** A picture that does not change is encoded again so often, in ms: it gets better each time, and a late viewer sees it. */
const STILL_EVERY_MS = 1000;
/** Pictures that ffmpeg may work at: while it falls behind, none is captured for it. */
const MOST_PENDING = 2;
/**
 * A picture that cannot be had again brings a new key frame, which takes a new ffmpeg, no more often than this, in ms; and not when a
 * key frame has just gone out: a viewer asks until it has come.
 */
const RESTART_EVERY_MS = 1000;
const KEY_UNDER_WAY_MS = 500;
/** An ffmpeg that ends so soon after its start, in ms, would do so again. */
const TOO_SHORT_MS = 2000;
/** An ffmpeg that keeps pictures for so long, in ms, is stuck. */
const STUCK_MS = 10_000;
/** Packets that go out at once; a large key frame would flood the way. */
const BURST = 16;
/** Of RTP's time for video, in Hz. */
const CLOCK_HZ = 90_000;

export interface VideoOptions {
  readonly transceiver: RTCRtpTransceiver;
  readonly screen: SharedScreen;
  /** What is to be shown, at any time. */
  readonly feed: () => MonitorFeed;
  readonly fps: number;
  readonly ffmpeg: FindFfmpeg;
}

/** Shows a monitor as a VP8 track, made by ffmpeg: it bears loss better than the channel, and shows less detail. */
export class VideoTrack {
  readonly #meter = new RateMeter(performance.now());
  readonly #stopping = new AbortController();
  /** When pictures that ffmpeg works at were captured, in ms. */
  readonly #captured: number[] = [];
  #fps: number;
  #ticks: Ticks;
  #encoder: VideoEncoder | undefined;
  #startedAt = -Infinity;
  /** Why there is no going on. */
  #failure: MeshError | undefined;
  #keyLost = false;
  #keyAt = -Infinity;
  #shown = { generation: -1, at: -Infinity };
  #sequence = Math.floor(Math.random() * 0x8000);
  #sending: Promise<void> = Promise.resolve();
  #frames = 0;
  #bytes = 0;

  constructor(private readonly options: VideoOptions) {
    this.#fps = Math.min(MOST_FPS, options.fps);
    this.#ticks = new Ticks(this.#fps, performance.now());
    const { sender } = options.transceiver;
    const { dtlsTransport } = sender;
    sender.onPictureLossIndication.subscribe(() => {
      if (performance.now() - this.#keyAt > KEY_UNDER_WAY_MS) this.#keyLost = true;
    });
    RtpHistory.attach<RtpHeader, Buffer>({
      srtp: dtlsTransport.srtp,
      onLost: sender.onGenericNack,
      // What is lost once more is asked for once more.
      send: (packet) => void dtlsTransport.iceTransport.connection.send(Buffer.from(packet)).catch(() => {}),
    });
  }

  /** Frames, their bytes, and frames in a second of the last two. */
  get sent(): { readonly frames: number; readonly bytes: number; readonly rate: number } {
    return { frames: this.#frames, bytes: this.#bytes, rate: this.#meter.rate(performance.now()) };
  }

  setRate(fps: number): void {
    this.#fps = Math.min(MOST_FPS, fps);
    this.#ticks.setRate(this.#fps, performance.now());
  }

  /**
   * Captures, encodes and sends until `stop`.
   *
   * @throws {MeshError} `UNAVAILABLE` when ffmpeg cannot go on
   */
  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await delay(this.#ticks.wait(performance.now()), signal).catch(() => {});
      if (this.#failure) throw this.#failure;
      if (signal.aborted) return;
      this.#ticks.take(performance.now());
      await this.#show();
    }
  }

  /** Ends ffmpeg. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#encoder?.stop();
    await this.#sending;
  }

  async #show(): Promise<void> {
    const began = performance.now();
    const waits = (this.#encoder?.pending ?? 0) >= MOST_PENDING;
    const isStuck = waits && began - (this.#captured[0] ?? began) > STUCK_MS;
    if (waits && !isStuck) return;
    const feed = this.options.feed();
    if (!await this.options.screen.refresh(feed)) return;
    const { generation, picture } = feed;
    const encoder = await this.#encoderFor({ width: picture.width, height: picture.height, fps: this.#fps }, isStuck);
    if (!encoder || generation === this.#shown.generation && began - this.#shown.at < STILL_EVERY_MS) return;
    this.#shown = { generation, at: began };
    this.#captured.push(began);
    await encoder.encode(picture);
  }

  /** @returns undefined after `stop` */
  async #encoderFor(format: VideoFormat, renew: boolean): Promise<VideoEncoder | undefined> {
    const now = performance.now();
    const keyWanted = this.#keyLost && now - this.#startedAt > RESTART_EVERY_MS;
    if (this.#encoder?.fits(format) && !keyWanted && !renew) return this.#encoder;
    await this.#encoder?.stop();
    if (this.#stopping.signal.aborted) return undefined;
    this.#captured.length = 0;
    this.#keyLost = false;
    this.#shown = { generation: -1, at: -Infinity };
    this.#startedAt = now;
    const encoder = new VideoEncoder(this.options.ffmpeg, format, {
      onFrame: (frame) => this.#frame(frame),
      onFailed: (reason) => this.#encoderFailed(reason),
    });
    return this.#encoder = encoder;
  }

  #encoderFailed(reason: string): void {
    if (performance.now() - this.#startedAt > TOO_SHORT_MS) this.#encoder = undefined;
    else this.#failure = new MeshError("UNAVAILABLE", reason);
  }

  #frame(frame: Uint8Array<ArrayBuffer>): void {
    const capturedAt = this.#captured.shift() ?? performance.now();
    if (isKeyFrame(frame)) {
      this.#keyLost = false;
      this.#keyAt = performance.now();
    }
    this.#frames++;
    this.#bytes += frame.length;
    this.#meter.count(performance.now());
    this.#sending = this.#sending.then(() => this.#send(frame, capturedAt));
  }

  async #send(frame: Uint8Array, capturedAt: number): Promise<void> {
    const { RtpHeader, RtpPacket } = await import("werift");
    const timestamp = Math.round(capturedAt * CLOCK_HZ / 1000) % 2 ** 32;
    for (const [index, { payload, marker }] of vp8Packets(frame).entries()) {
      if (this.#stopping.signal.aborted) return;
      this.#sequence = (this.#sequence + 1) & 0xffff;
      const header = new RtpHeader({ version: 2, sequenceNumber: this.#sequence, timestamp, marker });
      await this.options.transceiver.sender.sendRtp(new RtpPacket(header, Buffer.from(payload.buffer)));
      if (index % BURST === BURST - 1) await delay(1);
    }
  }
}
