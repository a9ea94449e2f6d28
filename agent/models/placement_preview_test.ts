import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { checkPlan } from "../plans/check_plan.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { DeviceInfo, ModelReport, TaskSpec } from "../../proto/messages.ts";
import { Backlog } from "./backlog.ts";
import { ModelDirectory } from "./model_directory.ts";
import { previewPlacement } from "./placement_preview.ts";
import { PredictionLog } from "./prediction_log.ts";
import { Predictor } from "./predictor.ts";
import { device, model, report } from "./rig.ts";

interface Given {
  readonly report?: ModelReport;
  readonly info?: Partial<DeviceInfo>;
  readonly kinds?: ReadonlyMap<string, number>;
}

const KINDS = new Map([["ECHO", 512], ["SYSINFO", 64], ["COMMAND", 2], ["LLM_GENERATE", 1]]);

function rig(given: Record<string, Given>) {
  const devices = Object.entries(given).map(([name, { info, kinds, report }]) => ({
    info: device(name, { has_local_model: report !== undefined, ...info }),
    kinds: kinds ?? KINDS,
  }));
  const directory = new ModelDirectory(() => devices);
  for (const [name, { report }] of Object.entries(given)) if (report) directory.reported(`id-${name}`, report);
  const backlog = new Backlog(() => 0);
  const parts = {
    directory,
    backlog,
    predictor: new Predictor(new PredictionLog(new MemoryStore())),
    devices: () => devices,
  };
  return {
    backlog,
    preview: (groups: Partial<TaskSpec>[][], maxWorkers = 0) =>
      previewPlacement(
        checkPlan({ groups: groups.map((tasks, index) => ({ index, tasks: tasks.map(task) })) }),
        maxWorkers,
        parts,
      ),
  };
}

function task(part: Partial<TaskSpec>): TaskSpec {
  return {
    task_id: "",
    kind: "ECHO",
    input: "",
    target_device_id: "",
    prompt_tokens: 0,
    max_output_tokens: 0,
    ...part,
  };
}

/** 100 tokens to read at 1000/s and 100 to write: 0.1 s and 100 / decode. */
const PROMPT = { kind: "LLM_GENERATE", prompt_tokens: 100, max_output_tokens: 100 };

Deno.test("prompts go where they are finished first, and the mesh's time is that of the last one", () => {
  const { preview } = rig({ fast: { report: report([model("m", 100)]) }, slow: { report: report([model("m", 25)]) } });
  // 1.1 s each on fast, 4.1 s on slow: the fourth is done there before it would be on fast.
  const placed = preview([[PROMPT, PROMPT, PROMPT, PROMPT]]);
  assertEquals(placed.tasks.map((one) => [one.device_name, Math.round(one.start_ms)]), [
    ["fast", 0],
    ["fast", 1100],
    ["fast", 2200],
    ["slow", 0],
  ]);
  assertEquals(Math.round(placed.total_predicted_ms), 4100);
  assertEquals(placed.notes, []);
});

Deno.test("groups follow each other, and other tasks are spread over all devices", () => {
  const { preview } = rig({ a: { report: report([model("m", 100)]) }, b: {} });
  const { tasks, total_predicted_ms } = preview([[{ kind: "SYSINFO" }, { kind: "SYSINFO" }], [PROMPT], [{}]]);
  assertEquals(tasks.map((one) => [one.device_name, Math.round(one.start_ms)]), [["a", 0], ["b", 0], ["a", 10], [
    "a",
    1110,
  ]]);
  assertEquals(Math.round(total_predicted_ms), 1120);
});

Deno.test("a cold model is loaded once, a device's queue comes first, and both are said", () => {
  const { backlog, preview } = rig({ a: { report: report([model("m", 100, { loaded: false })]) } });
  backlog.add("id-a", {}, { predictedMs: 500, model: "m", parallel: 1 });
  const { tasks, total_predicted_ms } = preview([[PROMPT, PROMPT]]);
  assertEquals(
    tasks.map((one) => [one.start_ms, one.predicted_ms, one.load_ms, one.queue_ms].map(Math.round)),
    [[500, 4100, 3000, 500], [4600, 1100, 0, 500]],
  );
  assertEquals(Math.round(total_predicted_ms), 5700);
});

Deno.test("what was assumed is said", () => {
  const rates = null;
  const { preview } = rig({ a: { report: report([model("m", 1, { rates, memory_mb: 0, loaded: false })]) } });
  const { tasks, notes } = preview([[{ kind: "LLM_GENERATE", input: "x".repeat(1200) }], [{
    kind: "COMMAND",
    input: "[]",
  }]]);
  // The platform's 300 and 30 tokens/s: 300 to read, 256 to write; 1 GB to load.
  assertEquals(Math.round(tasks[0]?.predicted_ms ?? 0), Math.round(1000 + 256 / 30 * 1000 + 2000));
  assertEquals(tasks[0]?.predicted_memory_mb, 2048);
  assertEquals(notes, [
    "using default throughput for platform",
    "load time assumed from the model's size",
    "prompt tokens estimated from the input",
    "no max_output_tokens, using the model's usual output",
    "memory of the model unknown, using default estimate",
    "unknown step type, using penalty estimate",
  ]);
});

Deno.test("a task that nothing can run says so, and costs nothing", () => {
  const { preview } = rig({ a: {} });
  const { tasks } = preview([[PROMPT, { ...PROMPT, target_device_id: "id-a" }, { kind: "NOPE" }]]);
  assertEquals(tasks.map((one) => [one.device_id, one.unknown_cost, one.notes]), [
    ["", true, "no device can run LLM_GENERATE now"],
    ["", true, "device id-a cannot run LLM_GENERATE now"],
    ["", true, "no device can run NOPE now"],
  ]);
});

Deno.test("tasks stay on the device that they name, and on at most so many devices", () => {
  const { preview } = rig({ a: {}, b: {}, c: {} });
  const spread = preview([[{}, {}, { target_device_id: "id-c" }]], 2).tasks.map((one) => one.device_name);
  assertEquals(spread, ["a", "c", "c"]);
});

Deno.test("memory that a device has not got is said, unless the model is loaded already", () => {
  const info = { ram_free_mb: 1000 };
  const { preview } = rig({
    a: { report: report([model("m", 100, { loaded: false })]), info },
    b: { report: report([model("m", 100)]), info },
  });
  const on = (name: string) => preview([[{ ...PROMPT, target_device_id: `id-${name}` }]]).tasks[0];
  assertEquals([on("a")?.ram_sufficient, on("b")?.ram_sufficient, on("a")?.predicted_memory_mb], [false, true, 1200]);
});

Deno.test("more tasks of a kind than a device runs at once follow each other", () => {
  const { preview } = rig({ a: { kinds: new Map([["SYSINFO", 2]]) } });
  const { tasks, total_predicted_ms } = preview([Array.from({ length: 5 }, () => ({ kind: "SYSINFO" }))]);
  assertEquals([tasks.map((one) => one.start_ms), total_predicted_ms], [[0, 0, 10, 10, 20], 30]);
});

Deno.test("a mesh without devices, and a plan too large to look at, are refused", () => {
  assertThrows(() => rig({}).preview([[{}]]), MeshError, "no device is online");
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`d${n}`, {}]));
  assertThrows(
    () => rig(many).preview([Array.from({ length: 10_000 }, () => ({}))]),
    MeshError,
    "3000000 pairs".slice(8),
  );
  assert(rig(many).preview([Array.from({ length: 100 }, () => ({}))]).tasks.length === 100);
});
