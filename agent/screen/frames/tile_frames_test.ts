import { assert, assertEquals, assertExists, assertRejects } from "../../../tests/assert.ts";
import { openJpegEncoder } from "../jpeg/jpeg_encoder.ts";
import { psnr } from "../jpeg/decoded_jpeg.ts";
import { DrawnPicture, randomNumbers } from "../picture/drawn_picture.ts";
import { DrawnSource } from "../picture/drawn_source.ts";
import { MonitorFeed } from "../picture/monitor_feed.ts";
import type { JpegEncoder, Picture } from "../types.ts";
import { MAX_MESSAGE_BYTES } from "../wire/format.js";
import { resized } from "./shrink.ts";
import { type Scale, TileFrames } from "./tile_frames.ts";
import { ViewerCanvas } from "./viewer_canvas.ts";

/** A stream of a drawn desktop and its viewer. */
class Stream {
  readonly viewer = new ViewerCanvas();
  now = 1000;

  private constructor(
    readonly source: DrawnSource,
    readonly feed: MonitorFeed,
    readonly encoder: JpegEncoder,
    readonly frames: TileFrames,
  ) {}

  static async of(width: number, height: number, library: "turbojpeg" | "wasm" = "turbojpeg"): Promise<Stream> {
    const source = new DrawnSource(width, height);
    const encoder = await openJpegEncoder({ dataDir: "/nowhere", library });
    // deno-lint-ignore prefer-const -- the clock is the stream's, which needs the feed
    let stream: Stream;
    const feed = new MonitorFeed(source, source.monitor, { now: () => stream.now });
    stream = new Stream(source, feed, encoder, new TileFrames(feed, encoder));
    return stream;
  }

  /** Captures, and shows what the viewer is sent. */
  async step(quality = 95, scale: Scale = 1) {
    await this.feed.refresh();
    const frame = await this.frames.next({ quality, scale });
    if (frame === undefined) return undefined;
    assert(frame.messages.every(({ length }) => length <= MAX_MESSAGE_BYTES));
    assertEquals(frame.bytes, frame.messages.reduce((sum, { length }) => sum + length, 0));
    const shown = await this.viewer.show(frame.messages);
    assert(shown?.kind === "frame");
    assertEquals([shown.id, shown.key, shown.capturedAt], [frame.id, frame.key, frame.capturedAt]);
    return { ...frame, shown };
  }

  [Symbol.dispose](): void {
    this.encoder.close();
  }
}

/** The largest difference of one colour of one pixel. */
function worst(a: Picture, b: Picture): number {
  let largest = 0;
  for (let y = 0; y < a.height; y++) {
    for (let at = 0; at < a.width * 4; at++) {
      if (at % 4 === 3) continue;
      largest = Math.max(largest, Math.abs((a.data[y * a.stride + at] ?? 0) - (b.data[y * b.stride + at] ?? 0)));
    }
  }
  return largest;
}

const CASES: { size: [number, number]; library: "turbojpeg" | "wasm" }[] = [
  { size: [1, 1], library: "turbojpeg" },
  { size: [1, 1], library: "wasm" },
  { size: [640, 360], library: "turbojpeg" },
  { size: [640, 360], library: "wasm" },
  { size: [333, 217], library: "turbojpeg" },
  { size: [1366, 1080], library: "turbojpeg" },
];

for (const { size: [width, height], library } of CASES) {
  Deno.test(`${library}, ${width} × ${height}: after any changes the viewer sees exactly where they are`, async () => {
    using stream = await Stream.of(width, height, library);
    const { source, viewer } = stream;
    const random = randomNumbers(width + height);
    for (let round = 0; round < 12; round++) {
      // Grey in whole units of the JPEG: what is not in its place is far off, and what is in place nearly exact.
      for (let count = Math.floor(random() * round * 4); count > 0; count--) {
        const [x, y] = [Math.floor(random() * width / 16) * 16, Math.floor(random() * height / 16) * 16];
        const color = Math.floor(random() * 256) * 0x010101;
        source.draw({ x, y, width: 16 * Math.ceil(random() * 6), height: 16 * Math.ceil(random() * 3) }, color);
      }
      await stream.step(98);
      assert(worst(viewer.picture, source.picture) <= 3, `round ${round}: ${worst(viewer.picture, source.picture)}`);
    }
  });
}

