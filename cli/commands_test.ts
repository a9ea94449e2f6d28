import * as grpc from "@grpc/grpc-js";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../tests/assert.ts";
import { CannedAgent, type CannedAnswers, Failure, SESSION_ID } from "./canned_agent.ts";
import { type Outcome, runHere } from "./cli_harness.ts";
import type { JobStatus } from "../proto/messages.ts";

const LAPTOP = "3f2a9c10-0000-4000-8000-000000000001";
const PHONE = "4f2a9c10-0000-4000-8000-000000000002";
const JOB = "99999999-0000-4000-8000-000000000009";

function device(id: string, name: string, others = {}) {
  return { device_id: id, device_name: name, platform: "linux", arch: "amd64", has_cpu: true, ...others };
}

/** A time in seconds that is shown as `now` for a minute: by a clock that is ahead. */
const soon = () => Math.floor(Date.now() / 1000) + 60;

function state(id: string, name: string, online: boolean, others = {}) {
  const last_seen = online ? soon() : Math.floor(Date.now() / 1000) - 200;
  const status = { device_id: id, last_seen, cpu_load: 0.37, mem_used_mb: 1024, mem_total_mb: 8192 };
  return { device: device(id, name, others), status, online, link: online ? "self" : "none", running_tasks: 2 };
}

const DEVICES: CannedAnswers = {
  ListDevices: () => ({ devices: [device(LAPTOP, "laptop", { has_npu: true }), device(PHONE, "phone")] }),
};

/** Runs a command line against an agent, outside of any terminal. */
function run(agent: CannedAgent, ...args: string[]): Promise<Outcome> {
  return runHere([...args.slice(0, 1), "--server", agent.address, "--key", "right", ...args.slice(1)]);
}

Deno.test("devices shows each device with what it can do and when it was seen", async () => {
  await using agent = await CannedAgent.start({
    ListDeviceStates: () => ({
      devices: [
        state(LAPTOP, "laptop", true, { has_npu: true, ram_free_mb: 2048, local_model_name: "llama3.2:3b" }),
        state(PHONE, "phone\n\x1b[2J天", false),
      ],
    }),
  });
  const { code, stdout, stderr } = await run(agent, "devices");
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.split("\n"), [
    "NAME      ID        PLATFORM     CAPABILITIES  LOAD  FREE RAM  MODEL        LAST SEEN",
    "laptop    3f2a9c10  linux/amd64  cpu npu       37 %    2.0 GB  llama3.2:3b  now",
    "phone 天  4f2a9c10  linux/amd64  cpu              -         -  -            3 min ago (offline)",
    "",
  ]);
});

Deno.test("devices --json has the fields of DeviceInfo, and the status beside them", async () => {
  await using agent = await CannedAgent.start({
    ListDeviceStates: () => ({ devices: [state(LAPTOP, "laptop", true)] }),
  });
  const { devices } = JSON.parse((await run(agent, "devices", "--json")).stdout);
  assertEquals([devices[0].device_id, devices[0].has_cpu, devices[0].llm_decode_toks_per_s], [LAPTOP, true, 0]);
  assertEquals([devices[0].online, devices[0].link, devices[0].status.cpu_load], [true, "self", 0.37]);
});

Deno.test("devices works with an agent that has the specification's service only", async () => {
  await using agent = await CannedAgent.start(DEVICES, { withMesh: false });
  const { code, stdout } = await run(agent, "devices");
  assertEquals(code, 0);
  assertMatch(stdout, /laptop +3f2a9c10 +linux\/amd64 +cpu npu +- +- +- +-\n/);
});

Deno.test("status takes a name or the beginning of an id", async () => {
  await using agent = await CannedAgent.start({
    ...DEVICES,
    GetDeviceStatus: ({ device_id }) => ({
      device_id,
      last_seen: soon(),
      cpu_load: -1,
      mem_used_mb: 1024,
      mem_total_mb: 8192,
    }),
  });
  const { stdout } = await run(agent, "status", "laptop");
  assertMatch(stdout, /^Name: +laptop\nId: +3f2a9c10-.*\nPlatform: +linux\/amd64\nCapabilities: +cpu npu\n/);
  assertMatch(stdout, /CPU load: +-\nMemory: +1\.0 GB of 8\.0 GB used\nLast seen: +now\n$/);
  assertEquals(JSON.parse((await run(agent, "status", "4f2a", "--json")).stdout).device_id, PHONE);
  const unknown = await run(agent, "status", "tablet");
  assertEquals(unknown, {
    code: 1,
    stdout: "",
    stderr: 'edgemesh: no device "tablet" (`edgemesh devices` lists them)\n',
  });
});

