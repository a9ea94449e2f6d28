import { assert, assertEquals } from "../../../tests/assert.ts";
import { Flight } from "./flight.ts";
import { ladder } from "./ladder.ts";
import { Pace } from "./pace.ts";
import { median, type Shown, SimulatedWay } from "./simulated_way.ts";
import { Ticks } from "./ticks.ts";

const SMALL = { fps: 30, quality: 60, frameBytes: 15_000 };
const WHOLE = { fps: 8, quality: 60, frameBytes: 440_000 };
const delays = (shown: readonly Shown[]) => shown.map(({ delay }) => delay);

Deno.test("ticks keep their rate, whatever each frame takes, and do not come in a burst after a stall", () => {
  const ticks = new Ticks(30, 0);
  const taken: number[] = [];
  for (let now = 0; now < 10_000; now++) {
    if (now >= 5000 && now < 6000) continue;
    if (ticks.wait(now) > 0 || now % 7 === 0) continue;
    ticks.take(now);
    taken.push(now);
  }
  assertEquals(taken.length, 270);
  const distances = taken.slice(1).map((at, index) => at - (taken[index] ?? 0));
  assert(distances.every((distance) => distance >= 16), `${Math.min(...distances)}`);
});

Deno.test("another rate counts from the next tick on", () => {
  const ticks = new Ticks(1, 0);
  ticks.take(0);
  assertEquals(ticks.wait(100), 900);
  ticks.setRate(10, 100);
  assertEquals(ticks.wait(100), 0);
  ticks.take(100);
  assertEquals(ticks.wait(100), 100);
  ticks.setRate(2, 150);
  assertEquals(ticks.wait(150), 450);
});

Deno.test("nothing is captured while the buffer is not empty, then at once", () => {
  const pace = new Pace(10, 60, 0);
  assertEquals(pace.wait(0, 0), 0);
  pace.take(0);
  assertEquals(pace.wait(0, 40), 60);
  assertEquals(pace.wait(5000, 130), undefined);
  assertEquals(pace.wait(0, 131), 0);
});

Deno.test("a viewer that acknowledges nothing is sent what was asked", () => {
  const pace = new Pace(10, 60, 0);
  for (let id = 1; id <= 50; id++) {
    assertEquals(pace.wait(0, id * 100), 0);
    pace.take(id * 100);
    pace.sent({ id, bytes: 300_000, capturedAt: id * 100 }, id * 100);
  }
  assertEquals(pace.current, { fps: 10, quality: 60, scale: 1 });
});

Deno.test("rate goes first, then quality, then resolution", () => {
  assertEquals(ladder(30, 60).map(({ fps, quality, scale }) => `${fps} ${quality} ${scale}`), [
    "30 60 1",
    "21 60 1",
    "15 60 1",
    "15 50 1",
    "15 40 1",
    "15 30 1",
    "15 30 0.5",
    "15 30 0.25",
    "5 30 0.25",
    "2 30 0.25",
    "1 30 0.25",
  ]);
  assertEquals(ladder(8, 20).map(({ fps, quality, scale }) => `${fps} ${quality} ${scale}`), [
    "8 20 1",
    "8 20 0.5",
    "8 20 0.25",
    "5 20 0.25",
    "2 20 0.25",
    "1 20 0.25",
  ]);
  assertEquals(ladder(1, 30).length, 3);
});

Deno.test("frames under way are bounded, also when nothing is acknowledged", () => {
  const flight = new Flight();
  for (let id = 1; flight.hasRoom(30, 20); id++) flight.sent(id, 100, id, id);
  assertEquals(flight.frames, 8);
  flight.clear();
  flight.sent(1, 1_000_000, 0, 0);
  assertEquals(flight.hasRoom(30, 20), false);
  assertEquals(flight.acknowledged(1, 100), { delay: 100, sentAt: 0, bytes: 1_000_000 });
  assertEquals(flight.acknowledged(1, 100), undefined);
  assertEquals(flight.acknowledged(77, 100), undefined);
  assertEquals([flight.frames, flight.bytes], [0, 0]);
});

Deno.test("an acknowledgement stands for all frames before it; what is never acknowledged is forgotten", () => {
  const flight = new Flight();
  for (let id = 1; id <= 4; id++) flight.sent(id, 1000, id, id);
  flight.acknowledged(3, 50);
  assertEquals([flight.frames, flight.bytes], [1, 1000]);
  flight.sent(5, 1000, 20_000, 20_000);
  assertEquals([flight.frames, flight.bytes], [1, 1000]);
});

