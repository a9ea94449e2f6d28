import { assert, assertEquals, assertExists, assertRejects } from "../../../tests/assert.ts";
import { decodedJpeg, psnr } from "../jpeg/decoded_jpeg.ts";
import { openJpegEncoder } from "../jpeg/jpeg_encoder.ts";
import { DrawnSource } from "../picture/drawn_source.ts";
import { MonitorFeed } from "../picture/monitor_feed.ts";
import type { JpegEncoder } from "../types.ts";
import { resized } from "./shrink.ts";
import { WholeFrames } from "./whole_frames.ts";

/** A stream of a drawn desktop for an old viewer. */
class OldStream {
  readonly source = new DrawnSource(800, 600);
  readonly feed = new MonitorFeed(this.source, this.source.monitor);
  readonly frames: WholeFrames;
  encoded = 0;
  #dots = 0;

  private constructor(readonly encoder: JpegEncoder) {
    this.frames = new WholeFrames(this.feed, {
      library: encoder.library,
      encode: (...args) => {
        this.encoded++;
        return encoder.encode(...args);
      },
      close: () => {},
    });
    this.source.picture.drawDesktop(1);
  }

  static async open(): Promise<OldStream> {
    return new OldStream(await openJpegEncoder({ dataDir: "/nowhere" }));
  }

  /** A picture after a dot has changed. */
  async step(maxBytes = 262_144) {
    this.source.draw({ x: 0, y: 0, width: 1, height: 1 }, ++this.#dots);
    await this.feed.refresh();
    this.encoded = 0;
    const frame = await this.frames.next({ quality: 60, maxBytes });
    assertExists(frame);
    assert(frame.jpeg.length <= maxBytes);
    return frame;
  }

  [Symbol.dispose](): void {
    this.encoder.close();
  }
}

Deno.test("an old viewer gets the whole picture as a JPEG when something changed", async () => {
  using stream = await OldStream.open();
  assertEquals(await stream.frames.next({ quality: 60, maxBytes: 262_144 }), undefined);
  const frame = await stream.step();
  assertEquals([frame.width, frame.height], [800, 600]);
  assert(psnr(await decodedJpeg(frame.jpeg), stream.source.picture) > 25);
  await stream.feed.refresh();
  assertEquals(await stream.frames.next({ quality: 60, maxBytes: 262_144 }), undefined);
  assertEquals(stream.frames.last, frame);
});

Deno.test("a picture that does not fit is scaled down, and from then on encoded once", async () => {
  using stream = await OldStream.open();
  const { jpeg } = await stream.step();
  const maxBytes = Math.floor(jpeg.length * 0.8);
  const first = await stream.step(maxBytes);
  assertEquals(stream.encoded, 2);
  assert(first.width < 800 && first.width >= 500, `${first.width} wide`);
  const expected = resized(stream.source.picture, first.width, first.height);
  assert(psnr(await decodedJpeg(first.jpeg), expected) > 20);
  for (let count = 0; count < 5; count++) {
    assertEquals((await stream.step(maxBytes)).width, first.width);
    assertEquals(stream.encoded, 1);
  }
});

Deno.test("when the screen shows something simple again it is sent in full size again", async () => {
  using stream = await OldStream.open();
  const { jpeg } = await stream.step();
  const maxBytes = Math.floor(jpeg.length / 3);
  assert((await stream.step(maxBytes)).width < 800);
  stream.source.draw({ x: 0, y: 0, width: 800, height: 600 }, 0x406080);
  let frame = await stream.step(maxBytes);
  for (let count = 0; count < 8 && frame.width < 800; count++) frame = await stream.step(maxBytes);
  assertEquals(frame.width, 800);
});

Deno.test("where not even the smallest picture fits, that is said", async () => {
  using stream = await OldStream.open();
  await stream.feed.refresh();
  await assertRejects(() => stream.frames.next({ quality: 60, maxBytes: 300 }), RangeError, "300 bytes");
});

Deno.test("the pointer is in an old viewer's picture, and its moves alone are pictures", async () => {
  using stream = await OldStream.open();
  const { monitor } = stream.feed;
  stream.source.draw({ x: 0, y: 0, width: 800, height: 600 }, 0x808080);
  await stream.feed.refresh();
  const shape = { serial: 3, width: 16, height: 16, hotX: 0, hotY: 0, rgba: new Uint8Array(1024).fill(255) };
  const shown = async (x: number, serial = 3) => {
    const pointer = { x: monitor.x + x, y: monitor.y + 32, shape: { ...shape, serial } };
    const frame = await stream.frames.next({ quality: 95, maxBytes: 262_144, pointer });
    const picture = frame && await decodedJpeg(frame.jpeg);
    return picture && [40, 104].map((column) => (picture.data[40 * picture.stride + column * 4] ?? 0) > 200);
  };
  assertEquals(await shown(32), [true, false]);
  assertEquals(await shown(32), undefined);
  assertEquals(await shown(96), [false, true]);
  assertEquals(await shown(96, 4), [false, true]);
  assertEquals(await shown(900, 4), [false, false]);
  assertEquals(await shown(901, 4), undefined);
});

Deno.test("another monitor's picture follows at once", async () => {
  using stream = await OldStream.open();
  await stream.step();
  const source = new DrawnSource(64, 48);
  const feed = new MonitorFeed(source, source.monitor);
  await feed.refresh();
  stream.frames.use(feed);
  assertEquals((await stream.frames.next({ quality: 60, maxBytes: 262_144 }))?.width, 64);
});
