import type { KeptPicture, MonitorFeed } from "../picture/monitor_feed.ts";
import type { CursorState, JpegEncoder } from "../types.ts";
import { frameMessages } from "../wire/frame_writer.ts";
import { CursorMessages } from "./cursor_messages.ts";
import type { Factor } from "./shrink.ts";
import { StripEncoder } from "./strip_encoder.ts";
import { layOut, wholePicture } from "./strip_layout.ts";

/** How a frame is to be sent. */
export interface FrameWish {
  /** Of the JPEGs, 1 to 100. */
  readonly quality: number;
  readonly scale: Scale;
}

/** The size of the picture as sent, of the monitor's. */
export type Scale = 1 | 0.5 | 0.25;

/** A frame that is ready to be sent. */
export interface TileFrame {
  /** From 1. */
  readonly id: number;
  /** Of its pixels, in ms since the Unix epoch. */
  readonly capturedAt: number;
  /** Whether it holds the whole picture. */
  readonly key: boolean;
  /** Whether nothing in it changed, and it only shows parts better than before. */
  readonly refinement: boolean;
  /** To be sent in this order, each of at most 65,536 bytes, in memory of their own. */
  readonly messages: readonly Uint8Array<ArrayBuffer>[];
  /** Of all messages. */
  readonly bytes: number;
}

/** Parts are sent again at a better quality once no large change came for so long, in ms. */
const REFINE_AFTER_MS = 500;
/** So much of the picture, as a change, is a large one, and is the most that is refined at once. */
const REFINE_SHARE = 1 / 8;

/** Makes the frames of one stream that shows tiles, from a feed that others may use, too. */
export class TileFrames {
  readonly #strips: StripEncoder;
  readonly #cursor = new CursorMessages();
  #feed: MonitorFeed;
  /** Of the last frame. */
  #id = 0;
  /** What the viewer has: the feed's generation (-1 = nothing), the picture and how far it was scaled down. */
  #generation = -1;
  #picture: KeptPicture | undefined;
  #factor: Factor = 1;
  /** The quality in which the viewer has each tile. */
  #qualities = new Uint8Array(0);
  #largeChangeAt = 0;

  constructor(feed: MonitorFeed, encoder: JpegEncoder) {
    this.#feed = feed;
    this.#strips = new StripEncoder(encoder);
  }

  /** Goes on with another monitor, with a key frame. */
  use(feed: MonitorFeed): void {
    this.#feed = feed;
    this.requestKey();
  }

  /** The next frame is a key frame, and the pointer is told anew. */
  requestKey(): void {
    this.#generation = -1;
    this.#cursor.reset();
  }

  /**
   * The messages that tell the viewer of the pointer: its look where that is another one, its place where it moved. Often
   * none.
   *
   * @param state undefined where the pointer is hidden or not known
   */
  cursor(state: CursorState | undefined): Uint8Array<ArrayBuffer>[] {
    return this.#cursor.next(state, this.#feed.monitor);
  }

  /**
   * A frame of what changed in the feed since the last one. One call at a time. The feed may be refreshed meanwhile for
   * other streams: what then gets into this frame already is in the next one, too.
   *
   * @returns undefined when there is nothing to send, and before the feed's first capture
   */
  async next({ quality, scale }: FrameWish): Promise<TileFrame | undefined> {
    const factor = factorOf(scale);
    const feed = this.#feed;
    const { picture, grid, generation, capturedAt, monitor } = feed;
    if (capturedAt === 0) return undefined;
    const key = this.#generation === -1 || picture !== this.#picture || factor !== this.#factor;
    const marks = key ? new Uint8Array(feed.tiles.length).fill(1) : this.#changedTiles(feed.tiles);
    const changed = count(marks);
    if (changed >= marks.length * REFINE_SHARE) this.#largeChangeAt = capturedAt;
    const refined = key ? 0 : this.#markCoarseTiles(marks, quality, capturedAt);
    if (changed + refined === 0) return undefined;
    const layout = key ? wholePicture(grid, factor) : layOut(marks, grid, factor);
    // Taken now: what is asked for while the encoder is busy, or fails, is for the frame after this one.
    this.#generation = generation;
    let strips;
    try {
      strips = await this.#strips.encode(picture, layout, factor, quality);
    } catch (error) {
      this.#generation = -1;
      throw error;
    }
    this.#picture = picture;
    this.#factor = factor;
    if (layout.whole) this.#qualities = new Uint8Array(marks.length).fill(quality);
    else for (let tile = 0; tile < marks.length; tile++) if (marks[tile] !== 0) this.#qualities[tile] = quality;
    const id = ++this.#id;
    const { width: monitorWidth, height: monitorHeight } = monitor;
    const [width, height] = [Math.ceil(grid.width / factor), Math.ceil(grid.height / factor)];
    const messages = frameMessages({
      ...{ id, key: layout.whole, capturedAt, width, height, monitorWidth, monitorHeight },
      ...{ rectangles: layout.placed, strips },
    });
    const bytes = messages.reduce((sum, { length }) => sum + length, 0);
    return { id, capturedAt, key: layout.whole, refinement: changed === 0, messages, bytes };
  }

  #changedTiles(tiles: Float64Array): Uint8Array {
    const marks = new Uint8Array(tiles.length);
    const known = this.#generation;
    for (let tile = 0; tile < marks.length; tile++) if ((tiles[tile] ?? 0) > known) marks[tile] = 1;
    return marks;
  }

  /** Adds tiles that the viewer has in a worse quality than is now wanted, as long as the picture is quite still. */
  #markCoarseTiles(marks: Uint8Array, quality: number, now: number): number {
    if (now - this.#largeChangeAt < REFINE_AFTER_MS) return 0;
    let left = Math.ceil(marks.length * REFINE_SHARE);
    let marked = 0;
    for (let tile = 0; tile < marks.length && left > 0; tile++) {
      if (marks[tile] !== 0 || (this.#qualities[tile] ?? 0) >= quality) continue;
      marks[tile] = 1;
      marked++;
      left--;
    }
    return marked;
  }
}

function count(marks: Uint8Array): number {
  let marked = 0;
  for (let tile = 0; tile < marks.length; tile++) marked += marks[tile] ?? 0;
  return marked;
}

function factorOf(scale: Scale): Factor {
  const factor = 1 / scale;
  if (factor !== 1 && factor !== 2 && factor !== 4) throw new RangeError(`the scale is 1, 0.5 or 0.25, not ${scale}`);
  return factor;
}