Deno.test("the rate that was asked is kept over a round trip of 20 ms, for small frames and whole pictures", () => {
  for (
    const [options, frames] of [[SMALL, 300], [WHOLE, 80], [{ ...SMALL, fps: 60 }, 600]] as const
  ) {
    const way = new SimulatedWay({ ...options, roundTrip: 20, speed: 4000 });
    way.run(5000);
    way.run(10_000);
    assertEquals(way.last(10_000).length, frames);
    assertEquals(way.changes, 0);
    assert(Math.max(...delays(way.last(10_000))) < 200);
  }
});

Deno.test("over a far way the rate is kept, too: frames follow without waiting for acknowledgements", () => {
  const way = new SimulatedWay({ ...SMALL, roundTrip: 300, speed: 4000 });
  way.run(10_000);
  way.run(10_000);
  assertEquals(way.last(10_000).length, 300);
  assertEquals(way.changes, 0);
});

Deno.test("on a way too slow for it less is sent, until the delay is short again", () => {
  const way = new SimulatedWay({ fps: 15, quality: 60, frameBytes: 140_000, roundTrip: 30, speed: 125 });
  way.run(15_000);
  way.run(20_000);
  assert(median(delays(way.last(20_000))) < 200, `${median(delays(way.last(20_000)))} ms`);
  assert(way.last(20_000).length >= 9 * 20, `${way.last(20_000).length} frames`);
  assert(way.last(20_000).every(({ quality }) => quality >= 30));
});

Deno.test("a slow beginning alone lowers nothing", () => {
  const way = new SimulatedWay({ ...WHOLE, roundTrip: 20, speed: 300 });
  way.run(1000);
  way.options = { ...way.options, speed: 4000 };
  way.run(20_000);
  assertEquals(way.changes, 0);
});

Deno.test("a change of what is sent is tried again ever more seldom where it does not hold", () => {
  const way = new SimulatedWay({ fps: 15, quality: 60, frameBytes: 140_000, roundTrip: 30, speed: 125 });
  way.run(120_000);
  const early = way.changes;
  way.run(120_000);
  assert(way.changes - early <= 16, `${way.changes - early} changes in two minutes`);
});

Deno.test("what was given up comes back, step by step, when the way is fast again", () => {
  const way = new SimulatedWay({ ...WHOLE, roundTrip: 30, speed: 200 });
  way.run(20_000);
  assert(way.pace.current.quality < 60);
  way.options = { ...way.options, speed: 8000 };
  way.run(150_000);
  assertEquals(way.pace.current, { fps: 8, quality: 60, scale: 1 });
});

Deno.test("when a machine is no longer busy all is back within ten seconds, however long it was", () => {
  for (const options of [WHOLE, { ...SMALL, frameBytes: 100_000 }]) {
    for (const workMs of [250, 300, 500, 900]) {
      for (const ms of [10_000, 30_000, 300_000]) {
        const way = new SimulatedWay({ ...options, roundTrip: 20, speed: 8000, workMs });
        way.run(ms);
        const then = JSON.stringify(way.pace.current);
        assert(way.changes > 0, then);
        way.options = { ...way.options, workMs: 20 };
        way.run(10_000);
        assertEquals(way.pace.current, { fps: options.fps, quality: 60, scale: 1 }, `${workMs} ms, ${ms} ms: ${then}`);
      }
    }
  }
});

Deno.test("a picture at rest gets its quality back", () => {
  const way = new SimulatedWay({ ...WHOLE, roundTrip: 30, speed: 60 });
  way.run(20_000);
  assertEquals(way.pace.current.scale, 0.25);
  way.changing = false;
  way.run(150_000);
  assertEquals(way.pace.current, { fps: 8, quality: 60, scale: 1 });
});

Deno.test("frames that losses hold up cost no quality, and little of the rate", () => {
  const way = new SimulatedWay({ ...SMALL, roundTrip: 20, speed: 400, loss: 0.1, lossMs: 120 });
  way.run(60_000);
  assert(way.shown.length > 29 * 60, `${way.shown.length} frames in a minute`);
  assertEquals(way.pace.current, { fps: 30, quality: 60, scale: 1 });
  const stalls = new SimulatedWay({ ...SMALL, roundTrip: 20, speed: 400, loss: 0.03, lossMs: 450 });
  stalls.run(60_000);
  assert(stalls.shown.length > 15 * 60, `${stalls.shown.length} frames in a minute`);
  assertEquals(stalls.pace.current.quality, 60);
});

Deno.test("what is asked anew begins at its full measure", () => {
  const way = new SimulatedWay({ ...WHOLE, roundTrip: 30, speed: 60 });
  way.run(20_000);
  way.pace.ask(20, 80, way.now);
  assertEquals(way.pace.current, { fps: 20, quality: 80, scale: 1 });
});
