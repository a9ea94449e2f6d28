import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { checkPlan } from "../plans/check_plan.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { DeviceInfo, ModelReport, TaskSpec } from "../../proto/messages.ts";
import { Backlog } from "./backlog.ts";
import { ModelDirectory } from "./model_directory.ts";
import { previewPlacement } from "./placement_preview.ts";
import { Timeline } from "./placement_preview_timeline.ts";
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
  backlog.add("id-a", {}, { predictedMs: 500, model: "other", parallel: 1 });
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
  const { tasks } = preview([[PROMPT, { ...PROMPT, target_device_id: "id-a" }, { kind: "NOPE" }, {
    ...PROMPT,
    target_device_id: "a",
  }]]);
  assertEquals(tasks.map((one) => [one.device_id, one.unknown_cost, one.notes]), [
    ["", true, "no device can run LLM_GENERATE now"],
    ["", true, "device id-a cannot run LLM_GENERATE now"],
    ["", true, "no device can run NOPE now"],
    ["", true, 'no device with the id "a" can take work now'],
  ]);
});

Deno.test("tasks stay on the device that they name, and on at most so many devices", () => {
  const { preview } = rig({ a: {}, b: {}, c: {} });
  const spread = preview([[{}, {}, { target_device_id: "id-c" }]], 2).tasks.map((one) => one.device_name);
  // The one that names c comes first; then a holds less, then both hold as much, and a has the lower load.
  assertEquals(spread, ["a", "a", "c"]);
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

Deno.test("a device that can do nothing more gives its place to one that can", () => {
  const { preview } = rig({ a: {}, b: { report: report([model("m", 100)]) } });
  const where = (groups: Partial<TaskSpec>[][]) =>
    preview(groups, 1).tasks.map((one) => [one.device_name, Math.round(one.start_ms)]);
  assertEquals(where([[{}, PROMPT, PROMPT]]), [["a", 0], ["b", 10], ["b", 1110]]);
  assertEquals(where([[{}], [PROMPT]]), [["a", 0], ["b", 10]]);
  // The other way round the device that has a model can do both.
  assertEquals(where([[PROMPT, {}]]), [["b", 0], ["b", 0]]);
});

Deno.test("prompts that wait for a place go to a device that comes in meanwhile", () => {
  const { preview } = rig({
    a: {},
    b: { report: report([model("m", 100)]) },
    c: { report: report([model("m", 100)]) },
  });
  const { tasks, total_predicted_ms } = preview([[{}, {}, PROMPT, PROMPT]], 2);
  assertEquals(tasks.map((one) => [one.device_name, Math.round(one.start_ms)]), [["a", 0], ["b", 0], ["b", 0], [
    "c",
    10,
  ]]);
  assertEquals(Math.round(total_predicted_ms), 1110);
});

Deno.test("a device that tasks of a later group name keeps its place until then", () => {
  const { preview } = rig({ a: {}, b: { report: report([model("m", 100)]) } });
  const { tasks } = preview([[{}, PROMPT], [{ target_device_id: "id-a" }]], 1);
  assertEquals(tasks.map((one) => [one.device_name, one.notes]), [
    ["a", ""],
    ["", "max_workers 1 leaves no device that can run LLM_GENERATE"],
    ["a", ""],
  ]);
});

Deno.test("a device that does not run prompts is given none, though it has a model", () => {
  const said = { report: report([model("m", 100)]) };
  const { preview } = rig({ a: { ...said, kinds: new Map([["ECHO", 1]]) }, b: said });
  assertEquals(preview([[PROMPT, PROMPT]]).tasks.map((one) => one.device_name), ["b", "b"]);
  assertEquals(preview([[{ ...PROMPT, target_device_id: "id-a" }]]).tasks[0]?.device_name, "");
});

Deno.test("prompts that name their device come before the others of their group", () => {
  const { preview } = rig({ fast: { report: report([model("m", 100)]) }, slow: { report: report([model("m", 50)]) } });
  // 1.1 s each on fast, 2.1 s on slow.
  const placed = preview([[PROMPT, PROMPT, { ...PROMPT, target_device_id: "id-fast" }]]);
  assertEquals(placed.tasks.map((one) => [one.device_name, Math.round(one.start_ms)]), [
    ["slow", 0],
    ["fast", 1100],
    ["fast", 0],
  ]);
  assertEquals(Math.round(placed.total_predicted_ms), 2200);
});

Deno.test("what is full gets its next task when one has ended, and others have them meanwhile", () => {
  const { preview } = rig({ a: { kinds: new Map([["COMMAND", 1]]) }, b: { kinds: new Map([["COMMAND", 3]]) } });
  const { tasks, total_predicted_ms } = preview([Array.from({ length: 8 }, () => ({ kind: "COMMAND" }))]);
  assertEquals(tasks.filter((one) => one.device_name === "a").map((one) => one.start_ms), [0, 250]);
  assertEquals(total_predicted_ms, 500);
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

Deno.test("prompts of very many sizes on many devices are too much to look at, equal ones are not", () => {
  const said = { report: report([model("m", 100)]) };
  const { preview } = rig(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`d${n}`, said])));
  const prompts = (size: (n: number) => number) =>
    Array.from({ length: 5000 }, (_, n) => ({ ...PROMPT, prompt_tokens: size(n) }));
  assertThrows(() => preview([prompts((n) => n + 1)]), MeshError, "too many cases");
  assertEquals(preview([prompts((n) => n % 10 + 1)]).tasks.filter((one) => one.device_id === "").length, 0);
});

Deno.test("what happens later comes in the order of its time", () => {
  const timeline = new Timeline<{ at: number }>();
  const times = Array.from({ length: 500 }, (_, n) => n * 7919 % 251);
  for (const at of times) timeline.add({ at });
  const taken = times.map(() => timeline.take()?.at);
  assertEquals(taken, times.toSorted((a, b) => a - b));
  assertEquals([timeline.next, timeline.take()], [undefined, undefined]);
});
