import { stripVTControlCharacters } from "node:util";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../tests/assert.ts";
import { CannedAgent, type CannedAnswers } from "./canned_agent.ts";
import { type Outcome, runHere } from "./cli_harness.ts";
import { displayWidth } from "./output/width.ts";

const LAPTOP = "3f2a9c10-0000-4000-8000-000000000001";
const PHONE = "4f2a9c10-0000-4000-8000-000000000002";
const NOBODY = ["--server", "127.0.0.1:1"];

const DEVICES: CannedAnswers = {
  ListDevices: () => ({
    devices: [{ device_id: LAPTOP, device_name: "laptop" }, { device_id: PHONE, device_name: "phone" }],
  }),
};

const RATES = { prefill_toks_per_s: 812.4, decode_toks_per_s: 45.23, load_ms: 1200, overhead_ms: 12, samples: 4 };

const MODELS = [
  {
    device_id: LAPTOP,
    device_name: "laptop",
    is_default: true,
    model: {
      name: "llama3.2:3b",
      loaded: true,
      size_bytes: 2_019_393_189,
      memory_mb: 2867,
      parameter_size: "3.2B",
      quantization: "Q4_K_M",
      generates: true,
      rates: RATES,
    },
  },
  {
    device_id: LAPTOP,
    device_name: "laptop",
    model: { name: "nomic-embed-text\x1b[2J", size_bytes: 302_000, memory_mb: 300, embeds: true },
  },
  { device_id: PHONE, device_name: "phone", is_default: true, model: { name: "qwen3:0.6b", generates: true } },
];

/** Runs a command line against an agent, outside of any terminal. */
function run(agent: CannedAgent, ...args: string[]): Promise<Outcome> {
  return runHere([...args.slice(0, 1), "--server", agent.address, "--key", "right", ...args.slice(1)]);
}

/** Runs with a plan of three tasks in a file, whose path comes after the command. */
async function withPlan<Result>(use: (path: string) => Promise<Result>): Promise<Result> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const task = (task_id: string) => ({ task_id, kind: "LLM_GENERATE", input: "hello" });
    await Deno.writeTextFile(path, JSON.stringify({ groups: [{ index: 0, tasks: ["a", "b", "c"].map(task) }] }));
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("models lists the mesh's models with what was measured, the defaults marked", async () => {
  await using agent = await CannedAgent.start({ ListModels: () => ({ models: MODELS }) });
  const { code, stdout } = await run(agent, "models");
  assertEquals(code, 0);
  assertEquals(stdout.split("\n"), [
    "   MODEL                          DEVICE  PARAMS         SIZE  LOADED  MEMORY  PREFILL tok/s  DECODE tok/s",
    "*  llama3.2:3b                    laptop  3.2B Q4_K_M  1.9 GB  yes     2.8 GB            812          45.2",
    "   nomic-embed-text (embeddings)  laptop  -            295 kB  no      300 MB              -             -",
    "*  qwen3:0.6b                     phone   -                 -  no           -              -             -",
    "",
    "* what the device answers with when no model is named",
    "",
  ]);
  const { models } = JSON.parse((await run(agent, "models", "--json")).stdout);
  assertEquals([models.length, models[0].model.rates.samples, models[2].is_default], [3, 4, true]);
  const narrow = await runHere(["models", "--server", agent.address, "--key", "right"], 50);
  for (const line of stripVTControlCharacters(narrow.stdout).split("\n").slice(0, 4)) assert(displayWidth(line) <= 50);
});

Deno.test("a mesh without models says how to get one; an older agent says that it is older", async () => {
  await using agent = await CannedAgent.start({ ListModels: () => ({ models: [] }) });
  const { code, stdout } = await run(agent, "models");
  assertEquals([code, stdout.split("\n").length], [0, 2]);
  assertMatch(stdout, /^No device that is online has a local model: .*--ollama/);
  assertEquals(JSON.parse((await run(agent, "models", "--json")).stdout), { models: [] });
  await using older = await CannedAgent.start({});
  const lines = [["models"], ["calibrate"], ["cost-report"]];
  for (const line of lines) {
    const { code, stderr } = await run(older, ...line);
    assertEquals(code, 1);
    assertMatch(stderr, /^edgemesh: the agent is too old for .*: update it\n$/);
  }
});

