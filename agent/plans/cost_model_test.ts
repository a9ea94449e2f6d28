import { assert, assertAlmostEquals, assertEquals } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import type { DeviceInfo, TaskSpec } from "../../proto/messages.ts";
import { checkPlan } from "./check_plan.ts";
import { type CostDevice, estimatePlanCost } from "./cost.ts";
import type { CostModel } from "./cost_profile.ts";

const DEFAULT = "using default throughput for platform";
const OWN = { llm_prefill_toks_per_s: 1000, llm_decode_toks_per_s: 50 };

function model(fields: Partial<CostModel> = {}): CostModel {
  return { name: "llama3.2:3b", memoryMb: 3000, loaded: true, loadMs: 0, ...fields };
}

function device(name: string, state: Partial<CostDevice> = {}, info: Partial<DeviceInfo> = {}): CostDevice {
  const known = deviceInfo({ device_id: `id-${name}`, device_name: name, ...info });
  return { load: 0, online: true, ...state, info: known };
}

function task(kind: string, prompt_tokens = 0, max_output_tokens = 0): TaskSpec {
  return { task_id: "", kind, input: "", target_device_id: "", prompt_tokens, max_output_tokens };
}

const PROMPT = checkPlan({ groups: [{ index: 0, tasks: [task("LLM_GENERATE", 500, 200)] }] });
const ECHO = checkPlan({ groups: [{ index: 0, tasks: [task("ECHO")] }] });

Deno.test("an LLM step needs the model's real memory, and says what the formula leaves out", () => {
  const cold = "the model is not loaded: loading it is not included";
  const busy = "12.3 s of work are queued on this device, not included";
  const rows: [string, Partial<CostDevice>, Partial<DeviceInfo>, number, string][] = [
    ["loaded", { model: model() }, OWN, 3000, ""],
    ["memory unknown", { model: model({ memoryMb: 0 }) }, OWN, 2048, ""],
    ["cold", { model: model({ loaded: false }) }, OWN, 3000, cold],
    [
      "cold, and its loading was measured",
      { model: model({ loaded: false, loadMs: 3240 }) },
      OWN,
      3000,
      "the model is not loaded: loading took 3.2 s when measured, not included",
    ],
    ["busy", { model: model(), queueMs: 12_345 }, OWN, 3000, busy],
    ["not busy", { model: model(), queueMs: 0 }, OWN, 3000, ""],
    ["all at once", { model: model({ loaded: false }), queueMs: 12_345 }, {}, 3000, `${DEFAULT}; ${cold}; ${busy}`],
    ["an older device with a model", {}, { ...OWN, has_local_model: true }, 2048, ""],
  ];
  for (const [name, state, info, memory, notes] of rows) {
    const { device_costs, total_predicted_ms } = estimatePlanCost(PROMPT, [device("box", state, info)]);
    const step = device_costs[0]?.step_costs[0];
    assert(step, name);
    assertEquals([step.predicted_memory_mb, step.notes, step.unknown_cost], [memory, notes, false], name);
    assertEquals(device_costs[0]?.estimated_peak_ram_mb, memory, name);
    assertAlmostEquals(total_predicted_ms, info === OWN || info.has_local_model ? 4500 : 8333.333, 0.001, name);
  }
  const echo = estimatePlanCost(ECHO, [device("box", { model: model({ loaded: false }), queueMs: 12_345 })]);
  assertEquals(echo.device_costs[0]?.step_costs[0]?.notes, "", "what needs no model waits for none");
});

