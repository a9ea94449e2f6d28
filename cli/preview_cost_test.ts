import { stripVTControlCharacters } from "node:util";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../tests/assert.ts";
import { CannedAgent, type CannedAnswers } from "./canned_agent.ts";
import { runHere, runProgram } from "./cli_harness.ts";
import { displayWidth } from "./output/width.ts";

const LAPTOP = "3f2a9c10-0000-4000-8000-000000000001";
const PHONE = "4f2a9c10-0000-4000-8000-000000000002";
const PLAN = JSON.stringify({
  groups: [
    { index: 0, tasks: [{ task_id: "draft", kind: "LLM_GENERATE", prompt_tokens: 500, max_output_tokens: 200 }] },
    { index: 1, tasks: [{ task_id: "check", kind: "DANCE" }] },
  ],
});
const OFFLINE = ["--server", "127.0.0.1:1"];

function estimate(device_id: string, device_name: string, ms: number, ram_sufficient: boolean) {
  const step = (task_id: string, kind: string, predicted_ms: number, unknown_cost: boolean, notes: string) => ({
    task_id,
    kind,
    predicted_ms,
    predicted_memory_mb: 0,
    unknown_cost,
    notes,
  });
  return {
    device_id,
    device_name,
    total_ms: ms + 250,
    step_costs: [
      step("draft", "LLM_GENERATE", ms, false, device_name === "phone" ? "using default throughput for platform" : ""),
      step("check", "DANCE", 250, true, "unknown step type, using penalty estimate"),
    ],
    estimated_peak_ram_mb: 2048,
    ram_sufficient,
  };
}

const COST: CannedAnswers = {
  ListDevices: () => ({
    devices: [{ device_id: LAPTOP, device_name: "laptop" }, { device_id: PHONE, device_name: "phone" }],
  }),
  PreviewPlanCost: () => ({
    total_predicted_ms: 8583.33,
    device_costs: [estimate(LAPTOP, "laptop", 8333.33, true), estimate(PHONE, "phone", 20_833.33, false)],
    recommended_device_id: LAPTOP,
    recommended_device_name: "laptop",
    has_unknown_costs: true,
    warning: "some steps have unknown cost (using penalty estimate)",
  }),
};

/** Runs with the plan in a file; `FILE` among the arguments is its path. */
async function withPlan<Result>(text: string, use: (path: string) => Promise<Result>): Promise<Result> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, text);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("preview-cost is a table of devices by steps, with totals, the recommended one marked and warnings", async () => {
  await using agent = await CannedAgent.start(COST);
  await withPlan(PLAN, async (path) => {
    const { code, stdout } = await runHere(["preview-cost", path, "--server", agent.address, "--key", "right"]);
    assertEquals(code, 0);
    assertEquals(stdout.split("\n"), [
      "   DEVICE   draft     check   TOTAL  PEAK RAM",
      "*  laptop   8.3 s  250 ms ?   8.6 s    2.0 GB",
      "   phone   20.8 s  250 ms ?  21.1 s  2.0 GB !",
      "",
      "* recommended: laptop (8.6 s)",
      "warning: some steps have unknown cost (using penalty estimate)",
      "note: unknown step type, using penalty estimate",
      "note: using default throughput for platform (phone)",
      "note: ! more RAM than the device has free",
      "",
    ]);
  });
});

Deno.test("preview-cost --device asks for these devices only, by name or id, each once", async () => {
  await using agent = await CannedAgent.start(COST);
  await withPlan(PLAN, async (path) => {
    const connect = ["--server", agent.address, "--key", "right"];
    await runHere(["preview-cost", path, "--device", "phone,4f2a", "--device", "laptop", ...connect]);
    assertEquals(agent.requests("PreviewPlanCost")[0].device_ids, [PHONE, LAPTOP]);
    const unknown = await runHere(["preview-cost", path, "--device", "tablet", ...connect]);
    assertEquals(unknown.code, 1);
  });
});

