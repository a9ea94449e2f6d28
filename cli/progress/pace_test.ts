import { assertEquals } from "../../tests/assert.ts";
import { type JobProgress, progressOfUpdate } from "./job_progress.ts";
import { JobPace } from "./pace.ts";
import { SlidingRate } from "./sliding_rate.ts";
import { rate, remarks } from "./words.ts";

/** Groups of 100 tasks, of which so many are done. */
function groups(...done: number[]): JobProgress {
  return progressOfUpdate({
    groups: done.map((done) => ({ tasks: 100, queued: 0, running: 100 - done, done, failed: 0, cancelled: 0 })),
  });
}

/** What is said of a part after each of these states, one a second apart. */
function saidOf(part: number, ...states: JobProgress[]): string[] {
  const pace = new JobPace();
  return states.map((progress, second) => {
    pace.note(progress, second * 1000);
    const { counts } = progress[part] ?? { counts: { tasks: 0, done: 0, failed: 0, cancelled: 0 } };
    return remarks(counts, pace.of(part, counts, second * 1000)).join(", ");
  });
}

Deno.test("a group's rate and time left are told once they are known, and how long it took at its end", () => {
  const said = saidOf(0, groups(0, 0), groups(20, 0), groups(60, 0), groups(100, 0), groups(100, 10));
  assertEquals(said, ["", "20/s, 4 s left", "30/s, 2 s left", "33/s, took 3.0 s", "33/s, took 3.0 s"]);
});

Deno.test("a later group's time begins when the one before it has ended", () => {
  assertEquals(saidOf(1, groups(0, 0), groups(50, 0), groups(100, 0), groups(100, 50)), ["", "", "", "50/s, 1 s left"]);
});

Deno.test("nothing is foretold of a job that stands still or has only been seen at one moment", () => {
  assertEquals(saidOf(0, groups(0), groups(0), groups(0)), ["", "", ""]);
  const pace = new JobPace();
  pace.note(groups(0), 5);
  pace.note(groups(50), 5);
  assertEquals(pace.of(0, { tasks: 100, done: 50, failed: 0, cancelled: 0 }, 5), {});
});

Deno.test("how long a group took is not told where its begin and its end were seen almost at once", () => {
  const all = { tasks: 100, done: 100, failed: 0, cancelled: 0 };
  const whole = (tookMs: number) => {
    const pace = new JobPace();
    pace.note(groups(0), 5);
    pace.note(groups(100), 5 + tookMs);
    return pace.of(0, all, 5 + tookMs);
  };
  assertEquals([whole(0), whole(199)], [{}, {}]);
  assertEquals(whole(200), { tookMs: 200, perSecond: 500 });
});

Deno.test("a group that was joined midway, or had ended before, is not said to have taken that long", () => {
  assertEquals(saidOf(0, groups(50), groups(100)), ["", ""]);
  assertEquals(saidOf(0, groups(100, 0), groups(100, 50)), ["", ""]);
});

Deno.test("tasks that were cancelled do not make a group seem fast", () => {
  const begun = { tasks: 100, done: 10, failed: 0, cancelled: 0 };
  const over = { ...begun, cancelled: 90 };
  const none = { ...begun, done: 0 };
  const job = (counts: typeof begun): JobProgress => [{ label: "job", counts }];
  assertEquals(saidOf(0, job(none), job(begun), job(over)), ["", "10/s, 9 s left", "90 cancelled, 5/s, took 2.0 s"]);
  const cancelled = { ...none, cancelled: 100 };
  assertEquals(saidOf(0, job(none), job(cancelled)), ["", "100 cancelled, took 1.0 s"]);
});

Deno.test("a count that goes back, as after a restart of the agent, gives no rate", () => {
  assertEquals(saidOf(0, groups(90), groups(40)), ["", ""]);
});

Deno.test("a rate looks back ten seconds, and over the last changes of what is slow", () => {
  const fast = new SlidingRate();
  for (let second = 0; second <= 60; second++) {
    fast.note(second < 30 ? second * 100 : 3000 + (second - 30) * 10, second * 1000);
  }
  assertEquals(fast.perSecond(60_000), 10);
  const slow = new SlidingRate();
  for (const second of [0, 30, 60]) slow.note(second / 30, second * 1000);
  assertEquals([slow.perSecond(60_000), slow.perSecond(90_000)], [1 / 30, 1 / 60]);
  assertEquals(new SlidingRate().perSecond(1000), undefined);
});

Deno.test("rates are short, whatever their size", () => {
  assertEquals([50_000, 9.97, 4.25, 1, 0.5, 0.0166667, 0.001].map(rate), [
    "50000/s",
    "10/s",
    "4.3/s",
    "1/s",
    "30/min",
    "1/min",
    "4/h",
  ]);
});
