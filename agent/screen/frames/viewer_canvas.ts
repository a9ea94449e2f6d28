import { decodedJpeg } from "../jpeg/decoded_jpeg.ts";
import { DrawnPicture } from "../picture/drawn_picture.ts";
import { FrameReader, type Received } from "../wire/frame_reader.js";

/** A viewer without a browser, for tests: reads messages and draws what they say. */
export class ViewerCanvas {
  readonly #reader = new FrameReader();
  picture = new DrawnPicture(1, 1);
  /** All that was read, in order. */
  readonly received: Received[] = [];

  /** @returns what the last message completed */
  async show(messages: readonly Uint8Array[]): Promise<Received | undefined> {
    let last: Received | undefined;
    for (const message of messages) {
      last = this.#reader.read(message);
      if (last === undefined) continue;
      this.received.push(last);
      if (last.kind === "frame") await this.#draw(last);
    }
    return last;
  }

  async #draw(frame: Extract<Received, { kind: "frame" }>): Promise<void> {
    if (frame.width !== this.picture.width || frame.height !== this.picture.height) {
      this.picture = new DrawnPicture(frame.width, frame.height);
    }
    const strips = await Promise.all(frame.strips.map(({ jpeg }) => decodedJpeg(jpeg)));
    for (const { x, y, width, height, strip, sx, sy } of frame.rectangles) {
      const from = strips[strip];
      if (from === undefined) throw new Error(`there is no strip ${strip}`);
      for (let row = 0; row < height; row++) {
        const start = (sy + row) * from.stride + sx * 4;
        const line = from.data.subarray(start, start + width * 4);
        this.picture.data.set(line, (y + row) * this.picture.stride + x * 4);
      }
    }
  }
}
