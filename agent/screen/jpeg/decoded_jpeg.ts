import type { Picture } from "../types.ts";

/** The package's own names, as far as they are used. */
interface Codec {
  readonly JPEGDecoder: new () => {
    getEncodedBuffer(bytes: number): Uint8Array;
    getDecodedBuffer(): Uint8Array;
    getFrameInfo(): { readonly width: number; readonly height: number; readonly componentCount: number };
    decode(): void;
    delete(): void;
  };
}

let codec: Promise<Codec> | undefined;

/** Decodes a JPEG, for tests. */
export async function decodedJpeg(jpeg: Uint8Array): Promise<Picture> {
  codec ??= load();
  const decoder = new (await codec).JPEGDecoder();
  try {
    decoder.getEncodedBuffer(jpeg.length).set(jpeg);
    decoder.decode();
    const { width, height, componentCount } = decoder.getFrameInfo();
    if (componentCount !== 3) throw new Error(`a JPEG of ${componentCount} components`);
    const rgb = decoder.getDecodedBuffer();
    const data = new Uint8Array(width * height * 4);
    for (let at = 0, from = 0; at < data.length; at += 4, from += 3) {
      data[at] = rgb[from + 2] ?? 0;
      data[at + 1] = rgb[from + 1] ?? 0;
      data[at + 2] = rgb[from] ?? 0;
    }
    return { data, width, height, stride: width * 4 };
  } finally {
    decoder.delete();
  }
}

async function load(): Promise<Codec> {
  const { default: makeCodec } = await import("@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs") as {
    default: (options: { wasmBinary: Uint8Array }) => Promise<Codec>;
  };
  const file = new URL(import.meta.resolve("@cornerstonejs/codec-libjpeg-turbo-8bit/wasm"));
  return await makeCodec({ wasmBinary: await Deno.readFile(file) });
}

/** How alike two pictures of a size are, in dB: the peak signal-to-noise ratio of red, green and blue. */
export function psnr(a: Picture, b: Picture): number {
  if (a.width !== b.width || a.height !== b.height) throw new Error("pictures of two sizes are not alike");
  let squares = 0;
  for (let y = 0; y < a.height; y++) {
    for (let at = 0; at < a.width * 4; at++) {
      if (at % 4 === 3) continue;
      squares += ((a.data[y * a.stride + at] ?? 0) - (b.data[y * b.stride + at] ?? 0)) ** 2;
    }
  }
  return 10 * Math.log10(255 ** 2 / (squares / (a.width * a.height * 3)));
}
