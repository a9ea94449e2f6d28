import { assertEquals } from "../../tests/assert.ts";
import { Backlog } from "./backlog.ts";

/** A backlog whose time stands until it is moved. */
function rig() {
  const time = { now: 1000 };
  return { time, backlog: new Backlog(() => time.now) };
}

Deno.test("a new generation waits for those that a device was given, less what of them is over", () => {
  const { time, backlog } = rig();
  assertEquals(backlog.queueMs("a", 1), 0);
  const [first, second] = [{}, {}];
  backlog.add("a", first, 100, 1);
  backlog.add("a", second, 50, 1);
  assertEquals(backlog.queueMs("a", 1), 150);
  assertEquals(backlog.queueMs("b", 1), 0);
  time.now += 60;
  assertEquals(backlog.queueMs("a", 1), 90);
  // It takes longer than predicted: it may end any moment.
  time.now += 60;
  assertEquals(backlog.queueMs("a", 1), 50);
  backlog.delete("a", first);
  time.now += 20;
  assertEquals(backlog.queueMs("a", 1), 30);
  backlog.delete("a", second);
  assertEquals(backlog.queueMs("a", 1), 0);
});

Deno.test("a device that runs several at once is free when the first of its places is", () => {
  const { backlog } = rig();
  for (const ms of [100, 300]) backlog.add("a", {}, ms, 2);
  assertEquals(backlog.places("a", 2), [100, 300]);
  backlog.add("a", {}, 50, 2);
  assertEquals(backlog.places("a", 2), [150, 300]);
  assertEquals(backlog.queueMs("a", 3), 50);
});

Deno.test("what others gave a device counts, what this agent gave it does not count twice", () => {
  const { time, backlog } = rig();
  backlog.add("a", {}, 100, 1);
  backlog.reported("a", { running: 1, waiting: 0, backlog_ms: 100 });
  assertEquals(backlog.queueMs("a", 1), 100);
  backlog.reported("a", { running: 1, waiting: 2, backlog_ms: 500 });
  assertEquals(backlog.queueMs("a", 1), 500);
  time.now += 200;
  assertEquals(backlog.queueMs("a", 1), 200);
  backlog.reported("a", { running: 1, waiting: 0, backlog_ms: 10 });
  assertEquals(backlog.queueMs("a", 1), 0);
});

Deno.test("two generations of others leave two of four places free", () => {
  const { backlog } = rig();
  backlog.reported("a", { running: 2, waiting: 0, backlog_ms: 80 });
  assertEquals(backlog.places("a", 4), [0, 0, 80, 80]);
});

Deno.test("amounts that make no sense count for nothing, and a device that is gone has nothing to do", () => {
  const { backlog } = rig();
  backlog.reported("a", { running: 5, waiting: 0, backlog_ms: NaN });
  backlog.reported("b", { running: 2 ** 31 - 1, waiting: 0, backlog_ms: 100 });
  assertEquals([backlog.queueMs("a", 1), Math.round(backlog.queueMs("b", 1))], [0, 100]);
  backlog.forget("b");
  assertEquals(backlog.queueMs("b", 1), 0);
});
