import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { FileLane } from "./file_lane.ts";

/** All that a lane gives now: which file, and how many bytes. */
function given(lane: FileLane): [string, number][] {
  const pieces: [string, number][] = [];
  for (let next = lane.next(); next; next = lane.next()) pieces.push([next.order_id, next.data.length]);
  return pieces;
}

Deno.test("files go in turns, each as far as the other side lets it", async () => {
  let wakes = 0;
  const lane = new FileLane(() => wakes++);
  const [a, b] = [lane.open("a"), lane.open("b")];
  const sending = [a.send(new Uint8Array(300_000)), b.send(new Uint8Array(150_000))];
  assertEquals(given(lane), [], "nothing was let go");
  const before = wakes;
  lane.credit({ order_id: "a", size_bytes: 290_000 });
  lane.credit({ order_id: "b", size_bytes: 200_000 });
  assert(wakes > before, "the stream hears of it");
  const most = 128 * 1024;
  assertEquals(given(lane), [["a", most], ["b", most], ["a", most], ["b", 150_000 - most], ["a", 290_000 - 2 * most]]);
  await sending[1];
  lane.credit({ order_id: "a", size_bytes: 1_000_000 });
  assertEquals(given(lane), [["a", 10_000]]);
  await sending[0];
  lane.credit({ order_id: "gone", size_bytes: 5 });
});

Deno.test("a file that nobody wants any more, or whose stream is gone, ends whoever sends it", async () => {
  const lane = new FileLane(() => {});
  const [a, b] = [lane.open("a"), lane.open("b")];
  const sending = [a.send(new Uint8Array(1)), b.send(new Uint8Array(1))];
  a.fail(new Error("not wanted"));
  await assertRejects(() => sending[0] ?? Promise.resolve(), Error, "not wanted");
  lane.fail(new Error("the stream is gone"));
  await assertRejects(() => sending[1] ?? Promise.resolve(), Error, "the stream is gone");
  await assertRejects(() => b.send(new Uint8Array(1)), Error, "the stream is gone");
  assertEquals(given(lane), []);
});
