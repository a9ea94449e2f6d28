import type { MonitorFeed } from "../picture/monitor_feed.ts";
import type { CursorState, JpegEncoder, Picture } from "../types.ts";
import { type PlacedPointer, placePointer, PointedPicture } from "./pointed_picture.ts";
import { resized } from "./shrink.ts";

/** How a picture is to be sent. */
export interface WholeWish {
  /** Of the JPEG, 1 to 100. */
  readonly quality: number;
  /** The most that a message to this viewer may take: 262,144 for Chromium. */
  readonly maxBytes: number;
  /** Drawn into the picture: an old viewer knows of no other. */
  readonly pointer?: CursorState | undefined;
}

/** A whole picture that is ready to be sent. */
export interface WholeFrame {
  /** In ms since the Unix epoch. */
  readonly capturedAt: number;
  /** In pixels, as sent. */
  readonly width: number;
  readonly height: number;
  /** One message, in memory of its own. */
  readonly jpeg: Uint8Array<ArrayBuffer>;
}

/** Pictures are scaled in so many steps. */
const STEPS = 8;
/** A larger picture is tried when it can be expected to take at most so much of what is allowed. */
const ROOM_TO_GROW = 0.9;
/** After a larger one did not fit, it is tried again so many pictures later, or when it takes at most so much. */
const GROW_AGAIN_AFTER = 50;
const ROOM_FOR_SURE = 0.75;

/** Makes the pictures of one stream for an old viewer: whole JPEGs, scaled down only where they would be too large. */
export class WholeFrames {
  readonly #encoder: JpegEncoder;
  #feed: MonitorFeed;
  readonly #pointed = new PointedPicture();
  #generation = -1;
  #picture: Picture | undefined;
  #pointer: PlacedPointer | undefined;
  #last: WholeFrame | undefined;
  /** The picture's size as sent, in eighths of the monitor's. */
  #step = STEPS;
  #noGrowthFor = 0;

  constructor(feed: MonitorFeed, encoder: JpegEncoder) {
    this.#feed = feed;
    this.#encoder = encoder;
  }

  /** Goes on with another monitor. */
  use(feed: MonitorFeed): void {
    this.#feed = feed;
    this.#generation = -1;
  }

  /** What {@link next} gave last, to be sent again as a sign of life; undefined before that. */
  get last(): WholeFrame | undefined {
    return this.#last;
  }

  /**
   * A picture, if something changed since the last one, or the pointer moved. One call at a time.
   *
   * @returns undefined when nothing changed, and before the feed's first capture
   * @throws {RangeError} when not even the smallest picture fits
   */
  async next({ quality, maxBytes, pointer: state }: WholeWish): Promise<WholeFrame | undefined> {
    const feed = this.#feed;
    const { picture, generation, capturedAt, monitor } = feed;
    const pointer = placePointer(state, monitor);
    const isKnown = generation === this.#generation && picture === this.#picture && same(pointer, this.#pointer);
    if (capturedAt === 0 || isKnown) return undefined;
    this.#generation = -1;
    const frame = { capturedAt, ...await this.#fitting(this.#pointed.draw(feed, pointer), quality, maxBytes) };
    this.#generation = generation;
    this.#picture = picture;
    this.#pointer = pointer;
    this.#last = frame;
    return frame;
  }

  async #fitting(picture: Picture, quality: number, maxBytes: number): Promise<Omit<WholeFrame, "capturedAt">> {
    this.#noGrowthFor--;
    for (;;) {
      const step = this.#step;
      const width = Math.max(1, Math.round(picture.width * step / STEPS));
      const height = Math.max(1, Math.round(picture.height * step / STEPS));
      const scaled = step === STEPS ? picture : resized(picture, width, height);
      const jpeg = await this.#encoder.encode(scaled, quality);
      if (jpeg.length <= maxBytes) {
        this.#considerGrowth(jpeg.length / maxBytes);
        return { width, height, jpeg };
      }
      if (step === 1) throw new RangeError(`no picture fits into messages of ${maxBytes} bytes`);
      // The size of a JPEG goes with its area; a little less, as small pictures take more a pixel.
      const expected = Math.floor(step * Math.sqrt(ROOM_TO_GROW * maxBytes / jpeg.length));
      this.#step = Math.max(1, Math.min(step - 1, expected));
      this.#noGrowthFor = GROW_AGAIN_AFTER;
    }
  }

  /** @param full how much of what is allowed the picture took, 0 to 1 */
  #considerGrowth(full: number): void {
    if (this.#step === STEPS) return;
    const larger = full * ((this.#step + 1) / this.#step) ** 2;
    if (larger < ROOM_FOR_SURE || (larger < ROOM_TO_GROW && this.#noGrowthFor <= 0)) this.#step++;
  }
}

function same(a: PlacedPointer | undefined, b: PlacedPointer | undefined): boolean {
  return a?.x === b?.x && a?.y === b?.y && a?.shape.serial === b?.shape.serial;
}
