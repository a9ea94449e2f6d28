import { assert, assertAlmostEquals, assertEquals, assertThrows } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import type { DeviceInfo, TaskSpec } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { checkPlan } from "./check_plan.ts";
import { type CostDevice, estimatePlanCost, MAX_STEP_ESTIMATES } from "./cost.ts";

function device(
  name: string,
  info: Partial<DeviceInfo> = {},
  state: { load?: number; online?: boolean } = {},
): CostDevice {
  return {
    info: deviceInfo({ device_id: `id-${name}`, device_name: name, ...info }),
    load: state.load ?? 0,
    online: state.online ?? true,
  };
}

function rates(prefill: number, decode: number): Partial<DeviceInfo> {
  return { llm_prefill_toks_per_s: prefill, llm_decode_toks_per_s: decode };
}

function task(kind: string, prompt_tokens = 0, max_output_tokens = 0): TaskSpec {
  return { task_id: "", kind, input: "", target_device_id: "", prompt_tokens, max_output_tokens };
}

const llm = (prompt: number, output: number) => task("LLM_GENERATE", prompt, output);

/** One list of tasks per group, in ascending order of index. */
function plan(...groups: TaskSpec[][]) {
  return checkPlan({ groups: groups.map((tasks, index) => ({ index, tasks })) });
}

const DEFAULT = "using default throughput for platform";
const NO_TOKENS = "no token counts provided, using default estimate";
const UNKNOWN_STEPS = "some steps have unknown cost (using penalty estimate)";

Deno.test("a step costs what the specification's formula says, with notes on what was assumed", () => {
  const rows: [string, Partial<DeviceInfo>, TaskSpec, number, number, string][] = [
    ["laptop default", {}, llm(500, 200), 8333.333, 2048, DEFAULT],
    ["macOS is a laptop", { platform: "darwin" }, llm(500, 200), 8333.333, 2048, DEFAULT],
    ["windows is a laptop", { platform: "windows" }, llm(300, 30), 2000, 2048, DEFAULT],
    ["an unheard-of platform is a laptop", { platform: "plan9" }, llm(300, 30), 2000, 2048, DEFAULT],
    ["android is a phone", { platform: "android" }, llm(500, 200), 20833.333, 2048, DEFAULT],
    ["ios is a phone, in any case", { platform: "iOS" }, llm(120, 12), 2000, 2048, DEFAULT],
    ["own rates", rates(1000, 50), llm(500, 200), 4500, 2048, ""],
    ["a phone's own rates", { platform: "ios", ...rates(240, 24) }, llm(240, 24), 2000, 2048, ""],
    ["prefill alone does not count", rates(1000, 0), llm(500, 200), 8333.333, 2048, DEFAULT],
    ["decode alone does not count", rates(0, 50), llm(500, 200), 8333.333, 2048, DEFAULT],
    ["negative rates do not count", rates(-1, -1), llm(500, 200), 8333.333, 2048, DEFAULT],
    ["rates that are no numbers do not count", rates(NaN, Infinity), llm(500, 200), 8333.333, 2048, DEFAULT],
    ["prompt tokens alone", {}, llm(600, 0), 2000, 2048, DEFAULT],
    ["output tokens alone", {}, llm(0, 60), 2000, 2048, DEFAULT],
    ["no tokens, default rates", {}, llm(0, 0), 1000, 2048, `${NO_TOKENS}; ${DEFAULT}`],
    ["no tokens, own rates", rates(1000, 50), llm(0, 0), 1000, 2048, NO_TOKENS],
    ["SYSINFO", {}, task("SYSINFO"), 10, 0, ""],
    ["ECHO ignores tokens", {}, task("ECHO", 500, 200), 10, 0, ""],
    ["unknown", {}, task("SUMMARISE", 500), 250, 0, "unknown step type, using penalty estimate"],
    ["kinds are told apart by case", {}, task("echo"), 250, 0, "unknown step type, using penalty estimate"],
  ];
  for (const [name, info, step, ms, memory, notes] of rows) {
    const { device_costs, has_unknown_costs, warning, total_predicted_ms } = estimatePlanCost(plan([step]), [
      device("box", info),
    ]);
    const cost = device_costs[0]?.step_costs[0];
    assert(cost, name);
    assertAlmostEquals(cost.predicted_ms, ms, 0.001, name);
    assertAlmostEquals(total_predicted_ms, ms, 0.001, name);
    assertEquals([cost.kind, cost.predicted_memory_mb, cost.notes], [step.kind, memory, notes], name);
    const unknown = ms === 250;
    assertEquals(
      [cost.unknown_cost, has_unknown_costs, warning],
      [unknown, unknown, unknown ? UNKNOWN_STEPS : ""],
      name,
    );
  }
});

