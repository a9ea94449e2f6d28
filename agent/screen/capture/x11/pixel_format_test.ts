import { assert, assertEquals } from "../../../../tests/assert.ts";
import { colorsOf } from "../../../../tests/screen/x11_desk.ts";
import { isBgrx, PixelConverter, type PixelFormat, strideOf, unusable } from "./pixel_format.ts";

const bgrx: PixelFormat = {
  bitsPerPixel: 32,
  rowBits: 32,
  bigEndian: false,
  trueColor: true,
  red: 0xff0000,
  green: 0xff00,
  blue: 0xff,
};
const rgb565 = { ...bgrx, bitsPerPixel: 16, red: 0xf800, green: 0x7e0, blue: 0x1f };
const deep = { ...bgrx, red: 0x3ff00000, green: 0xffc00, blue: 0x3ff };

const colors = (format: PixelFormat, data: Uint8Array, width: number, height: number) => [
  ...colorsOf(new PixelConverter(format).convert(data, width, height)),
];

Deno.test("pixels of 16 bits become 8 bits of each colour, and rows lose their padding", () => {
  const row = [0x0000, 0xffff, 0xf800, 0];
  const next = [0x07e0, 0x001f, 0x8410, 0];
  const data = new Uint8Array(Uint16Array.from([...row, ...next]).buffer);
  assertEquals(strideOf(rgb565, 3), 8);
  assertEquals(colors(rgb565, data, 3, 2), [0x000000, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0x848284]);
});

Deno.test("pixels of 10 bits a colour, of 3 bytes and in another order are understood", () => {
  const words = (...pixels: number[]) => new Uint8Array(Uint32Array.from(pixels).buffer);
  assertEquals(colors(deep, words(0x3fffffff, 0x3ff00000, 0x1ff), 3, 1), [0xffffff, 0xff0000, 0x00007f]);
  const swapped = { ...bgrx, red: 0xff, blue: 0xff0000 };
  assertEquals(colors(swapped, words(0x112233), 1, 1), [0x332211]);
  const packed = { ...bgrx, bitsPerPixel: 24 };
  assertEquals(strideOf(packed, 3), 12);
  assertEquals(colors(packed, Uint8Array.of(3, 2, 1, 6, 5, 4, 9, 8, 7, 0, 0, 0), 3, 1), [0x010203, 0x040506, 0x070809]);
});

Deno.test("only pixels that are blue, green, red, unused already are taken as they are", () => {
  assert(isBgrx(bgrx));
  for (const other of [rgb565, deep, { ...bgrx, bigEndian: true }, { ...bgrx, bitsPerPixel: 24 }]) {
    assert(!isBgrx(other));
  }
});

Deno.test("a screen whose colours are not understood is refused with the reason", () => {
  assertEquals([bgrx, rgb565, deep].map(unusable), [undefined, undefined, undefined]);
  assertEquals(unusable({ ...bgrx, trueColor: false }), "its pixels are numbers in a table of colours");
  assertEquals(unusable({ ...bgrx, bigEndian: true }), "its pixels are big-endian");
  assertEquals(unusable({ ...bgrx, bitsPerPixel: 8 }), "its pixels have 8 bits");
});