Deno.test("status says who looks at a device's screen", async () => {
  const stream = (client_name: string, connected: boolean, others = {}) => ({
    client_name,
    peer: "10.0.0.7:4711",
    monitor_name: "HDMI-1",
    started_at: Math.floor(Date.now() / 1000) - 200,
    connected,
    ...others,
  });
  const streams = [
    stream("ada\x1b[2J", true, { video: "vp8" }),
    stream("", false, { monitor_name: "", monitor_index: 1 }),
  ];
  await using agent = await CannedAgent.start({
    ...DEVICES,
    GetDeviceStatus: () => ({ device_id: LAPTOP }),
    ListDeviceStates: () => ({
      devices: [
        { ...state(LAPTOP, "laptop", true), screen_streams: streams },
        state(PHONE, "phone", true),
      ],
    }),
  });
  const laptop = await run(agent, "status", "laptop");
  assertMatch(
    laptop.stdout,
    /\nScreen: +ada \(10\.0\.0\.7:4711\) looks at HDMI-1 as vp8, begun 3 min ago\n +somebody \(10\.0\.0\.7:4711\) was offered monitor 1, 3 min ago\n/,
  );
  assertEquals((await run(agent, "status", "phone")).stdout.includes("Screen"), false);
});

Deno.test("exec passes the program's output and exit code through unchanged", async () => {
  await using agent = await CannedAgent.start({
    ExecuteCommand: () => ({ exit_code: 3, stdout: "\x1b[1mbold\x1b[0m no line end", stderr: "oops\n" }),
  });
  const { code, stdout, stderr } = await run(agent, "exec", "ls", "-l", "--json", "--", "x");
  assertEquals([code, stdout, stderr], [3, "\x1b[1mbold\x1b[0m no line end", "oops\n"]);
  assertEquals(agent.requests("ExecuteCommand"), [
    { session_id: SESSION_ID, command: "ls", args: ["-l", "--json", "--", "x"] },
  ]);
  const json = await run(agent, "exec", "--json", "ls");
  assertEquals([json.code, JSON.parse(json.stdout).exit_code, json.stderr], [3, 3, ""]);
});

Deno.test("run sends the policy that was asked for", async () => {
  await using agent = await CannedAgent.start({
    ...DEVICES,
    ExecuteRoutedCommand: () => ({
      output: { exit_code: 0, stdout: "/home\n", stderr: "" },
      selected_device_id: PHONE,
      selected_device_name: "phone",
      selected_device_addr: "10.0.0.7:50051",
      total_time_ms: 12.4,
      executed_locally: false,
    }),
  });
  await run(agent, "run", "--", "pwd", "-P");
  await run(agent, "run", "--policy", "require-npu", "pwd");
  await run(agent, "run", "--device", "phone", "--", "pwd");
  const requests = agent.requests("ExecuteRoutedCommand");
  assertEquals(requests.map((request) => request.policy), [
    { mode: "BEST_AVAILABLE", device_id: "" },
    { mode: "REQUIRE_NPU", device_id: "" },
    { mode: "FORCE_DEVICE_ID", device_id: PHONE },
  ]);
  assertEquals([requests[0].command, requests[0].args], ["pwd", ["-P"]]);
  assertEquals(requests[0].session_id, SESSION_ID);
  const { stdout, stderr } = await run(agent, "run", "--verbose", "--", "pwd");
  assertEquals(stdout, "/home\n");
  assertEquals(stderr, "edgemesh: ran on phone (10.0.0.7:50051) in 12 ms, exit code 0\n");
});

Deno.test("run refuses a policy together with a device, and an unknown policy", async () => {
  const both = await runHere(["run", "--policy", "require-npu", "--device", "x", "--", "pwd"]);
  assertEquals([both.code, both.stdout], [2, ""]);
  const wrong = await runHere(["run", "--policy", "require-nup", "--", "pwd"]);
  assertEquals(wrong.code, 2);
  assertMatch(wrong.stderr, /^edgemesh: --policy "require-nup": .*\(did you mean require-npu\?\)\n$/);
});

function job(state: string, others: Partial<JobStatus> = {}): JobStatus {
  const task = (task_id: string, state: string, result: string, error: string) => ({
    task_id,
    assigned_device_id: PHONE,
    assigned_device_name: "phone",
    state,
    result,
    error,
  });
  const ended = state === "FAILED" ? task("b", "FAILED", "", "model ran away") : task("b", state, "two\nlines", "");
  return {
    job_id: JOB,
    state,
    tasks: [task("a", "DONE", "one", ""), ended],
    final_result: state === "DONE" ? "=== phone ===\none" : "",
    current_group: 0,
    total_groups: 2,
    ...others,
  };
}

const SUBMIT: CannedAnswers = {
  SubmitJob: () => ({ job_id: JOB, created_at: 1, summary: "distributed to 2 devices in 1 group(s)" }),
};

