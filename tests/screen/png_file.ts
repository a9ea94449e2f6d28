import { crc32 } from "node:zlib";

const encoder = new TextEncoder();

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(encoder.encode(kind), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

export interface PngOptions {
  readonly width: number;
  readonly height: number;
  /** 2 = red, green, blue; 6 = with alpha. */
  readonly color: number;
  readonly depth?: number;
  readonly interlaced?: number;
}

/** A PNG file. @param rows each begins with the number of its filter */
export async function pngFile(options: PngOptions, rows: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, options.width);
  view.setUint32(4, options.height);
  head.set([options.depth ?? 8, options.color, 0, 0, options.interlaced ?? 0], 8);
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  const half = data.length >> 1;
  const parts = [
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("tEXt", encoder.encode("Software\0a desktop")),
    chunk("IDAT", data.subarray(0, half)),
    chunk("IDAT", data.subarray(half)),
    chunk("IEND", new Uint8Array(0)),
  ];
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