Deno.test("tasks of a group overlap and groups add up; peak RAM is the largest step's", () => {
  const steps = [[task("ECHO"), llm(300, 30), llm(300, 60)], [task("SYSINFO")], [task("WHAT"), task("ECHO")]];
  const { device_costs, total_predicted_ms } = estimatePlanCost(plan(...steps), [device("box")]);
  assertAlmostEquals(total_predicted_ms, 3000 + 10 + 250);
  assertEquals(device_costs[0]?.estimated_peak_ram_mb, 2048);
  assertEquals(estimatePlanCost(plan([task("ECHO")]), [device("box")]).device_costs[0]?.estimated_peak_ram_mb, 0);
});

Deno.test("for any plan a device's total is the sum over groups of each group's largest step", () => {
  let seed = 42;
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
  const kinds = ["ECHO", "SYSINFO", "LLM_GENERATE", "LLM_GENERATE", "OTHER"];
  for (let round = 0; round < 200; round++) {
    const steps = Array.from(
      { length: 1 + random(6) },
      () =>
        Array.from({ length: 1 + random(8) }, () => task(kinds[random(kinds.length)] ?? "", random(3000), random(900))),
    );
    const checked = plan(...steps);
    const devices = [
      device("a"),
      device("b", rates(1 + random(2000), 1 + random(90))),
      device("c", { platform: "ios" }),
    ];
    const response = estimatePlanCost(checked, devices);
    const order = checked.groups.flatMap((group) => group.tasks.map((task) => task.task_id));
    for (const cost of response.device_costs) {
      assertEquals(cost.step_costs.map((step) => step.task_id), order);
      const left = [...cost.step_costs];
      const groupMs = steps.map((group) => Math.max(...left.splice(0, group.length).map((step) => step.predicted_ms)));
      assertAlmostEquals(cost.total_ms, groupMs.reduce((a, b) => a + b), 1e-6);
    }
    assertEquals(response.total_predicted_ms, Math.min(...response.device_costs.map((cost) => cost.total_ms)));
  }
});

Deno.test("steps stand in ascending order of the groups' index, devices in the order given", () => {
  const checked = checkPlan({
    groups: [
      { index: 8, tasks: [{ ...task("ECHO"), task_id: "last" }] },
      { index: 2, tasks: [{ ...task("ECHO"), task_id: "first" }, { ...task("ECHO"), task_id: "second" }] },
    ],
  });
  const { device_costs } = estimatePlanCost(checked, [device("z"), device("a")]);
  assertEquals(device_costs.map((cost) => cost.device_name), ["z", "a"]);
  assertEquals(device_costs[0]?.step_costs.map((step) => step.task_id), ["first", "second", "last"]);
});