Deno.test("preview-cost of many steps still fits the terminal", async () => {
  const steps = Array.from({ length: 40 }, (_, at) => ({
    task_id: `a step with a long name ${at}`,
    kind: "ECHO",
    predicted_ms: 10,
    predicted_memory_mb: 0,
    unknown_cost: false,
    notes: "",
  }));
  const devices = (number: number) =>
    Array.from(
      { length: number },
      (_, at) => ({ ...estimate(`id${at}`, `device ${at} 天地`, 1, true), step_costs: steps }),
    );
  const answer = (number: number): CannedAnswers => ({
    PreviewPlanCost: () => ({
      device_costs: devices(number),
      recommended_device_id: "id0",
      recommended_device_name: "d",
    }),
  });
  await withPlan(PLAN, async (path) => {
    for (const [number, width] of [[2, 80], [30, 80], [2, 40], [2, 200]] as const) {
      await using agent = await CannedAgent.start(answer(number));
      const { stdout } = await runHere(
        ["preview-cost", path, "--server", agent.address, "--key", "right", "--no-color"],
        width,
      );
      for (const line of stripVTControlCharacters(stdout).split("\n")) assert(displayWidth(line) <= width, line);
      assertStringIncludes(stdout, number === 30 ? "40 steps; --json prints each of them." : "a step");
    }
  });
});

Deno.test("without an agent, preview-cost says so and estimates for this device", async () => {
  const { code, stdout, stderr } = await runProgram(["preview-cost", "-", ...OFFLINE], { stdin: PLAN });
  assertEquals(code, 0);
  assertEquals(stderr, "edgemesh: no agent at 127.0.0.1:1 (connection refused): estimating for this device alone\n");
  assertStringIncludes(stdout, `* recommended: ${Deno.hostname()} (8.6 s)`);
  assertStringIncludes(stdout, "warning: some steps have unknown cost");
  const named = await runProgram(["preview-cost", "-", "--device", Deno.hostname(), "--json", ...OFFLINE], {
    stdin: PLAN,
  });
  const cost = JSON.parse(named.stdout);
  assertEquals([Math.round(cost.total_predicted_ms), cost.device_costs.length], [8583, 1]);
});

Deno.test("without an agent, another device cannot be asked for", async () => {
  const { code, stdout, stderr } = await runProgram(["preview-cost", "-", "--device", "mars", ...OFFLINE], {
    stdin: PLAN,
  });
  assertEquals([code, stdout], [1, ""]);
  assertMatch(
    stderr,
    /edgemesh: Cannot estimate for device "mars": without an agent only this device \(.*\) is known\n$/,
  );
});

Deno.test("a file that is no plan is refused with the path of the wrong field, before anything is asked", async () => {
  const wrong: [string, RegExp][] = [
    ['{"groups":[{"index":0,"tasks":5}]}', /Cannot read plan: "groups\[0\]\.tasks" is not an array/],
    ['{"groups":[{"tasks":[{"kind":7}]}]}', /"groups\[0\]\.tasks\[0\]\.kind" is not a string/],
    ['{"groups":[{"tasks":[{"kind":"ECHO","task_id":"a"},{"kind":"ECHO","task_id":"a"}]}]}', /tasks\[1\]\.task_id/],
    ['{"groups":', /it is not JSON: it ends too early/],
    ["", /it is empty/],
  ];
  for (const [text, message] of wrong) {
    await withPlan(text, async (path) => {
      const { code, stdout, stderr } = await runHere(["preview-cost", path, ...OFFLINE]);
      assertEquals([code, stdout], [2, ""]);
      assertMatch(stderr, message);
      assertEquals(stderr.split("\n").length, 2);
    });
  }
  assertEquals((await runHere(["preview-cost", "/no/such/file", ...OFFLINE])).code, 2);
});

const endless = { ignore: Deno.build.os === "windows" };
Deno.test("a file without end is refused before it fills the memory", endless, async () => {
  const { code, stderr } = await runHere(["preview-cost", "/dev/zero", ...OFFLINE]);
  assertEquals([code, stderr], [2, "edgemesh: Cannot read /dev/zero: it is larger than 256 MiB\n"]);
});
