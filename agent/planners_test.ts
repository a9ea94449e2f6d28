import { assertEquals, assertRejects } from "../tests/assert.ts";
import { MeshError } from "./core/errors.ts";
import type { TextSource } from "./models/written_text.ts";
import { ModelPlanner } from "./plans/model_planner.ts";
import { askThrough } from "./planners.ts";

/** A model on `desk` that says pieces of 64 Ki characters: `[`, so many times, or until it is stopped. */
class Model implements TextSource {
  said = 0;

  constructor(private readonly pieces: number) {}

  generate(...[, watch, { signal }]: Parameters<TextSource["generate"]>): ReturnType<TextSource["generate"]> {
    watch.onStart({
      device_id: "id-desk",
      device_name: "desk",
      model: "m",
      predicted_ms: 1,
      load_ms: 0,
      queue_ms: 0,
    });
    for (; this.said < this.pieces && !signal.aborted; this.said++) watch.onText("[".repeat(64 * 1024));
    return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve({ finish_reason: "stop", stats: null });
  }
}

const request = { text: "look around", maxWorkers: 0, devices: [] };

function plannerOf(model: Model): ModelPlanner {
  return new ModelPlanner({ ask: askThrough(model), check: () => {}, kinds: () => ["ECHO"], reduces: ["CONCAT"] });
}

Deno.test("a model that never ends its plan is stopped, and the planner says why there is none", async () => {
  const model = new Model(10_000);
  const message = "the model failed: desk: the model wrote more than 1048576 characters";
  await assertRejects(() => plannerOf(model).plan(request), MeshError, message);
  assertEquals(model.said, 17);
});

Deno.test("an answer of just the longest length is read, for what it is", async () => {
  const model = new Model(16);
  await assertRejects(() => plannerOf(model).plan(request), MeshError, "the plan of m on desk is invalid: ");
  assertEquals(model.said, 16);
});