Deno.test("the fastest device with enough RAM is recommended, and its total is the prediction", () => {
  const fast = { ...rates(1000, 50), ram_free_mb: 2047 };
  const rows: [string, CostDevice[], string, number, string][] = [
    ["fastest", [device("slow"), device("fast", rates(1000, 50))], "fast", 4500, ""],
    ["enough RAM first", [device("fast", fast), device("roomy", { ram_free_mb: 2048 })], "roomy", 8333.333, ""],
    ["unknown RAM is enough", [device("fast", fast), device("unknown", { ram_free_mb: 0 })], "unknown", 8333.333, ""],
    [
      "none has enough",
      [device("slow", { ram_free_mb: 1024 }), device("fast", { ...fast, ram_free_mb: 512 })],
      "fast",
      4500,
      "no device has the 2048 MB of free RAM that the plan needs; recommending the fastest, fast (512 MB free)",
    ],
    ["load breaks a tie", [device("a", {}, { load: 0.6 }), device("b", {}, { load: 0.2 })], "b", 8333.333, ""],
    ["unknown load loses it", [device("a", {}, { load: -1 }), device("b", {}, { load: 0.9 })], "b", 8333.333, ""],
    ["then the name", [device("b"), device("a")], "a", 8333.333, ""],
    [
      "then the id",
      [device("a", { device_id: "id-2" }), device("a", { device_id: "id-a" }), device("a", { device_id: "id-1" })],
      "1",
      8333.333,
      "",
    ],
  ];
  for (const [name, devices, chosen, ms, warning] of rows) {
    for (const order of [devices, devices.toReversed()]) {
      const response = estimatePlanCost(plan([llm(500, 200)]), order);
      assertEquals([response.recommended_device_id, response.warning], [`id-${chosen}`, warning], name);
      assertAlmostEquals(response.total_predicted_ms, ms, 0.001, name);
      const cost = response.device_costs.find((cost) => cost.device_id === response.recommended_device_id);
      assertEquals(cost?.device_name, response.recommended_device_name, name);
      assertEquals(cost?.total_ms, response.total_predicted_ms, name);
    }
  }
});

Deno.test("each device is told whether its RAM is enough", () => {
  const devices = [0, 1, 2047, 2048, 99999].map((ram_free_mb) => device(`${ram_free_mb}`, { ram_free_mb }));
  const enough = (steps: TaskSpec[]) =>
    estimatePlanCost(plan(steps), devices).device_costs.map((cost) => cost.ram_sufficient);
  assertEquals(enough([llm(1, 1)]), [true, false, false, true, true]);
  assertEquals(enough([task("ECHO")]), [true, true, true, true, true]);
});

Deno.test("a device that is offline is priced but not recommended while another is online", () => {
  const away = device("away", rates(9000, 900), { online: false });
  const one = estimatePlanCost(plan([llm(500, 200)]), [away, device("here", { ram_free_mb: 4096 })]);
  assertEquals([one.recommended_device_name, one.warning, one.device_costs.length], ["here", "away is offline", 2]);

  const tight = estimatePlanCost(plan([llm(500, 200), task("?")]), [away, device("here", { ram_free_mb: 100 })]);
  assertEquals(
    tight.warning,
    `${UNKNOWN_STEPS}; no online device has the 2048 MB of free RAM that the plan needs; ` +
      "recommending the fastest, here (100 MB free); away is offline",
  );

  const gone = estimatePlanCost(plan([llm(500, 200)]), [away, device("lost", {}, { online: false })]);
  assertEquals([gone.recommended_device_name, gone.warning], ["away", "offline: away, lost"]);

  const many = Array.from({ length: 9 }, (_, i) => device(`d${i}`, {}, { online: false }));
  assertEquals(estimatePlanCost(plan([task("ECHO")]), many).warning, "offline: d0, d1, d2, d3, d4 and 4 more");
});

Deno.test("no device, or more estimates than an answer can hold, is refused", () => {
  const none = assertThrows(() => estimatePlanCost(plan([task("ECHO")]), []), MeshError, "no device is online");
  assertEquals(none.code, "FAILED_PRECONDITION");
  const large = plan(Array.from({ length: MAX_STEP_ESTIMATES / 2 }, () => task("ECHO")));
  const many = assertThrows(
    () => estimatePlanCost(large, [device("a"), device("b"), device("c")]),
    MeshError,
    "500000 tasks on 3 devices are more than 1000000 step estimates",
  );
  assertEquals(many.code, "RESOURCE_EXHAUSTED");
});
