import { assert, assertEquals } from "../../../tests/assert.ts";
import { DrawnPicture } from "../picture/drawn_picture.ts";
import { DrawnSource } from "../picture/drawn_source.ts";
import { MonitorFeed } from "../picture/monitor_feed.ts";
import type { CursorShape, Picture } from "../types.ts";
import { placePointer, PointedPicture } from "./pointed_picture.ts";

/** Half of it red, half of it blue that shines through. */
const SHAPE: CursorShape = {
  serial: 1,
  width: 2,
  height: 1,
  hotX: 1,
  hotY: 0,
  rgba: Uint8Array.from([255, 0, 0, 255, 0, 0, 255, 128]),
};

function pixel({ data, stride }: Picture, x: number, y: number): string {
  const at = y * stride + x * 4;
  return [data[at + 2], data[at + 1], data[at]].map((value) => (value ?? 0).toString(16).padStart(2, "0")).join("");
}

async function feedOf(source: DrawnSource): Promise<MonitorFeed> {
  const feed = new MonitorFeed(source, source.monitor);
  await feed.refresh();
  return feed;
}

Deno.test("the pointer lies over the picture where it points, and what it covered is there again when it went on", async () => {
  const source = new DrawnSource(200, 100);
  source.draw({ x: 0, y: 0, width: 200, height: 100 }, 0x204060);
  const feed = await feedOf(source);
  const pointed = new PointedPicture();
  const at = (x: number, y: number) => {
    const { monitor } = feed;
    return pointed.draw(feed, placePointer({ x: monitor.x + x, y: monitor.y + y, shape: SHAPE }, monitor));
  };
  const first = at(50, 20);
  assertEquals([48, 49, 50, 51].map((x) => pixel(first, x, 20)), ["204060", "ff0000", "1020b0", "204060"]);
  const second = at(70, 99);
  assertEquals([49, 50].map((x) => pixel(second, x, 20)), ["204060", "204060"]);
  assertEquals([69, 70].map((x) => pixel(second, x, 99)), ["ff0000", "1020b0"]);
  // Others see the same picture without it.
  assertEquals(pixel(feed.picture, 69, 99), "204060");
  // Over the border, and beyond it.
  assertEquals(pixel(at(0, 0), 0, 0), "1020b0");
  assertEquals(pixel(at(200, 0), 199, 0), "ff0000");
  assert(at(201, 0) === feed.picture && at(50, 100) === feed.picture && at(-1, 5) === feed.picture);
  assert(pointed.draw(feed, placePointer(undefined, feed.monitor)) === feed.picture);
});

Deno.test("what changes under and beside the pointer is seen, also after it was away, and in a picture of another size", async () => {
  const source = new DrawnSource(300, 200);
  const feed = await feedOf(source);
  const pointed = new PointedPicture();
  const show = (isThere = true) => {
    const { monitor } = feed;
    const state = { x: monitor.x + 10, y: monitor.y + 10, shape: SHAPE };
    return pointed.draw(feed, isThere ? placePointer(state, monitor) : undefined);
  };
  show();
  source.draw({ x: 0, y: 0, width: 300, height: 200 }, 0xffffff);
  await feed.refresh();
  assertEquals([pixel(show(), 9, 10), pixel(show(), 10, 10), pixel(show(), 290, 190)], ["ff0000", "7f7fff", "ffffff"]);
  source.draw({ x: 256, y: 128, width: 44, height: 72 }, 0x00ff00);
  await feed.refresh();
  show(false);
  source.draw({ x: 0, y: 128, width: 20, height: 20 }, 0x0000ff);
  await feed.refresh();
  assertEquals([pixel(show(), 290, 190), pixel(show(), 5, 130), pixel(show(), 30, 10)], ["00ff00", "0000ff", "ffffff"]);
  source.picture = new DrawnPicture(64, 40);
  await feed.use(source.monitor);
  await feed.refresh();
  assertEquals([show().width, show().height, pixel(show(), 9, 10), pixel(show(), 63, 39)], [
    64,
    40,
    "ff0000",
    "000000",
  ]);
});
