import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { DrawnPicture } from "../picture/drawn_picture.ts";
import type { JpegEncoder } from "../types.ts";
import { openAddon } from "./addon_encoder.ts";
import { decodedJpeg, psnr } from "./decoded_jpeg.ts";
import { openJpegEncoder } from "./jpeg_encoder.ts";
import { libraryFile } from "./library_file.ts";

/** From source nothing is written. */
const dataDir = "/nowhere";

const ENCODERS: Record<string, () => Promise<JpegEncoder>> = {
  turbojpeg: () => openJpegEncoder({ dataDir, library: "turbojpeg" }),
  wasm: () => openJpegEncoder({ dataDir, library: "wasm" }),
  // What Windows uses; it lies beside the library that Linux uses.
  addon: async () => openAddon((await libraryFile(dataDir)).path.replace("libturbojpeg.so.0", "node-napi-v10.node")),
};

for (const [name, open] of Object.entries(ENCODERS)) {
  Deno.test(`${name}: a desktop looks the same after decoding, better at a higher quality`, async () => {
    const encoder = await open();
    try {
      const picture = new DrawnPicture(333, 217, 333 * 4 + 12);
      picture.drawDesktop();
      const [coarse, fine] = [await encoder.encode(picture, 30), await encoder.encode(picture, 90)];
      const likeness = [psnr(picture, await decodedJpeg(coarse)), psnr(picture, await decodedJpeg(fine))] as const;
      assert(likeness[0] > 22 && likeness[1] > likeness[0] + 3, `${likeness}`);
      assert(fine.length > coarse.length * 1.5, `${fine.length} and ${coarse.length} bytes`);
    } finally {
      encoder.close();
    }
  });

  Deno.test(`${name}: colours are not exchanged, and single pixels of any size work`, async () => {
    const encoder = await open();
    try {
      for (const [width, height] of [[1, 1], [2, 3], [17, 1], [1, 100]] as const) {
        const picture = new DrawnPicture(width, height);
        picture.fill({ x: 0, y: 0, width, height }, 0xc08020);
        const { data, ...size } = await decodedJpeg(await encoder.encode(picture, 95));
        if (name !== "wasm") assertEquals([size.width, size.height], [width, height]);
        assert(size.width >= width && size.height >= height);
        const [blue = 0, green = 0, red = 0] = data;
        assert(Math.abs(red - 0xc0) < 6 && Math.abs(green - 0x80) < 6 && Math.abs(blue - 0x20) < 6, `${data}`);
      }
    } finally {
      encoder.close();
    }
  });

  Deno.test(`${name}: many at once each get their own picture`, async () => {
    const encoder = await open();
    try {
      const colors = [0x101010, 0x404040, 0x808080, 0xc0c0c0];
      const jpegs = await Promise.all(colors.map((color, index) => {
        const picture = new DrawnPicture(64 + index, 64);
        picture.fill({ x: 0, y: 0, width: picture.width, height: 64 }, color);
        return encoder.encode(picture, 90);
      }));
      for (const [index, jpeg] of jpegs.entries()) {
        const { width, data } = await decodedJpeg(jpeg);
        assertEquals(width, 64 + index);
        assert(Math.abs((data[0] ?? 0) - (colors[index] ?? 0) % 256) < 4);
      }
    } finally {
      encoder.close();
    }
  });

  Deno.test(`${name}: a picture that its memory does not hold is refused, and the encoder goes on`, async () => {
    const encoder = await open();
    try {
      const data = new Uint8Array(1000);
      const wrong = [
        { data, width: 16, height: 16, stride: 64 },
        { data, width: 16, height: 4, stride: 60 },
        { data, width: 0, height: 4, stride: 64 },
        { data, width: 1, height: 70_000, stride: 4 },
        { data, width: 1.5, height: 1, stride: 64 },
      ];
      for (const picture of wrong) await assertRejects(() => encoder.encode(picture, 60), RangeError);
      for (const quality of [0, 101, NaN]) {
        await assertRejects(() => encoder.encode({ data, width: 4, height: 4, stride: 16 }, quality), RangeError);
      }
      assert((await encoder.encode({ data, width: 4, height: 4, stride: 16 }, 60)).length > 100);
    } finally {
      encoder.close();
      encoder.close();
    }
    await assertRejects(() => encoder.encode(new DrawnPicture(1, 1), 60), Error, "closed");
  });
}

Deno.test("closing while a picture is made finishes that one", async () => {
  const encoder = await openJpegEncoder({ dataDir });
  assertEquals(encoder.library, "turbojpeg");
  const picture = new DrawnPicture(640, 480);
  const made = encoder.encode(picture, 60);
  encoder.close();
  assertEquals((await decodedJpeg(await made)).width, 640);
});