Deno.test("submit prints the job's id and summary", async () => {
  await using agent = await CannedAgent.start(SUBMIT);
  const { code, stdout } = await run(agent, "submit", "collect", "everything", "--max-workers", "2");
  assertEquals([code, stdout], [0, `${JOB}  distributed to 2 devices in 1 group(s)\n`]);
  const [request] = agent.requests("SubmitJob");
  assertEquals([request.text, request.max_workers, request.plan], ["collect everything", 2, null]);
  // How a plan made from words is reduced, its planner decides.
  assertEquals([request.session_id, request.reduce], [SESSION_ID, { kind: "" }]);
});

Deno.test("submit --wait ends with the job's result, or with its failure", async () => {
  await using agent = await CannedAgent.start({
    ...SUBMIT,
    GetJob: (_, times) => job(times === 0 ? "RUNNING" : "DONE"),
  });
  const done = await run(agent, "submit", "x", "--wait");
  assertEquals([done.code, done.stderr], [0, "job: 2 of 2 tasks done\n"]);
  assertEquals(done.stdout, `${JOB}  distributed to 2 devices in 1 group(s)\n\n=== phone ===\none\n`);
  const json = await run(agent, "submit", "x", "--wait", "--json");
  assertEquals([json.code, JSON.parse(json.stdout).state], [0, "DONE"]);

  await using failing = await CannedAgent.start({ ...SUBMIT, GetJob: () => job("FAILED") });
  const failed = await run(failing, "submit", "x", "--wait");
  assertEquals(failed.code, 1);
  assertEquals(
    failed.stderr,
    `job: 1 of 2 tasks done, 1 failed\nedgemesh: job ${JOB} failed: task b failed on phone: model ran away\n`,
  );
  assertEquals((await run(failing, "submit", "x", "--wait", "--json")).code, 1);
});

Deno.test("submit wants either words or a plan, and a sound one", async () => {
  const plan = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(plan, '{"groups":[{"index":0,"tasks":[{"task_id":"a","kind":"ECHO","input":"hi"}]}]}');
    await using agent = await CannedAgent.start(SUBMIT);
    assertEquals((await run(agent, "submit", "--plan", plan, "--reduce", "concat")).code, 0);
    assertEquals(agent.requests("SubmitJob")[0].plan.groups[0].tasks[0].input, "hi");
    const wrong: [string[], RegExp][] = [
      [[], /submit needs TEXT or --plan FILE/],
      [["x", "--plan", plan], /TEXT and --plan exclude each other/],
      [["x", "--reduce", "sum"], /--reduce "sum": not concat, json, lines, first/],
      [["x", "--task-timeout", "soon"], /--task-timeout "soon": is not a duration: write 30, 30s, 5m, 2h or 7d/],
      [["x", "--task-timeout", "0"], /--task-timeout "0": is not above 0/],
      [["x", "--cancel-on-interrupt"], /--cancel-on-interrupt needs --wait/],
      [["x", "--max-workers", "many"], /--max-workers "many"/],
      [["--plan", "/no/such/plan.json"], /Cannot read \/no\/such\/plan.json: no such file or folder/],
    ];
    for (const [args, message] of wrong) {
      const { code, stdout, stderr } = await run(agent, "submit", ...args);
      assertEquals([code, stdout], [2, ""]);
      assertMatch(stderr, message);
    }
    await Deno.writeTextFile(
      plan,
      '{"groups":[{"index":0,"tasks":[{"kind":"ECHO"}]},{"index":0,"tasks":[{"kind":"ECHO"}]}]}',
    );
    const twice = await run(agent, "submit", "--plan", plan);
    assertEquals(twice.code, 2);
    assertMatch(twice.stderr, /Cannot use plan: plan\.groups\[1\]\.index: 0 is used twice \(in .*\)/);
    assertEquals(agent.requests("SubmitJob").length, 1);
  } finally {
    await Deno.remove(plan);
  }
});

Deno.test("job shows tasks and result; --watch follows it, in JSON one line for each change", async () => {
  const states = ["RUNNING", "RUNNING", "DONE"];
  const answer: CannedAnswers = { GetJob: (_, times) => job(states[Math.min(times, 2)] ?? "DONE") };
  await using agent = await CannedAgent.start(answer);
  const shown = await run(agent, "job", JOB);
  assertEquals(shown.stdout.split("\n"), [
    `${JOB}  RUNNING, group 1 of 2, 1 of 2 tasks done`,
    "",
    "TASK  STATE    DEVICE  RESULT",
    "a     DONE     phone   one",
    "b     RUNNING  phone   two …",
    "",
  ]);
  await using watched = await CannedAgent.start(answer);
  const { code, stdout } = await run(watched, "job", JOB, "--watch", "--json");
  const documents = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).state);
  assertEquals([code, documents], [0, ["RUNNING", "DONE"]]);
  const text = await run(watched, "job", JOB, "--watch");
  assert(text.stdout.endsWith("\n\n=== phone ===\none\n"), text.stdout);
  const unknown = await CannedAgent.start({ GetJob: () => new Failure(grpc.status.NOT_FOUND, 'no job "x"') });
  await using _ = unknown;
  assertEquals(await run(unknown, "job", "x", "--json"), {
    code: 1,
    stdout: '{"error":{"code":"NOT_FOUND","message":"no job \\"x\\""}}\n',
    stderr: "",
  });
});

