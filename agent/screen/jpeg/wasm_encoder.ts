import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { words } from "../picture/words.ts";
import type { JpegEncoder, Picture } from "../types.ts";
import { checkPicture } from "./checked_picture.ts";
import { INCLUDED_WASM } from "./shipped_codecs.ts";

/** The package's own names, as far as they are used. */
interface Codec {
  readonly JPEGEncoder: new () => CodecEncoder;
}

interface CodecEncoder {
  /** Memory for the pixels; valid until the next call of anything, as the module's memory may move. */
  getDecodedBuffer(frame: {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    readonly isSigned: boolean;
  }): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  setQuality(quality: number): void;
  setSubSampling(sampling: number): void;
  setProgressive(progressive: boolean): void;
  encode(): void;
  /** Of every object of the module: its destructor. */
  delete(): void;
}

const SAMPLING_420 = 2;

/**
 * An encoder in WebAssembly. It works on the calling thread. JPEGs of pictures with fewer than 64 × 64 pixels show, to the
 * right and below, more than the picture.
 */
export async function openWasm(): Promise<JpegEncoder> {
  const { default: makeCodec } = await import("@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs") as {
    default: (options: { wasmBinary: Uint8Array }) => Promise<Codec>;
  };
  const codec = await makeCodec({ wasmBinary: await wasmCode() });
  return new WasmEncoder(new codec.JPEGEncoder());
}

/** The codec's code, which the finished program has beside its modules. */
async function wasmCode(): Promise<Uint8Array> {
  if (import.meta.url.endsWith(".ts")) {
    return await Deno.readFile(new URL(import.meta.resolve("@cornerstonejs/codec-libjpeg-turbo-8bit/wasm")));
  }
  return await promisify(gunzip)(await Deno.readFile(new URL(INCLUDED_WASM, import.meta.url)));
}

class WasmEncoder implements JpegEncoder {
  readonly library = "wasm";
  #codec: CodecEncoder | undefined;

  constructor(codec: CodecEncoder) {
    codec.setSubSampling(SAMPLING_420);
    codec.setProgressive(false);
    this.#codec = codec;
  }

  // deno-lint-ignore require-await -- what is wrong rejects, as with the other encoder
  async encode(picture: Picture, quality: number): Promise<Uint8Array<ArrayBuffer>> {
    const codec = this.#codec;
    if (codec === undefined) throw new Error("the JPEG encoder is closed");
    checkPicture(picture, quality);
    const { width, height, data, stride } = extended(picture);
    codec.setQuality(quality);
    const frame = { width, height, bitsPerSample: 8, componentCount: 3, isSigned: false };
    fillRgb(codec.getDecodedBuffer(frame), { width, height, data, stride });
    codec.encode();
    const jpeg = new Uint8Array(codec.getEncodedBuffer());
    // What goes beyond was lost.
    if (jpeg.length > width * height * 3) throw new Error("Cannot make a JPEG: it would be larger than its picture");
    return jpeg;
  }

  close(): void {
    this.#codec?.delete();
    this.#codec = undefined;
  }
}

/**
 * The codec has room for as many bytes as the picture has, three a pixel, and writes beyond where the JPEG takes more: its
 * tables alone are 600 bytes. With this side, both ways, there is enough.
 */
const LEAST_SIDE = 64;

/** A picture that is not too small for the codec, with its border repeated to the right and below. */
function extended(picture: Picture): Picture {
  const { data, width, height, stride } = picture;
  if (width * height >= LEAST_SIDE ** 2) return picture;
  const [columns, rows] = [Math.max(width, LEAST_SIDE), Math.max(height, LEAST_SIDE)];
  const [from, to] = [words(data), new Uint32Array(columns * rows)];
  for (let y = 0; y < rows; y++) {
    const row = Math.min(y, height - 1) * stride >> 2;
    for (let x = 0; x < columns; x++) to[y * columns + x] = from[row + Math.min(x, width - 1)] ?? 0;
  }
  return { data: new Uint8Array(to.buffer), width: columns, height: rows, stride: columns * 4 };
}

function fillRgb(rgb: Uint8Array, { data, width, height, stride }: Picture): void {
  const pixels = words(data);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = y * stride >> 2;
    for (let x = row; x < row + width; x++) {
      const pixel = pixels[x] ?? 0;
      rgb[at] = pixel >>> 16;
      rgb[at + 1] = pixel >>> 8;
      rgb[at + 2] = pixel;
      at += 3;
    }
  }
}