for (const scale of [0.5, 0.25] as const) {
  Deno.test(`scaled to ${scale}: changes come to where they are in the smaller picture, odd borders too`, async () => {
    using stream = await Stream.of(667, 391);
    const { source, viewer } = stream;
    const random = randomNumbers(8);
    for (let round = 0; round < 8; round++) {
      for (let count = round * 2; count > 0; count--) {
        const [x, y] = [Math.floor(random() * 11) * 64, Math.floor(random() * 7) * 64];
        source.draw({ x, y, width: 64, height: 64 }, Math.floor(random() * 256) * 0x010101);
      }
      await stream.step(98, scale);
      const expected = new DrawnPicture(Math.ceil(667 * scale), Math.ceil(391 * scale));
      for (let y = 0; y < expected.height; y++) {
        for (let x = 0; x < expected.width; x++) {
          expected.fill({ x, y, width: 1, height: 1 }, source.picture.pixel(x / scale, y / scale));
        }
      }
      assert(worst(viewer.picture, expected) <= 3, `round ${round}: ${worst(viewer.picture, expected)}`);
    }
  });
}

Deno.test("a desktop looks the same at the viewer: PSNR over 30 dB, scaled pictures as if scaled here", async () => {
  using stream = await Stream.of(800, 600);
  stream.source.picture.drawDesktop(2);
  await stream.step(80);
  assert(psnr(stream.viewer.picture, stream.source.picture) > 30);
  await stream.step(90, 0.5);
  assert(psnr(stream.viewer.picture, resized(stream.source.picture, 400, 300)) > 30);
});

Deno.test("the first frame holds the whole picture as one JPEG, later ones what changed, none if nothing did", async () => {
  using stream = await Stream.of(1920, 1080);
  const first = await stream.step();
  assertEquals([first?.id, first?.key, first?.shown.strips.length], [1, true, 1]);
  assertEquals(await stream.step(), undefined);
  stream.source.draw({ x: 100, y: 100, width: 3, height: 3 }, 0xffffff);
  stream.source.draw({ x: 1900, y: 1070, width: 3, height: 3 }, 0xffffff);
  const second = await stream.step();
  assertEquals([second?.id, second?.key, second?.refinement], [2, false, false]);
  // Small ones share a JPEG: its tables are as large as they are.
  assertEquals(second?.shown.strips.length, 1);
  assertEquals(second?.shown.rectangles.map(({ x, y, width, height }) => [x, y, width, height]), [
    [64, 64, 64, 64],
    [1856, 1024, 64, 56],
  ]);
  assertEquals(await stream.step(), undefined);
});

Deno.test("before the first capture there is no frame", async () => {
  using stream = await Stream.of(64, 64);
  assertEquals(await stream.frames.next({ quality: 60, scale: 1 }), undefined);
});

Deno.test("many small changes are one strip, in which no unit belongs to two rectangles", async () => {
  using stream = await Stream.of(1920, 1080);
  await stream.step();
  for (let index = 0; index < 40; index++) {
    stream.source.draw({ x: index * 7 % 29 * 64, y: index * 5 % 17 * 64, width: 9, height: 9 }, 0xff8800);
  }
  const frame = await stream.step();
  assertExists(frame);
  assertEquals([frame.key, frame.shown.strips.length], [false, 1]);
  assert(frame.shown.rectangles.length > 10);
  for (const { sx, sy } of frame.shown.rectangles) assertEquals([sx % 16, sy % 16], [0, 0]);
});

Deno.test("when most of the picture changes it is sent whole", async () => {
  using stream = await Stream.of(640, 360);
  await stream.step();
  stream.source.draw({ x: 0, y: 0, width: 640, height: 330 }, 0x123456);
  const frame = await stream.step();
  assertEquals([frame?.key, frame?.shown.strips.length], [true, 1]);
});

Deno.test("a key frame comes when it is asked for, at another scale, for another monitor and another size", async () => {
  using stream = await Stream.of(640, 360);
  using other = await Stream.of(64, 64);
  await stream.step();
  stream.frames.requestKey();
  assertEquals((await stream.step())?.key, true);
  assertEquals((await stream.step(95, 0.5))?.key, true);
  assertEquals((await stream.step(95, 1))?.key, true);
  await other.feed.refresh();
  stream.frames.use(other.feed);
  const frame = await stream.step();
  assertEquals([frame?.key, frame?.shown.width, frame?.id], [true, 64, 5]);
  stream.frames.use(stream.feed);
  await stream.step();
  stream.source.picture = new DrawnPicture(700, 360);
  await stream.feed.use(stream.source.monitor);
  assertEquals((await stream.step())?.shown.monitorWidth, 700);
});