Deno.test("job --watch goes on when the agent restarts, which ends its sessions", async () => {
  const answers = [
    job("RUNNING"),
    new Failure(grpc.status.UNAVAILABLE, "the agent is stopping"),
    new Failure(grpc.status.UNAVAILABLE, "the agent is starting"),
    job("RUNNING"),
    new Failure(grpc.status.UNAUTHENTICATED, "unknown or ended session"),
  ];
  await using agent = await CannedAgent.start({ GetJob: (_, times) => answers[times] ?? job("DONE") });
  const { code, stdout, stderr } = await run(agent, "job", JOB, "--watch", "--json");
  assertEquals([code, stderr], [0, "edgemesh: the agent is stopping; trying again\n"]);
  assertEquals(stdout.trimEnd().split("\n").map((line) => JSON.parse(line).state), ["RUNNING", "DONE"]);
  assertEquals(agent.requests("CreateSession").length, 4);
});

Deno.test("on a terminal a bar says how far the job is, and is gone when it has ended", async () => {
  await using agent = await CannedAgent.start({ GetJob: (_, times) => job(times < 2 ? "RUNNING" : "DONE") });
  const line = ["job", JOB, "--watch", "--server", agent.address, "--key", "right", "--no-color"];
  const { code, stderr } = await runHere(line, 60);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "job  ████████░░░░░░░  1/2\x1b[J");
  assert(stderr.endsWith("\r\x1b[J"), JSON.stringify(stderr));
});

Deno.test("a job's id and state from an agent cannot control the terminal", async () => {
  await using agent = await CannedAgent.start({ GetJob: () => ({ ...job("DONE\x1b[2J"), job_id: "x\x1b]0;t\x07y" }) });
  const { stdout } = await runHere(["job", JOB, "--server", agent.address, "--key", "right", "--no-color"], 60);
  assert(!stdout.includes("\x1b"), JSON.stringify(stdout));
  assert(stdout.startsWith("xy  DONE, "), stdout);
});

Deno.test("jobs lists what there is", async () => {
  const summary = {
    job_id: JOB,
    state: "DONE",
    created_at: 1,
    finished_at: 63,
    summary: "s",
    tasks_total: 5,
    tasks_done: 4,
  };
  await using agent = await CannedAgent.start({ ListJobs: () => ({ jobs: [{ ...summary, tasks_failed: 1 }] }) });
  const { stdout } = await run(agent, "jobs", "--state", "DONE", "--limit", "7");
  assertMatch(stdout, /^ID +STATE +TASKS +CREATED +TOOK +SUMMARY\n9{8}-\S+ +DONE +4\/5 +\d+ d ago +1 min 2 s +s\n$/);
  assertEquals(agent.requests("ListJobs"), [{ state: "DONE", limit: 7, page_token: "" }]);
  const narrow = await runHere(["jobs", "--server", agent.address, "--key", "right", "--no-color"], 40);
  assertMatch(narrow.stdout, /^ID +STATE +TASKS +CREATED *\n9{8} +DONE +4\/5 +\d+ d ago *\n$/);
  const { jobs } = JSON.parse((await run(agent, "jobs", "--json")).stdout);
  assertEquals(jobs[0].tasks_failed, 1);
});

Deno.test("plan shows tasks with the devices' names, and why it was planned so", async () => {
  const task = (task_id: string, target_device_id: string) => ({ task_id, kind: "SYSINFO", target_device_id });
  await using agent = await CannedAgent.start({
    ...DEVICES,
    PreviewPlan: () => ({
      used_ai: false,
      notes: "no model",
      rationale: "one each",
      plan: { groups: [{ index: 0, tasks: [task("t1", LAPTOP), task("t2", "")] }] },
      reduce: { kind: "CONCAT" },
    }),
  });
  const { stdout } = await run(agent, "plan", "look", "around", "--max-workers", "2");
  assertEquals(stdout.split("\n").slice(0, 3), [
    "GROUP  TASK  KIND     DEVICE  INPUT",
    "    0  t1    SYSINFO  laptop  -",
    "    0  t2    SYSINFO  any     -",
  ]);
  assertMatch(stdout, /Planned by: rule\nRationale: one each\nNotes: no model\nResults: CONCAT\n$/);
  assertEquals(agent.requests("PreviewPlan")[0].text, "look around");
});
