import { assert, assertAlmostEquals, assertEquals } from "../../tests/assert.ts";
import { WeightedMean } from "./weighted_mean.ts";

function meanOf(samples: readonly number[], mean = new WeightedMean()): number {
  for (const sample of samples) mean.add(sample);
  return mean.value;
}

Deno.test("the first samples count alike", () => {
  assertEquals(meanOf([]), 0);
  assertEquals(meanOf([10]), 10);
  assertEquals(meanOf([10, 20]), 15);
  assertAlmostEquals(meanOf([10, 20, 60]), 30);
});

Deno.test("then the latest weighs 0.3", () => {
  assertAlmostEquals(meanOf([20], new WeightedMean(10)), 13);
  assertAlmostEquals(meanOf([10, 10, 10, 10, 20]), 13);
});

Deno.test("a change that lasts is followed within a few samples, up and down", () => {
  for (const [from, to] of [[10, 20], [20, 10], [10, 100], [100, 10]] as const) {
    const value = meanOf(new Array<number>(20).fill(to), new WeightedMean(from));
    assert(Math.abs(value - to) / to < 0.02, `${from} to ${to}: ${value}`);
  }
});

Deno.test("one sample out of all proportion changes little", () => {
  assertAlmostEquals(meanOf([100_000], new WeightedMean(100)), 160);
  assertAlmostEquals(meanOf([0.001], new WeightedMean(100)), 80);
});

Deno.test("what was doubted is replaced by the samples that follow, and kept where none do", () => {
  const mean = new WeightedMean(100);
  mean.doubt();
  assertEquals(mean.value, 100);
  assertEquals(meanOf([5000, 7000], mean), 6000);
});
