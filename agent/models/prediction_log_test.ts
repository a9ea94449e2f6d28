import { assert, assertEquals } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { PredictionRecord } from "../store/store.ts";
import { PredictionLog, quantile } from "./prediction_log.ts";

function record(actualMs: number, part: Partial<PredictionRecord> = {}): PredictionRecord {
  return {
    deviceId: "a",
    model: "m",
    at: 1_000_000,
    predictedMs: 100,
    uncorrectedMs: 100,
    actualMs,
    promptTokens: 10,
    outputTokens: 10,
    ...part,
  };
}

function near(value: number, expected: number): void {
  assert(Math.abs(value - expected) < 0.001 * expected, `${value} is not ${expected}`);
}

Deno.test("the report has median and 90th percentile of what predictions were wrong by, by device and model", () => {
  const log = new PredictionLog(new MemoryStore());
  for (const actual of [50, 80, 100, 125, 200]) log.add(record(actual));
  log.add(record(400, { model: "other", at: 5 }));
  const [first, second] = log.report();
  assert(first && second);
  assertEquals([first.deviceId, first.model, first.generations, first.since], ["a", "m", 5, 1_000_000]);
  // Errors: 1, 0.25, 0, 0.2, 0.5.
  near(first.median, 0.25);
  near(first.p90, 0.8);
  near(second.median, 0.75);
});

Deno.test("predictions learn from what generations took: at once from the first, and by and by from a change", () => {
  const log = new PredictionLog(new MemoryStore());
  assertEquals(log.correction("a", "m", 20), 1);
  log.add(record(200));
  near(log.correction("a", "m", 20), 2);
  assertEquals(log.correction("a", "other", 20), 1);
  for (let n = 0; n < 60; n++) log.add(record(50));
  near(log.correction("a", "m", 20), 0.5);
});

Deno.test("an absurd generation changes predictions by ten times at most, and one of no duration by nothing", () => {
  const log = new PredictionLog(new MemoryStore());
  log.add(record(0));
  log.add(record(NaN));
  assertEquals(log.report(), []);
  log.add(record(1e9));
  near(log.correction("a", "m", 20), 10);
});

Deno.test("a generation that tells nothing of the rates counts in the report and corrects nothing", () => {
  const log = new PredictionLog(new MemoryStore());
  log.add(record(10, { uncorrectedMs: 0 }));
  assertEquals([log.report()[0]?.generations, log.correction("a", "m", 20)], [1, 1]);
  log.add(record(200));
  near(log.correction("a", "m", 20), 2);
});

Deno.test("what was learned is there after a restart, of each model the latest 1000", async () => {
  const store = new MemoryStore();
  const before = new PredictionLog(store);
  for (let n = 0; n < 1005; n++) before.add(record(n < 5 ? 1000 : 100, { at: n }));
  const after = new PredictionLog(store);
  await after.restore();
  const [errors] = after.report();
  assertEquals([errors?.generations, errors?.median, errors?.since], [1000, 0, 5]);
  assertEquals(before.report()[0]?.generations, 1000);
});

Deno.test("a generation that cannot be kept is learned from all the same", async () => {
  const log = new PredictionLog({
    predictions: () => Promise.resolve([]),
    addPrediction: () => Promise.reject(new MeshError("RESOURCE_EXHAUSTED", "the disk is full")),
  });
  log.add(record(200));
  await new Promise((resolve) => setTimeout(resolve, 0));
  near(log.correction("a", "m", 20), 2);
});

Deno.test("quantiles lie between the values", () => {
  assertEquals(quantile([], 0.5), 0);
  assertEquals(quantile([7], 0.9), 7);
  assertEquals(quantile([1, 2, 3, 4], 0.5), 2.5);
});
