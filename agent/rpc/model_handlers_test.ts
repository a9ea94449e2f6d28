import { assertEquals } from "../../tests/assert.ts";
import { PredictionLog } from "../models/prediction_log.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { type ModelHandlerParts, modelHandlers } from "./model_handlers.ts";

Deno.test("a cost report is of the model that is named: without a tag, of its latest", async () => {
  const predictions = new PredictionLog(new MemoryStore());
  const times = { at: 0, predictedMs: 100, uncorrectedMs: 100, actualMs: 100, promptTokens: 1, outputTokens: 1 };
  for (const model of ["m:latest", "m:1b", "plain", "plain:latest"]) {
    predictions.add({ deviceId: "a", model, ...times });
  }
  // A cost report asks nothing of the other parts but the devices' names.
  const registry = { find: () => undefined };
  const handlers = modelHandlers({ predictions, registry } as unknown as ModelHandlerParts);
  const models = async (model: string) => {
    const call = {} as Parameters<typeof handlers.CostReport>[1];
    return (await handlers.CostReport({ device_id: "", model }, call)).errors.map((error) => error.model);
  };
  assertEquals(await models("m"), ["m:latest"]);
  assertEquals(await models("m:1b"), ["m:1b"]);
  assertEquals(await models("plain"), ["plain"]);
  assertEquals(await models("n"), []);
  assertEquals((await models("")).length, 4);
});
