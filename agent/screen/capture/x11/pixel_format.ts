import type { Picture } from "../../types.ts";

/** How a server lays out the pixels of its screen. */
export interface PixelFormat {
  readonly bitsPerPixel: number;
  /** Rows are padded to a multiple of so many bits. */
  readonly rowBits: number;
  readonly bigEndian: boolean;
  /** Pixels hold their colour, rather than a number in a table of colours. */
  readonly trueColor: boolean;
  /** Which bits of a pixel are red, green, blue. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** Bytes of a row of so many pixels. */
export function strideOf(format: PixelFormat, width: number): number {
  return Math.ceil(width * format.bitsPerPixel / format.rowBits) * format.rowBits / 8;
}

/** Why pictures of this format cannot be used, as the end of a line; undefined where they can. */
export function unusable(format: PixelFormat): string | undefined {
  if (!format.trueColor) return "its pixels are numbers in a table of colours";
  if (format.bigEndian) return "its pixels are big-endian";
  if (![16, 24, 32].includes(format.bitsPerPixel)) return `its pixels have ${format.bitsPerPixel} bits`;
  return undefined;
}

/** Pictures of this format are as we want them already. */
export function isBgrx(format: PixelFormat): boolean {
  return format.bitsPerPixel === 32 && !format.bigEndian && format.red === 0xff0000 && format.green === 0xff00 &&
    format.blue === 0xff;
}

/** Makes blue, green, red, unused of a server's pixels, in memory that is used again for the next picture. */
export class PixelConverter {
  readonly #format: PixelFormat;
  readonly #read: (view: DataView, at: number) => number;
  readonly #channels: readonly ((pixel: number) => number)[];
  #target = new Uint32Array();

  /** @param format one that is not {@link unusable} */
  constructor(format: PixelFormat) {
    this.#format = format;
    this.#read = READERS[format.bitsPerPixel] ?? missing;
    this.#channels = [format.blue, format.green, format.red].map(channelReader);
  }

  convert(data: Uint8Array, width: number, height: number): Picture {
    const { bitsPerPixel } = this.#format;
    const stride = strideOf(this.#format, width);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (this.#target.length < width * height) this.#target = new Uint32Array(width * height);
    const target = this.#target;
    const [blue, green, red] = this.#channels;
    if (!blue || !green || !red) throw new Error("three channels were made");
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0, at = y * stride; x < width; x++, at += bitsPerPixel / 8) {
        const pixel = this.#read(view, at);
        target[to++] = blue(pixel) | green(pixel) << 8 | red(pixel) << 16;
      }
    }
    return { data: new Uint8Array(target.buffer, 0, width * height * 4), width, height, stride: width * 4 };
  }
}

const READERS: Record<number, (view: DataView, at: number) => number> = {
  16: (view, at) => view.getUint16(at, true),
  24: (view, at) => view.getUint16(at, true) | view.getUint8(at + 2) << 16,
  32: (view, at) => view.getUint32(at, true),
};

function missing(): never {
  throw new Error("pixels of a format that cannot be used");
}

/** Brings the bits of a mask to 0–255: all set is 255, also where there are 5 of them, or 10. */
function channelReader(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round(((pixel & mask) >>> shift) * 255 / most);
}
