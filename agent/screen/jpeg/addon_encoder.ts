import { Buffer } from "node:buffer";
import { createRequire } from "node:module";
import type { JpegEncoder, Picture } from "../types.ts";
import { checkPicture } from "./checked_picture.ts";

/** What the addon of `@julusian/jpeg-turbo` offers, as far as it is used. */
interface Addon {
  compressSync(pixels: Buffer, output: Buffer, options: {
    readonly width: number;
    readonly height: number;
    /** Pixels from one row to the next. */
    readonly stride: number;
    readonly format: number;
    readonly subsampling: number;
    readonly quality: number;
  }): { readonly size: number };
  bufferSize(options: { readonly width: number; readonly height: number; readonly subsampling: number }): number;
  readonly FORMAT_BGRX: number;
  readonly SAMP_420: number;
}

/**
 * An encoder of an addon for Node. It works on the calling thread: on one of its own it would go on with memory of a
 * worker that has ended, and take the whole process with it.
 *
 * @throws {Error} when the file is not that addon
 */
export function openAddon(path: string): JpegEncoder {
  const addon: Addon = createRequire(import.meta.url)(path);
  if (typeof addon.compressSync !== "function") throw new Error(`${path} makes no JPEGs`);
  return new AddonEncoder(addon);
}

class AddonEncoder implements JpegEncoder {
  readonly library = "turbojpeg";
  readonly #addon: Addon;
  #output = Buffer.alloc(0);
  #closed = false;

  constructor(addon: Addon) {
    this.#addon = addon;
  }

  // deno-lint-ignore require-await -- what is wrong rejects, as with the other encoders
  async encode(picture: Picture, quality: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#closed) throw new Error("the JPEG encoder is closed");
    checkPicture(picture, quality);
    const { width, height } = picture;
    const { data, stride } = inWholePixels(picture);
    const { FORMAT_BGRX: format, SAMP_420: subsampling } = this.#addon;
    const bytes = this.#addon.bufferSize({ width, height, subsampling });
    if (this.#output.length < bytes) this.#output = Buffer.alloc(bytes);
    const pixels = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const options = { width, height, stride: stride / 4, format, subsampling, quality };
    const { size } = this.#addon.compressSync(pixels, this.#output, options);
    return new Uint8Array(this.#output.subarray(0, size));
  }

  close(): void {
    // The addon itself stays loaded, as Node's addons do.
    this.#closed = true;
  }
}

/** The addon counts rows in pixels, and wants the memory of the last row whole. */
function inWholePixels(picture: Picture): Picture {
  const { data, width, height, stride } = picture;
  if (stride % 4 === 0 && data.length >= stride * height) return picture;
  const copy = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) copy.set(data.subarray(y * stride, y * stride + width * 4), y * width * 4);
  return { data: copy, width, height, stride: width * 4 };
}