Deno.test("status shows the device's models, and an older agent's device what it said of itself", async () => {
  const said = { ...DEVICES, GetDeviceStatus: () => ({ cpu_load: 0.1, mem_total_mb: 0 }) };
  await using agent = await CannedAgent.start({ ...said, ListModels: () => ({ models: MODELS }) });
  const { stdout } = await run(agent, "status", "laptop");
  assertStringIncludes(
    stdout,
    "\nModels:       llama3.2:3b, default, loaded: prefill 812 tokens/s, decode 45.2 tokens/s\n" +
      "              nomic-embed-text (embeddings): not measured yet\n" +
      "CPU load:     10 %\n",
  );
  assertStringIncludes(
    (await run(agent, "status", "phone")).stdout,
    "\nModel:        qwen3:0.6b, default: not measured yet\n",
  );
  const device = { device_id: LAPTOP, device_name: "laptop", local_model_name: "old:1b" };
  await using older = await CannedAgent.start({ ...said, ListDevices: () => ({ devices: [device] }) });
  assertStringIncludes((await run(older, "status", "laptop")).stdout, "\nModel:        old:1b\n");
});

Deno.test("calibrate shows the three runs and the rates, of the device that is named", async () => {
  const run_ = (prompt_tokens: number, load_ms: number) => ({
    prompt_tokens,
    output_tokens: 32,
    load_ms,
    prefill_ms: prompt_tokens * 1.25,
    decode_ms: 800,
    total_ms: prompt_tokens * 1.25 + 800 + load_ms,
  });
  const measured = { device_id: LAPTOP, device_name: "laptop", model: "llama3.2:3b", rates: RATES };
  await using agent = await CannedAgent.start({
    ...DEVICES,
    Calibrate: () => ({ ...measured, runs: [run_(64, 1200), run_(128, 0), run_(256, 0)] }),
  });
  const { code, stdout } = await run(agent, "calibrate");
  assertEquals(code, 0);
  assertEquals(stdout.split("\n"), [
    "laptop  llama3.2:3b",
    "",
    "PROMPT tok  OUTPUT tok  WAIT   LOAD  PREFILL tok/s  DECODE tok/s   TOTAL",
    "        64          32     -  1.2 s            800          40.0   2.1 s",
    "       128          32     -      -            800          40.0  960 ms",
    "       256          32     -      -            800          40.0   1.1 s",
    "",
    "from now on: prefill 812 tokens/s, decode 45.2 tokens/s, loading 1.2 s, overhead 12 ms",
    "",
  ]);
  const json = await run(agent, "calibrate", "phone", "--model", "qwen3:0.6b", "--json");
  assertEquals(JSON.parse(json.stdout).runs.length, 3);
  assertEquals(agent.requests("Calibrate"), [
    { device_id: "", model: "" },
    { device_id: PHONE, model: "qwen3:0.6b" },
  ]);
  assertEquals((await run(agent, "calibrate", "laptop", "phone")).code, 2);
});

Deno.test("cost-report shows the error by device and model, and says when nothing was measured yet", async () => {
  const since = Math.floor(Date.now() / 1000) - 7200;
  const error = {
    device_id: LAPTOP,
    device_name: "laptop",
    model: "llama3.2:3b",
    generations: 120,
    median_error: 0.068,
    p90_error: 0.21,
    correction: 1.043,
    since,
  };
  await using agent = await CannedAgent.start({
    ...DEVICES,
    CostReport: ({ device_id }) => ({
      errors: device_id === PHONE ? [] : [error, { ...error, device_name: "phone", generations: 3, correction: 1 }],
    }),
  });
  const { stdout } = await run(agent, "cost-report");
  assertEquals(stdout.split("\n"), [
    "DEVICE  MODEL        GENERATIONS  MEDIAN ERROR  P90 ERROR  CORRECTION  SINCE",
    "laptop  llama3.2:3b          120         6.8 %       21 %      × 1.04  2 h ago",
    "phone   llama3.2:3b            3         6.8 %       21 %        none  2 h ago",
    "",
  ]);
  const nothing = await run(agent, "cost-report", "--device", "phone", "--model", "m");
  assertEquals([nothing.code, nothing.stdout], [
    0,
    "Nothing was measured yet: no generation of these has ended with a prediction.\n",
  ]);
  assertEquals(agent.requests("CostReport"), [{ device_id: "", model: "" }, { device_id: PHONE, model: "m" }]);
  assertEquals(JSON.parse((await run(agent, "cost-report", "--json")).stdout).errors[0].median_error, 0.068);
});

const PLACEMENT = {
  total_predicted_ms: 9500,
  tasks: [
    {
      task_id: "a",
      kind: "LLM_GENERATE",
      device_id: LAPTOP,
      device_name: "laptop",
      model: "llama3.2:3b",
      start_ms: 800,
      predicted_ms: 4700,
      load_ms: 1200,
      queue_ms: 800,
      predicted_memory_mb: 2867,
      ram_sufficient: false,
      notes: "using default throughput for platform; prompt tokens estimated from the input",
    },
    {
      task_id: "b",
      kind: "DANCE",
      device_id: PHONE,
      device_name: "phone",
      predicted_ms: 250,
      ram_sufficient: true,
      unknown_cost: true,
      notes: "using default throughput for platform",
    },
    {
      task_id: "c",
      kind: "LLM_GENERATE",
      ram_sufficient: true,
      unknown_cost: true,
      notes: "no device can run LLM_GENERATE now",
    },
  ],
  notes: ["using default throughput for platform", "the mesh is very busy"],
};

