import { TileFrames } from "../frames/tile_frames.ts";
import { WholeFrames } from "../frames/whole_frames.ts";
import type { MonitorFeed } from "../picture/monitor_feed.ts";
import type { JpegEncoder } from "../types.ts";
import type { Rung } from "./ladder.ts";
import { Pace } from "./pace.ts";
import { RateMeter } from "./rate_meter.ts";
import type { SharedScreen } from "./shared_screen.ts";
import type { StreamConfig } from "./stream_config.ts";

/** Key frames that were asked for come no closer than this, in ms: they are large. */
const KEY_EVERY_MS = 500;

/** Where pictures go. */
export interface PictureChannel {
  readonly bufferedAmount: number;
  readonly maxMessageBytes: number;
  /** See {@link Pace.setRoundTrip}. */
  readonly roundTrip: number;
  send(...messages: Uint8Array[]): void;
}

export interface PictureOptions {
  readonly config: StreamConfig;
  readonly screen: SharedScreen;
  readonly encoder: JpegEncoder;
  /** A video track shows the picture: only the pointer is sent. */
  readonly video: boolean;
}

/** What a stream sends of a monitor, and when: whole pictures, or tiles and the pointer to a viewer that knows them. */
export class StreamPictures {
  readonly #meter = new RateMeter(performance.now());
  readonly #pace: Pace;
  readonly #whole: WholeFrames;
  #tiles: TileFrames | undefined;
  #feed: MonitorFeed;
  #keyWanted = false;
  #keyAt = -Infinity;
  #bytes = 0;
  #frames = 0;

  /** @throws {MeshError} `INVALID_ARGUMENT` when there is no such monitor */
  constructor(private readonly options: PictureOptions, private readonly channel: PictureChannel) {
    const { config, screen, encoder } = options;
    this.#feed = screen.feed(config.monitor);
    this.#pace = new Pace(config.fps, config.quality, performance.now());
    this.#whole = new WholeFrames(this.#feed, encoder);
  }

  /** What is shown now. */
  get feed(): MonitorFeed {
    return this.#feed;
  }

  /** How frames are sent now. */
  get rung(): Rung {
    return this.#pace.current;
  }

  /** Frames, their bytes, and frames in a second of the last two. */
  get sent(): { readonly frames: number; readonly bytes: number; readonly rate: number } {
    return { frames: this.#frames, bytes: this.#bytes, rate: this.#meter.rate(performance.now()) };
  }

  /** From now on tiles are sent, and acknowledged. */
  useTiles(): void {
    this.#tiles ??= new TileFrames(this.#feed, this.options.encoder);
    this.#pace.expectAcknowledgements(performance.now());
  }

  wantKey(): void {
    this.#keyWanted = true;
  }

  /** Another rate and quality are asked. */
  ask(fps: number, quality: number): void {
    this.#pace.ask(fps, quality, performance.now());
  }

  /** @returns whether `rung` is another one now */
  acknowledged(frame: number): boolean {
    return this.#pace.acknowledged(frame, performance.now());
  }

  /**
   * Goes on with another monitor, or with the same one captured anew.
   *
   * @throws {MeshError} `INVALID_ARGUMENT` when there is no such monitor
   */
  show(index: number): void {
    const feed = this.options.screen.feed(index);
    if (feed === this.#feed) return;
    this.#feed = feed;
    this.#whole.use(feed);
    this.#tiles?.use(feed);
  }

  /** ms until the next frame is to be made, 0 = now; `Infinity`: something else must happen before. */
  msUntilFrame(): number {
    if (this.options.screen.lost !== undefined) return Infinity;
    return this.#pace.wait(this.channel.bufferedAmount, performance.now()) ?? Infinity;
  }

  /** Captures what is due, and sends it. @returns whether `rung` is another one now */
  async frame(): Promise<boolean> {
    const began = performance.now();
    this.#pace.take(began);
    this.#pace.setRoundTrip(this.channel.roundTrip);
    const { screen, video } = this.options;
    if (!video && !await screen.refresh(this.#feed)) return false;
    if (this.#tiles) await this.#sendPointer(this.#tiles);
    if (video) return false;
    return this.#tiles ? await this.#sendTiles(this.#tiles, began) : await this.#sendWhole();
  }

  /** Sends an old viewer what it has, as a sign of life. */
  repeat(): void {
    if (this.#whole.last && !this.options.video) this.channel.send(this.#whole.last.jpeg);
  }

  async #sendPointer(tiles: TileFrames): Promise<void> {
    const messages = tiles.cursor(await this.options.screen.cursor());
    if (messages.length > 0) this.channel.send(...messages);
  }

  async #sendTiles(tiles: TileFrames, began: number): Promise<boolean> {
    if (this.#keyWanted && began - this.#keyAt >= KEY_EVERY_MS) {
      this.#keyWanted = false;
      tiles.requestKey();
    }
    const { quality, scale } = this.#pace.current;
    const frame = await tiles.next({ quality, scale });
    const now = performance.now();
    if (!frame) return this.#pace.unchanged(now);
    if (frame.key) this.#keyAt = now;
    this.#pace.sent({ id: frame.id, bytes: frame.bytes, capturedAt: began }, now);
    this.#send(frame.messages, frame.bytes, now);
    return false;
  }

  async #sendWhole(): Promise<false> {
    const { quality } = this.#pace.current;
    const pointer = await this.options.screen.cursor();
    const frame = await this.#whole.next({ quality, maxBytes: this.channel.maxMessageBytes, pointer });
    // The viewer may have said hello meanwhile, and is sent a key frame instead.
    if (frame && !this.#tiles) this.#send([frame.jpeg], frame.jpeg.length, performance.now());
    return false;
  }

  #send(messages: readonly Uint8Array[], bytes: number, now: number): void {
    this.#bytes += bytes;
    this.#frames++;
    this.#meter.count(now);
    this.channel.send(...messages);
  }
}
