import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import type { Rectangle } from "../types.ts";
import { randomNumbers } from "./drawn_picture.ts";
import { DrawnSource } from "./drawn_source.ts";
import { openComparison } from "./memory_comparison.ts";
import { MonitorFeed } from "./monitor_feed.ts";
import { TILE } from "./tiles.ts";
import { Turns } from "./turns.ts";
import { wordComparison } from "./word_comparison.ts";

/** The tiles, as `column,row`, that changed after a generation. */
function changedTiles({ tiles, grid }: MonitorFeed, since: number): string[] {
  return [...tiles].flatMap((generation, index) =>
    generation > since ? [`${index % grid.columns},${Math.floor(index / grid.columns)}`] : []
  );
}

function samePixels({ picture }: MonitorFeed, source: DrawnSource): boolean {
  return Buffer.compare(picture.data, source.picture.data) === 0;
}

const SIZES: [number, number][] = [[1, 1], [64, 64], [65, 63], [1920, 1080], [333, 200]];

for (const [width, height] of SIZES) {
  Deno.test(`a monitor of ${width} × ${height}: after any changes the feed has the picture and knows the tiles`, async () => {
    using comparison = closing();
    for (const { packed, tells, comparison: used } of variants(comparison)) {
      const source = new DrawnSource(width, height, packed);
      const feed = new MonitorFeed(source, source.monitor, { comparison: used });
      const random = randomNumbers(width * 7 + height);
      await feed.refresh();
      if (tells) source.told = [];
      for (let round = 0; round < 6; round++) {
        const before = feed.generation;
        const expected = new Set<string>();
        for (let count = Math.floor(random() * 5); count > 0; count--) {
          const area = randomArea(random, width, height);
          source.draw(area, 1 + Math.floor(random() * 0xfffffe));
          for (const tile of tilesOf(area)) expected.add(tile);
        }
        await feed.refresh();
        assert(samePixels(feed, source));
        // What was painted twice may look as before.
        for (const tile of changedTiles(feed, before)) assert(expected.has(tile), `${tile} did not change`);
        assertEquals(feed.generation > before, changedTiles(feed, before).length > 0);
      }
    }
  });
}

function closing() {
  const comparison = openComparison();
  return { comparison, [Symbol.dispose]: () => comparison.close() };
}

function* variants({ comparison }: ReturnType<typeof closing>) {
  for (const used of [wordComparison, comparison]) {
    for (const packed of [true, false]) for (const tells of [true, false]) yield { comparison: used, packed, tells };
  }
}

function randomArea(random: () => number, width: number, height: number): Rectangle {
  const [x, y] = [Math.floor(random() * width), Math.floor(random() * height)];
  return {
    x,
    y,
    width: 1 + Math.floor(random() * Math.min(200, width - x)),
    height: 1 + Math.floor(random() * Math.min(200, height - y)),
  };
}

function tilesOf({ x, y, width, height }: Rectangle): string[] {
  const tiles: string[] = [];
  for (let row = Math.floor(y / TILE); row * TILE < y + height; row++) {
    for (let column = Math.floor(x / TILE); column * TILE < x + width; column++) tiles.push(`${column},${row}`);
  }
  return tiles;
}

/** A feed that has captured everything once, of a source that tells of changes. */
async function seenFeed(width: number, height: number, options: { turns?: Turns; now?: () => number } = {}) {
  const source = new DrawnSource(width, height);
  const feed = new MonitorFeed(source, source.monitor, options);
  source.told = [];
  await feed.refresh();
  source.grabs.length = 0;
  return { source, feed };
}

Deno.test("one changed pixel changes one tile, and where nothing changed nothing is captured", async () => {
  const { source, feed } = await seenFeed(640, 360);
  const before = feed.generation;
  await feed.refresh();
  assertEquals([source.grabs, feed.generation], [[], before]);
  source.draw({ x: 639, y: 359, width: 1, height: 1 }, 0xff0000);
  await feed.refresh();
  assertEquals(changedTiles(feed, before), ["9,5"]);
  assertEquals(source.grabs, [{ x: 576, y: 320, width: 64, height: 40 }]);
});

Deno.test("areas far from each other are captured apart, near ones together", async () => {
  const { source, feed } = await seenFeed(1920, 1080);
  source.draw({ x: 0, y: 0, width: 5, height: 5 }, 1);
  source.draw({ x: 130, y: 70, width: 5, height: 5 }, 2);
  source.draw({ x: 1900, y: 1000, width: 5, height: 5 }, 3);
  await feed.refresh();
  assertEquals(source.grabs.toSorted((a, b) => a.x - b.x), [
    { x: 0, y: 0, width: 192, height: 128 },
    { x: 1856, y: 960, width: 64, height: 64 },
  ]);
});

Deno.test("changes told outside the monitor do no harm", async () => {
  const { source, feed } = await seenFeed(100, 100);
  source.told = [
    { x: -50, y: -50, width: 20, height: 20 },
    { x: 90, y: 90, width: 500, height: 500 },
    { x: 400, y: 0, width: 3, height: 3 },
  ];
  await feed.refresh();
  assertEquals(source.grabs, [{ x: 64, y: 64, width: 36, height: 36 }]);
});

Deno.test("many streams that ask at once share one capture", async () => {
  const { source, feed } = await seenFeed(100, 100);
  source.told = undefined;
  await Promise.all([feed.refresh(), feed.refresh(), feed.refresh()]);
  assertEquals(source.grabs.length, 1);
});

Deno.test("the feeds of two monitors take turns at their source", async () => {
  const source = new DrawnSource(64, 64);
  const turns = new Turns();
  const feeds = [0, 1].map(() => new MonitorFeed(source, source.monitor, { turns }));
  await Promise.all(feeds.map((feed) => feed.refresh()));
  assertEquals(source.grabs.length, 2);
});

Deno.test("after a capture that failed everything is captured, and nothing is lost", async () => {
  const { source, feed } = await seenFeed(200, 100);
  const before = feed.generation;
  source.draw({ x: 10, y: 10, width: 5, height: 5 }, 0xff00ff);
  source.failure = new Error("the display server is gone");
  await assertRejects(() => feed.refresh(), Error, "is gone");
  await feed.refresh();
  assertEquals(source.grabs.at(-1), { x: 0, y: 0, width: 200, height: 100 });
  assertEquals(changedTiles(feed, before), ["0,0"]);
});

Deno.test("a monitor of another size gets a new picture, in which all is newer than before", async () => {
  const { source, feed } = await seenFeed(200, 100);
  const { picture, generation } = feed;
  const bigger = new DrawnSource(300, 130);
  bigger.draw({ x: 250, y: 100, width: 10, height: 10 }, 0x00ff00);
  source.picture = bigger.picture;
  await feed.use(source.monitor);
  assert(feed.picture !== picture && feed.picture.width === 300);
  assertEquals(changedTiles(feed, generation).length, 15);
  await feed.refresh();
  assert(samePixels(feed, source));
});

Deno.test("the time of a picture is when its capture began", async () => {
  let now = 1000;
  const { feed } = await seenFeed(64, 64, { now: () => now++ });
  assertEquals(feed.capturedAt, 1000);
  await feed.refresh();
  assertEquals(feed.capturedAt, 1001);
});

Deno.test("a picture of 8K is compared whole", async () => {
  const source = new DrawnSource(7680, 4320, true);
  const feed = new MonitorFeed(source, source.monitor);
  await feed.refresh();
  source.draw({ x: 7679, y: 4319, width: 1, height: 1 }, 0xffffff);
  await feed.refresh();
  assertEquals(changedTiles(feed, 0), ["119,67"]);
});
