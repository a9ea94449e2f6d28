import { assert } from "../../tests/assert.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { GenerationStats } from "../../proto/messages.ts";
import { ModelDirectory } from "./model_directory.ts";
import { PredictionLog } from "./prediction_log.ts";
import { Predictor } from "./predictor.ts";
import { device, model, report } from "./rig.ts";

/** A model whose reading takes longer with each token that it has read, as attention does. */
function readMs(tokens: number): number {
  return 0.5 * tokens + 0.001 * tokens ** 2;
}

function statsOf(prompt_tokens: number): GenerationStats {
  const prefill_ms = readMs(prompt_tokens);
  const whole = { model: "m", prompt_tokens, output_tokens: 10, queue_ms: 0, load_ms: 0 };
  return { ...whole, prefill_ms, decode_ms: 100, total_ms: prefill_ms + 100 };
}

Deno.test("short and long prompts of a model that reads long ones more slowly are both predicted", () => {
  const predictor = new Predictor(new PredictionLog(new MemoryStore()));
  const info = device("a");
  const directory = new ModelDirectory(() => [{ info }]);
  directory.reported(info.device_id, report([model("m", 100)]));
  const host = directory.hostOn(info, "m");
  assert(host);
  const predict = (tokens: number) => predictor.predict(host, { characters: 4 * tokens, maxTokens: 10 });
  for (let n = 0; n < 10; n++) {
    for (const tokens of [200, 600, 1800]) predictor.ended(host, predict(tokens), statsOf(tokens));
  }
  for (const tokens of [200, 600, 1800]) {
    const [predicted, actual] = [predict(tokens).predictedMs, statsOf(tokens).total_ms];
    // By one factor for all it would be 40 % off at one of the ends.
    assert(Math.abs(predicted - actual) < 0.15 * actual, `${tokens} tokens: ${predicted} ms, took ${actual} ms`);
  }
});
