// @ts-check
/// <reference lib="dom" />

/** @typedef {import("../../../screen/wire/frame_reader.js").Frame} Frame */
/** @typedef {import("../../../screen/wire/frame_reader.js").WholeJpeg} WholeJpeg */

/** Draws pictures in the order in which they came. They are decoded beside each other. */
export class Painter {
  #canvas;
  #context;
  /** The picture before this one. */
  #last = Promise.resolve();
  /** Pictures of an earlier stream are not drawn any more. */
  #generation = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("this browser has no canvas");
    this.#canvas = canvas;
    this.#context = context;
  }

  /** Draws nothing more of what came so far. */
  forget() {
    this.#generation++;
  }

  /**
   * @param {Frame | WholeJpeg} picture
   * @returns {Promise<boolean>} whether it was drawn, once it is; false after `forget`
   * @throws {Error} where it cannot be decoded
   */
  async draw(picture) {
    const generation = this.#generation;
    const strips = picture.kind === "jpeg" ? [picture.jpeg] : picture.strips.map(({ jpeg }) => jpeg);
    const decoding = Promise.all(strips.map(decoded));
    const before = this.#last;
    const drawn = before.then(() => decoding).then((bitmaps) => {
      const isWanted = generation === this.#generation;
      if (isWanted) this.#paint(picture, bitmaps);
      for (const bitmap of bitmaps) bitmap.close();
      return isWanted;
    });
    // One that fails does not keep the next from being drawn.
    this.#last = drawn.then(() => {}, () => {});
    return await drawn;
  }

  /**
   * @param {Frame | WholeJpeg} picture
   * @param {ImageBitmap[]} bitmaps
   */
  #paint(picture, bitmaps) {
    const { width, height } = picture;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    if (picture.kind === "jpeg") {
      const [whole] = bitmaps;
      if (whole) this.#context.drawImage(whole, 0, 0);
      return;
    }
    for (const { x, y, width, height, strip, sx, sy } of picture.rectangles) {
      const bitmap = bitmaps[strip];
      if (bitmap) this.#context.drawImage(bitmap, sx, sy, width, height, x, y, width, height);
    }
  }
}

/** @param {Uint8Array} jpeg */
function decoded(jpeg) {
  return createImageBitmap(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (jpeg)], { type: "image/jpeg" }));
}
