import { assert, assertEquals } from "../../tests/assert.ts";
import { Correction } from "./correction.ts";

function near(value: number, expected: number, share = 0.001): void {
  assert(Math.abs(value - expected) <= share * expected, `${value} is not ${expected}`);
}

Deno.test("nothing is corrected before the first generation, and all lengths alike after it", () => {
  const correction = new Correction();
  assertEquals([correction.usual, correction.factor(100)], [1, 1]);
  correction.learn(2, 100);
  near(correction.usual, 2);
  for (const tokens of [0, 10, 100, 1000]) near(correction.factor(tokens), 2);
});

Deno.test("what takes longer with its length is predicted so, within the lengths that there were", () => {
  const correction = new Correction();
  // By a mean rate: half of it where the context is short, twice where it is long.
  for (let n = 0; n < 12; n++) {
    correction.learn(0.5, 100);
    correction.learn(1, 400);
    correction.learn(2, 1600);
  }
  near(correction.factor(100), 0.5, 0.15);
  near(correction.factor(400), 1, 0.15);
  near(correction.factor(1600), 2, 0.15);
  assertEquals(correction.factor(1_000_000), correction.factor(1600));
  assertEquals(correction.factor(1), correction.factor(100));
});

Deno.test("lengths that hardly differ say nothing of longer ones", () => {
  const correction = new Correction();
  for (let n = 0; n < 20; n++) correction.learn(n % 2 === 0 ? 0.8 : 1.25, n % 2 === 0 ? 100 : 102);
  near(correction.factor(102), correction.factor(100), 0.02);
});

Deno.test("a correction follows a device that changed, and no generation makes it absurd", () => {
  const correction = new Correction();
  for (let n = 0; n < 20; n++) correction.learn(1, 100 + n);
  correction.learn(1e12, 5000);
  for (const tokens of [1, 100, 5000]) {
    const factor = correction.factor(tokens);
    assert(factor >= 0.1 && factor <= 10, `${factor}`);
  }
  for (let n = 0; n < 60; n++) correction.learn(0.5, 100 + n);
  near(correction.usual, 0.5);
  near(correction.factor(130), 0.5, 0.01);
});