Deno.test("a model that is loaded already needs no more of the free RAM", () => {
  const devices = [
    device("loaded", { model: model() }, { ram_free_mb: 500 }),
    device("cold", { model: model({ loaded: false }) }, { ram_free_mb: 2999 }),
    device("roomy", { model: model({ loaded: false }) }, { ram_free_mb: 3000 }),
    device("plenty", { model: model() }, { ram_free_mb: 9000 }),
  ];
  const { device_costs, recommended_device_name, warning } = estimatePlanCost(PROMPT, devices);
  assertEquals(device_costs.map((cost) => cost.ram_sufficient), [true, false, true, true]);
  const note = "the model is loaded already and needs no more of the free RAM";
  assertEquals(
    device_costs.map((cost) => cost.step_costs[0]?.notes.includes(note)),
    [true, false, false, false],
    "it is said where the numbers would let one think otherwise",
  );
  assertEquals([recommended_device_name, warning], ["loaded", ""]);
});

Deno.test("where some device has a model, one that has none is told apart and not recommended for a prompt", () => {
  const without = device("a", {}, OWN);
  const slow = device("b", { model: model() });
  const older = device("c", {}, { has_local_model: true });
  const note = "this device has no local model";

  const both = estimatePlanCost(PROMPT, [without, slow, older]);
  assertEquals(both.device_costs.map((cost) => cost.step_costs[0]?.notes), [note, DEFAULT, DEFAULT]);
  assertEquals([both.recommended_device_name, both.warning], ["b", ""]);
  assertAlmostEquals(both.total_predicted_ms, 8333.333, 0.001);

  const nobody = estimatePlanCost(PROMPT, [without, device("b")]);
  assertEquals(nobody.device_costs.map((cost) => cost.step_costs[0]?.notes), ["", DEFAULT]);
  assertEquals(nobody.recommended_device_name, "a", "without any model, the formula alone counts");

  const elsewhere = estimatePlanCost(PROMPT, [without], true);
  assertEquals(elsewhere.device_costs[0]?.step_costs[0]?.notes, note, "another device of the mesh has one");
  assertEquals(elsewhere.warning, "none of these that is online has a local model");

  const echo = estimatePlanCost(ECHO, [without, slow]);
  assertEquals([echo.recommended_device_name, echo.device_costs[0]?.step_costs[0]?.notes], ["a", ""]);

  const away = estimatePlanCost(PROMPT, [without, device("b", { model: model(), online: false })]);
  assertEquals([away.recommended_device_name, away.warning], [
    "a",
    "none of these that is online has a local model; b is offline",
  ]);
});

Deno.test("where no model fits the free RAM, the fastest device that has one is recommended, with a warning", () => {
  const without = device("a", {}, { ...OWN, ram_free_mb: 16_000 });
  const large = device("b", { model: model({ loaded: false, memoryMb: 8000.2 }) }, { ...OWN, ram_free_mb: 4000 });
  const small = device("c", { model: model({ loaded: false, memoryMb: 3000 }) }, { ram_free_mb: 2000 });
  const tight = estimatePlanCost(PROMPT, [without, large, small]);
  assertEquals([tight.recommended_device_name, tight.warning], [
    "b",
    "no device with a local model has the free RAM that its model needs; " +
    "recommending the fastest, b (8001 MB needed, 4000 MB free)",
  ]);
  const alike = estimatePlanCost(PROMPT, [large, without]);
  assertEquals(
    alike.warning,
    "no device with a local model has the 8001 MB of free RAM that the plan needs; " +
      "recommending the fastest, b (4000 MB free)",
  );
});

Deno.test("10,000 devices of a few profiles share their prices", () => {
  const tasks = Array.from({ length: 100 }, () => task("LLM_GENERATE", 500, 200));
  const large = checkPlan({ groups: [{ index: 0, tasks }] });
  const devices = Array.from({ length: 10_000 }, (_, at) => {
    // What no note shows does not make a profile of its own.
    const state = at % 2 ? { model: model({ name: `m${at}` }), queueMs: 12_301 + (at % 40) } : {};
    return device(`d${at}`, state, { ram_free_mb: 4000 + at });
  });
  const { device_costs } = estimatePlanCost(large, devices);
  assertEquals(device_costs.length, 10_000);
  assertEquals(new Set(device_costs.map((cost) => cost.step_costs)).size, 2);
});
