import { assertEquals } from "../../tests/assert.ts";
import { testBoth } from "./both_stores.ts";
import { sampleDevice, samplePrediction, sampleRates } from "./store_samples.ts";
import type { PredictionRecord, Store } from "./store.ts";

const numbers = (predictions: readonly PredictionRecord[]) => predictions.map((prediction) => prediction.actualMs);

async function addAll(store: Store, predictions: readonly PredictionRecord[]): Promise<void> {
  await Promise.all(predictions.map((prediction) => store.addPrediction(prediction)));
}

function range(first: number, last: number, different: Partial<PredictionRecord> = {}): PredictionRecord[] {
  return Array.from({ length: last - first + 1 }, (_, at) => samplePrediction(first + at, different));
}

testBoth("rates of a model are as they were measured last", async (store) => {
  assertEquals(await store.modelRates(), new Map());
  const second = sampleRates({ prefill_toks_per_s: 0, decode_toks_per_s: 1 / 3, samples: 2 ** 52, measured_at: 0 });
  await Promise.all([
    store.putModelRates("llama3.2:3b", sampleRates({ samples: 1 })),
    store.putModelRates("grüße\0🌍", second),
    store.putModelRates("llama3.2:3b", sampleRates()),
  ]);
  assertEquals(await store.modelRates(), new Map([["llama3.2:3b", sampleRates()], ["grüße\0🌍", second]]));
});

testBoth(
  "predictions come back as they were added, the oldest first, of each device and model the latest",
  async (store) => {
    assertEquals(await store.predictions(9), []);
    const other = { model: "büro\0🌍" };
    const added = [
      samplePrediction(1),
      samplePrediction(2, other),
      samplePrediction(3, { deviceId: "" }),
      samplePrediction(4),
      samplePrediction(5, { deviceId: "", model: "" }),
      samplePrediction(6),
      // A clock that was set back changes no order.
      samplePrediction(7, { ...other, at: 5 }),
      samplePrediction(8, { predictedMs: 0, uncorrectedMs: 0, promptTokens: 0, outputTokens: 0 }),
    ];
    await addAll(store, added);
    assertEquals(await store.predictions(1000), added);
    assertEquals(numbers(await store.predictions(2)), [2, 3, 5, 6, 7, 8]);
    assertEquals(numbers(await store.predictions(1)), [3, 5, 7, 8]);
    assertEquals(await store.predictions(0), []);
  },
);

testBoth("of each device and model the latest thousand predictions are kept", async (store) => {
  await addAll(store, range(1, 2, { deviceId: "d0" }));
  await addAll(store, range(1, 1000, { model: "qwen3:0.6b" }));
  await addAll(store, range(1, 2500));
  await store.addPrediction(samplePrediction(1001, { model: "qwen3:0.6b" }));
  const kept = (predictions: readonly PredictionRecord[], deviceId: string, model: string) =>
    numbers(predictions.filter((each) => each.deviceId === deviceId && each.model === model));
  for (const limit of [1000, 5000]) {
    const all = await store.predictions(limit);
    assertEquals(kept(all, "d0", "llama3.2:3b"), [1, 2]);
    assertEquals(kept(all, "d1", "llama3.2:3b"), numbers(range(1501, 2500)));
    assertEquals(kept(all, "d1", "qwen3:0.6b"), numbers(range(2, 1001)));
    assertEquals(all.length, 2002);
  }
});

testBoth("predictions of very many models are all read, in their order", async (store) => {
  const added = Array.from({ length: 2500 }, (_, at) => samplePrediction(at, { model: `m${at * 7919 % 1250}` }));
  await addAll(store, added);
  assertEquals(await store.predictions(2), added);
  assertEquals(await store.predictions(1), added.slice(1250));
});

testBoth("with a device go the predictions that were made of it", async (store) => {
  await Promise.all(["d1", "d2"].map((id) => store.putDevice(sampleDevice(id))));
  await addAll(store, [
    samplePrediction(1),
    samplePrediction(2, { deviceId: "d2" }),
    samplePrediction(3, { model: "m" }),
  ]);
  await Promise.all([store.removeDevice("d1"), store.addPrediction(samplePrediction(4))]);
  assertEquals(numbers(await store.predictions(9)), [2, 4]);
});

testBoth("what the caller does with rates and predictions afterwards changes nothing stored", async (store) => {
  const rates = sampleRates();
  const prediction = { ...samplePrediction(1) };
  const writes = [store.putModelRates("m", rates), store.addPrediction(prediction)];
  rates.samples = prediction.actualMs = -1;
  await Promise.all(writes);
  const read = (await store.modelRates()).get("m");
  assertEquals(read, sampleRates());
  assertEquals(await store.predictions(1), [samplePrediction(1)]);
});