Deno.test("preview-cost --placement says which device would run which task, when, and the whole mesh's time", async () => {
  await using agent = await CannedAgent.start({ PreviewPlacement: () => PLACEMENT });
  await withPlan(async (path) => {
    const { code, stdout } = await run(agent, "preview-cost", path, "--placement", "--max-workers", "2");
    assertEquals(code, 0);
    assertEquals(stdout.split("\n"), [
      "TASK  KIND          DEVICE  MODEL         START  PREDICTED   LOAD   QUEUE    MEMORY",
      "a     LLM_GENERATE  laptop  llama3.2:3b  800 ms      4.7 s  1.2 s  800 ms  2.8 GB !",
      "b     DANCE         phone   -              0 ms   250 ms ?      -       -         -",
      "c     LLM_GENERATE  none    -                 -          -      -       -         -",
      "",
      "whole mesh: 9.5 s for 3 tasks on 2 devices",
      "note: using default throughput for platform (a, b)",
      "note: prompt tokens estimated from the input (a)",
      "note: no device can run LLM_GENERATE now (c)",
      "note: the mesh is very busy",
      "note: ! more RAM than the device has free",
      "note: ? stands for a cost that is not known",
      "",
    ]);
    const [request] = agent.requests("PreviewPlacement");
    assertEquals([request.max_workers, request.plan.groups[0].tasks.length], [2, 3]);
    const json = JSON.parse((await run(agent, "preview-cost", path, "--placement", "--json")).stdout);
    assertEquals([json.total_predicted_ms, json.tasks.length, json.tasks[0].queue_ms], [9500, 3, 800]);
  });
});

Deno.test("a placement of very many tasks shows the first of them", async () => {
  const tasks = Array.from({ length: 1200 }, (_, at) => ({ ...PLACEMENT.tasks[1], task_id: `task-${at}` }));
  await using agent = await CannedAgent.start({ PreviewPlacement: () => ({ ...PLACEMENT, tasks }) });
  await withPlan(async (path) => {
    const { stdout } = await run(agent, "preview-cost", path, "--placement");
    assertStringIncludes(stdout, "\ntask-999 ");
    assertStringIncludes(stdout, "\nThese are the first 1000 of 1200 tasks; --json prints each of them.\n");
    assert(!stdout.includes("task-1000"));
    assertStringIncludes(stdout, "\nwhole mesh: 9.5 s for 1200 tasks on 1 device\n");
  });
});

Deno.test("a placement needs an agent, and no device of its own", async () => {
  await withPlan(async (path) => {
    const away = await runHere(["preview-cost", path, "--placement", ...NOBODY]);
    assertEquals([away.code, away.stdout], [1, ""]);
    assertEquals(
      away.stderr,
      "edgemesh: no agent at 127.0.0.1:1 (connection refused): --placement needs one, since only an agent knows the mesh\n",
    );
    const wrong: [string[], RegExp][] = [
      [["--placement", "--device", "laptop"], /--placement and --device exclude each other/],
      [["--max-workers", "2"], /--max-workers needs --placement/],
      [["--placement", "--max-workers", "some"], /--max-workers "some"/],
    ];
    for (const [flags, message] of wrong) {
      const { code, stderr } = await runHere(["preview-cost", path, ...flags, ...NOBODY]);
      assertEquals(code, 2);
      assertMatch(stderr, message);
    }
    await using older = await CannedAgent.start({});
    const { code, stderr } = await run(older, "preview-cost", path, "--placement");
    assertEquals([code, stderr], [1, "edgemesh: the agent is too old for --placement: update it\n"]);
  });
});

Deno.test("submit --reduce llm-summarize asks for a summary by a model", async () => {
  await using agent = await CannedAgent.start({ SubmitJob: () => ({ job_id: "x", summary: "s" }) });
  assertEquals((await run(agent, "submit", "look around", "--reduce", "llm-summarize")).code, 0);
  assertEquals(agent.requests("SubmitJob")[0].reduce, { kind: "LLM_SUMMARIZE" });
});

Deno.test("plan says that AI made the plan only where it did", async () => {
  const plan = { groups: [{ index: 0, tasks: [{ task_id: "t1", kind: "SYSINFO" }] }] };
  await using agent = await CannedAgent.start({
    ...DEVICES,
    PreviewPlan: ({ text }) => ({ used_ai: text === "by AI", notes: "n", rationale: "r", plan }),
  });
  assertStringIncludes((await run(agent, "plan", "by AI")).stdout, "\nPlanned by: AI\n");
  assertStringIncludes((await run(agent, "plan", "by rule")).stdout, "\nPlanned by: rule\n");
});
