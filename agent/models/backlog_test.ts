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
  backlog.add("a", first, { predictedMs: 100, model: "m", parallel: 1 });
  backlog.add("a", second, { predictedMs: 50, model: "m", parallel: 1 });
  assertEquals(backlog.queueMs("a", 1), 150);
  assertEquals(backlog.queueMs("b", 1), 0);
  time.now += 60;
  assertEquals(backlog.queueMs("a", 1), 90);
  // It takes 20 ms longer than predicted, and who knows how much longer.
  time.now += 60;
  assertEquals(backlog.queueMs("a", 1), 70);
  backlog.delete("a", first);
  time.now += 20;
  assertEquals(backlog.queueMs("a", 1), 30);
  backlog.delete("a", second);
  assertEquals(backlog.queueMs("a", 1), 0);
});

Deno.test("a device that runs several at once is free when the first of its places is", () => {
  const { backlog } = rig();
  for (const ms of [100, 300]) backlog.add("a", {}, { predictedMs: ms, model: "m", parallel: 2 });
  assertEquals(backlog.places("a", 2), [100, 300]);
  backlog.add("a", {}, { predictedMs: 50, model: "m", parallel: 2 });
  assertEquals(backlog.places("a", 2), [150, 300]);
  assertEquals(backlog.queueMs("a", 3), 50);
});

Deno.test("what others gave a device counts, what this agent gave it does not count twice", () => {
  const { time, backlog } = rig();
  backlog.add("a", {}, { predictedMs: 100, model: "m", parallel: 1 });
  backlog.reported("a", { running: 1, waiting: 0, backlog_ms: 100 });
  assertEquals(backlog.queueMs("a", 1), 100);
  backlog.reported("a", { running: 1, waiting: 2, backlog_ms: 500 });
  assertEquals(backlog.queueMs("a", 1), 500);
  // This agent's is 100 ms late by now, and 200 ms of the others' are left.
  time.now += 200;
  assertEquals(backlog.queueMs("a", 1), 300);
  backlog.reported("a", { running: 1, waiting: 0, backlog_ms: 10 });
  assertEquals(backlog.queueMs("a", 1), 100);
});

Deno.test("what others gave a device follows what this agent gave it, at each of its places", () => {
  const { backlog } = rig();
  for (let n = 0; n < 4; n++) backlog.add("a", {}, { predictedMs: 10, model: "m", parallel: 4 });
  backlog.reported("a", { running: 4, waiting: 4, backlog_ms: 20 });
  assertEquals(backlog.places("a", 4), [20, 20, 20, 20]);
});

Deno.test("a device is using a model as long as it has something for it to do", () => {
  const { backlog } = rig();
  const key = {};
  backlog.add("a", key, { predictedMs: 10, model: "m", parallel: 1 });
  assertEquals([backlog.isUsing("a", "m"), backlog.isUsing("a", "x"), backlog.isUsing("b", "m")], [true, false, false]);
  const before = backlog.version;
  backlog.delete("a", key);
  assertEquals([backlog.isUsing("a", "m"), backlog.version > before], [false, true]);
});

Deno.test("two generations of others leave two of four places free", () => {
  const { backlog } = rig();
  backlog.reported("a", { running: 2, waiting: 0, backlog_ms: 80 });
  assertEquals(backlog.places("a", 4), [0, 0, 80, 80]);
});

Deno.test("amounts that make no sense count for nothing, and a device that is gone has nothing to do", () => {
  const { backlog } = rig();
  backlog.reported("a", { running: 5, waiting: 0, backlog_ms: NaN });
  backlog.reported("c", { running: 1, waiting: 0, backlog_ms: Infinity });
  assertEquals(backlog.queueMs("c", 1), 86_400_000);
  backlog.reported("b", { running: 2 ** 31 - 1, waiting: 0, backlog_ms: 100 });
  assertEquals([backlog.queueMs("a", 1), Math.round(backlog.queueMs("b", 1))], [0, 100]);
  backlog.forget("b");
  assertEquals(backlog.queueMs("b", 1), 0);
});
