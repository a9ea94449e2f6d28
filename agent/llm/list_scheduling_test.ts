import { assertAlmostEquals, assertEquals } from "../../tests/assert.ts";
import { endOfAll } from "./list_scheduling.ts";

Deno.test("with one place, everything ends after the sum of it", () => {
  assertEquals(endOfAll([5], [10, 20], 1), 35);
  assertEquals(endOfAll([], [], 1), 0);
});

Deno.test("each piece of work begins at the place that is free first", () => {
  assertEquals(endOfAll([10, 4], [3, 3, 8], 2), 18);
  assertEquals(endOfAll([10], [3], 4), 10);
  assertEquals(endOfAll([], [7, 1, 1], 2), 7);
});

/** The same without a heap. */
function simply(running: readonly number[], waiting: readonly number[], places: number): number {
  const ends = [...running, ...new Array<number>(places - running.length).fill(0)];
  for (const duration of waiting) {
    ends.sort((a, b) => a - b);
    ends[0] = (ends[0] ?? 0) + duration;
  }
  return Math.max(...ends);
}

Deno.test("the end is that of a plain simulation, whatever the work", () => {
  let state = 1;
  const random = () => (state = state * 48271 % 0x7fffffff) / 0x7fffffff;
  for (let round = 0; round < 300; round++) {
    const places = 1 + Math.floor(random() * 9);
    const running = Array.from({ length: Math.floor(random() * (places + 1)) }, () => random() * 100);
    const waiting = Array.from({ length: Math.floor(random() * 40) }, () => random() * 100);
    assertAlmostEquals(endOfAll(running, waiting, places), simply(running, waiting, places), 1e-9);
  }
});