Deno.test("a key frame asked for while a frame is made comes after it", async () => {
  using stream = await Stream.of(64, 64);
  await stream.feed.refresh();
  const making = stream.frames.next({ quality: 60, scale: 1 });
  stream.frames.requestKey();
  await making;
  assertEquals((await stream.frames.next({ quality: 60, scale: 1 }))?.key, true);
});

Deno.test("a viewer that was not sent anything for a while gets all that changed meanwhile", async () => {
  using stream = await Stream.of(640, 360);
  await stream.step();
  for (let index = 0; index < 5; index++) {
    stream.source.draw({ x: index * 128, y: 64, width: 64, height: 64 }, 0x777777);
    await stream.feed.refresh();
  }
  await stream.step();
  assert(worst(stream.viewer.picture, stream.source.picture) <= 3);
});

Deno.test("what was sent at a low quality is sent again, part by part, once the picture is still", async () => {
  using stream = await Stream.of(640, 360);
  stream.source.picture.drawDesktop(4);
  await stream.step(30);
  const coarse = psnr(stream.viewer.picture, stream.source.picture);
  // A rate that recovers at once does not send everything again at once.
  stream.now += 100;
  assertEquals(await stream.step(90), undefined);
  stream.now += 600;
  let refinements = 0;
  for (let frame = await stream.step(90); frame !== undefined; frame = await stream.step(90)) {
    assertEquals([frame.refinement, frame.key], [true, false]);
    refinements++;
  }
  assert(refinements >= 8 && refinements <= 9, `${refinements} refinements`);
  assert(psnr(stream.viewer.picture, stream.source.picture) > coarse + 5);
});

Deno.test("after a frame that could not be encoded everything is sent", async () => {
  const source = new DrawnSource(64, 64);
  const feed = new MonitorFeed(source, source.monitor);
  await feed.refresh();
  const real = await openJpegEncoder({ dataDir: "/nowhere" });
  let broken = false;
  const encoder: JpegEncoder = {
    library: "broken",
    encode: (...args) => broken ? Promise.reject(new Error("no memory")) : real.encode(...args),
    close: () => real.close(),
  };
  const frames = new TileFrames(feed, encoder);
  await frames.next({ quality: 60, scale: 1 });
  source.draw({ x: 0, y: 0, width: 1, height: 1 }, 0xffffff);
  await feed.refresh();
  broken = true;
  await assertRejects(() => frames.next({ quality: 60, scale: 1 }), Error, "no memory");
  broken = false;
  const frame = await frames.next({ quality: 60, scale: 1 });
  assertEquals([frame?.id, frame?.key], [2, true]);
  encoder.close();
});

Deno.test("the pointer: its look once, its place when it moved, hidden when it is on another monitor or gone", async () => {
  using stream = await Stream.of(200, 100);
  const shape = { serial: 7, width: 2, height: 1, hotX: 1, hotY: 0, rgba: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]) };
  const { x: left, y: top } = stream.source.monitor;
  const told = async (x: number, y: number, serial = 7) => {
    const from = stream.viewer.received.length;
    await stream.viewer.show(stream.frames.cursor({ x: left + x, y: top + y, shape: { ...shape, serial } }));
    return stream.viewer.received.slice(from).map((message) =>
      message.kind === "position" ? [message.serial, message.x, message.y, message.visible] : message.kind
    );
  };
  assertEquals(stream.frames.cursor(undefined), []);
  assertEquals(await told(10, 20), ["shape", [7, 10, 20, true]]);
  assertEquals(stream.viewer.received[0], { kind: "shape", ...shape });
  assertEquals(await told(10, 20), []);
  assertEquals(await told(11, 20), [[7, 11, 20, true]]);
  assertEquals(await told(11, 20, 8), ["shape", [8, 11, 20, true]]);
  assertEquals(await told(-5, 20, 8), [[8, -5, 20, false]]);
  assertEquals(await told(-6, 20, 8), []);
  assertEquals(await told(0, 0, 8), [[8, 0, 0, true]]);
  assertEquals(stream.frames.cursor(undefined).length, 1);
  assertEquals(stream.frames.cursor(undefined), []);
  stream.frames.requestKey();
  assertEquals(await told(0, 0, 8), ["shape", [8, 0, 0, true]]);
});
