import * as grpc from "@grpc/grpc-js";
import { assert, assertEquals, assertMatch } from "../tests/assert.ts";
import { eventually } from "../tests/processes.ts";
import { CannedAgent, Failure } from "./canned_agent.ts";
import { type Outcome, Recorder, runHere } from "./cli_harness.ts";
import { runCommandLine } from "./run_command.ts";

const JOB = "99999999-0000-4000-8000-000000000009";
const PHONE = "4f2a9c10-0000-4000-8000-000000000002";

function run(agent: CannedAgent, ...args: string[]): Promise<Outcome> {
  return runHere([...args.slice(0, 1), "--server", agent.address, "--key", "right", ...args.slice(1)]);
}

Deno.test("cancel takes the beginning of an id and prints the job's state", async () => {
  await using agent = await CannedAgent.start({
    ListJobs: () => ({ jobs: [{ job_id: JOB }] }),
    CancelJob: ({ job_id }) => ({ job_id, state: "CANCELLED", tasks_total: 5, reason: "a client cancelled it" }),
  });
  assertEquals(await run(agent, "cancel", "9999"), { code: 0, stdout: `${JOB}  CANCELLED\n`, stderr: "" });
  const { state, tasks_total } = JSON.parse((await run(agent, "cancel", JOB, "--json")).stdout);
  assertEquals([state, tasks_total], ["CANCELLED", 5]);
  assertEquals(agent.requests("CancelJob"), [{ job_id: JOB }, { job_id: JOB }]);
});

Deno.test("an agent without the commands about jobs is said to be too old for them", async () => {
  await using old = await CannedAgent.start({}, { withMesh: false });
  const lines: [string[], string][] = [
    [["jobs"], "listing jobs"],
    [["job", JOB, "--tasks"], "listing tasks"],
    [["job", JOB, "--delete"], "deleting jobs"],
  ];
  for (const [line, what] of lines) {
    const stderr = `edgemesh: the agent is too old for ${what}: update it\n`;
    assertEquals(await run(old, ...line), { code: 1, stdout: "", stderr });
  }
});

Deno.test("a job that has ended cannot be cancelled, and an agent may be too old for it", async () => {
  const words = `job ${JOB} is DONE: it cannot be cancelled`;
  await using agent = await CannedAgent.start({
    CancelJob: () => new Failure(grpc.status.FAILED_PRECONDITION, words),
  });
  assertEquals(await run(agent, "cancel", JOB), { code: 1, stdout: "", stderr: `edgemesh: ${words}\n` });
  await using old = await CannedAgent.start({}, { withMesh: false });
  const { code, stderr } = await run(old, "cancel", JOB);
  assertEquals([code, stderr], [1, "edgemesh: the agent is too old for cancelling jobs: update it\n"]);
});

Deno.test("jobs --limit lists more than an agent does at once", async () => {
  const page = (count: number) => Array.from({ length: count }, () => ({ job_id: JOB, state: "DONE" }));
  await using agent = await CannedAgent.start({
    ListJobs: ({ limit = 0, page_token }) => ({ jobs: page(limit), next_page_token: `${page_token}+` }),
  });
  const { jobs } = JSON.parse((await run(agent, "jobs", "--limit", "2500", "--json")).stdout);
  assertEquals(jobs.length, 2500);
  assertEquals(agent.requests("ListJobs").map(({ limit, page_token }) => [limit, page_token]), [
    [1000, ""],
    [1000, "+"],
    [500, "++"],
  ]);
});

Deno.test("job --delete forgets a job that has ended", async () => {
  await using agent = await CannedAgent.start({
    DeleteJob: (_, times) => times < 2 ? {} : new Failure(grpc.status.FAILED_PRECONDITION, `job ${JOB} is RUNNING`),
  });
  assertEquals((await run(agent, "job", JOB, "--delete")).stdout, `${JOB}  deleted\n`);
  assertEquals((await run(agent, "job", JOB, "--delete", "--json")).stdout, `{"job_id":"${JOB}","deleted":true}\n`);
  const running = await run(agent, "job", JOB, "--delete");
  assertEquals([running.code, running.stderr], [1, `edgemesh: job ${JOB} is RUNNING\n`]);
});

const TASKS = [
  { status: task("a", "DONE", "one\ntwo", ""), kind: "ECHO", group: 0, attempts: 1, timeout_ms: 250_000 },
  {
    status: task("b", "FAILED", "", "given up after 2 attempts: it broke"),
    kind: "ECHO",
    group: 1,
    attempts: 2,
    failed_attempts: [
      { attempt: 1, device_id: PHONE, device_name: "phone", reason: "lost phone" },
      { attempt: 2, device_id: PHONE, device_name: "tablet", reason: "it broke" },
    ],
  },
];

function task(task_id: string, state: string, result: string, error: string) {
  return { task_id, state, result, error, assigned_device_id: PHONE, assigned_device_name: "phone" };
}

Deno.test("job --tasks lists all tasks, page by page, and why attempts failed", async () => {
  await using agent = await CannedAgent.start({
    ListTasks: ({ page_token }) =>
      page_token === "" ? { tasks: TASKS.slice(0, 1), next_page_token: "2" } : { tasks: TASKS.slice(1) },
  });
  const { stdout } = await run(agent, "job", JOB, "--tasks");
  assertEquals(stdout.split("\n"), [
    "TASK  GROUP  STATE  DEVICE  ATTEMPTS  RESULT",
    "a         1  DONE   phone          1  one …",
    "TASK         GROUP  STATE   DEVICE  ATTEMPTS  RESULT",
    "b                2  FAILED  phone          2  given up after 2 attempts: it broke",
    "  attempt 1                 phone             lost phone",
    "  attempt 2                 tablet            it broke",
    "",
  ]);
  const json = (await run(agent, "job", JOB, "--tasks", "--state", "DONE", "--json")).stdout;
  const [first, second] = json.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([first.status.result, first.timeout_ms, second.failed_attempts.length], ["one\ntwo", 250_000, 2]);
  assertEquals(agent.requests("ListTasks").at(-1), { job_id: JOB, state: "DONE", limit: 1000, page_token: "2" });
});

Deno.test("job --tasks says why an attempt failed at a task that waits for another one", async () => {
  const failed_attempts = [{ attempt: 1, device_id: PHONE, device_name: "phone", reason: "lost phone" }];
  const waiting = { status: task("c", "QUEUED", "", ""), group: 0, attempts: 1, failed_attempts };
  await using agent = await CannedAgent.start({ ListTasks: () => ({ tasks: [waiting] }) });
  const { stdout } = await run(agent, "job", JOB, "--tasks");
  assertMatch(stdout, /\nc +1 +QUEUED +phone +1 *\n {2}attempt 1 +phone +lost phone\n$/);
});

Deno.test("flags of job that do not go together are refused", async () => {
  const wrong: [string[], RegExp][] = [
    [["--watch", "--tasks"], /--watch and --tasks exclude each other: give one of them/],
    [["--state", "DONE"], /--state needs --tasks/],
    [["--tasks", "--state", "doen"], /--state "doen": not QUEUED, RUNNING, DONE, FAILED, CANCELLED/],
  ];
  for (const [flags, message] of wrong) {
    const { code, stderr } = await runHere(["job", JOB, ...flags]);
    assertEquals(code, 2);
    assertMatch(stderr, message);
  }
});

Deno.test("a huge job is shown without its tasks, and says how to list them", async () => {
  const tasks = Array.from({ length: 10_001 }, (_, at) => task(`t${at}`, "DONE", "", ""));
  await using agent = await CannedAgent.start({
    GetJob: () => ({ job_id: JOB, state: "DONE", tasks, final_result: "the results are left out" }),
  });
  assertEquals((await run(agent, "job", JOB)).stdout.split("\n"), [
    `${JOB}  DONE, 10001 of 10001 tasks done`,
    "",
    `\`edgemesh job ${JOB} --tasks\` lists its tasks with their results.`,
    "",
    "the results are left out",
    "",
  ]);
});

Deno.test("job --watch --json prints the job whenever a watched change says that it is another", async () => {
  let state = "RUNNING";
  const told = Promise.withResolvers<void>();
  await using agent = await CannedAgent.start({
    async *WatchJob() {
      yield { job_id: JOB, state: "RUNNING", snapshot: true };
      await told.promise;
      yield { job_id: JOB, state: "RUNNING" };
      state = "FAILED";
      yield { job_id: JOB, state: "FAILED" };
    },
    GetJob: () => {
      told.resolve();
      return { job_id: JOB, state, tasks: [task("b", state, "", "it broke")] };
    },
  });
  const { code, stdout, stderr } = await run(agent, "job", JOB, "--watch", "--json");
  const states = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).state);
  assertEquals([code, states, stderr], [1, ["RUNNING", "FAILED"], ""]);
  assertEquals(agent.requests("WatchJob"), [{ job_id: JOB, counts_only: false }]);
});

Deno.test("a job that cannot be watched, for nobody knows it, is said to be unknown", async () => {
  await using agent = await CannedAgent.start({
    WatchJob: () => [new Failure(grpc.status.NOT_FOUND, `no job "${JOB}"`)],
  });
  assertEquals(await run(agent, "job", JOB, "--watch"), { code: 1, stdout: "", stderr: `edgemesh: no job "${JOB}"\n` });
});

Deno.test("job --watch draws a bar for each group on a terminal, and leaves none", async () => {
  const [out, err] = [new Recorder(70), new Recorder(70)];
  await using agent = await CannedAgent.start({
    async *WatchJob() {
      yield { state: "RUNNING", groups: [{ tasks: 4, done: 4 }, { tasks: 4, done: 1, failed: 1 }] };
      await eventually(() => err.text.includes("1/4, 1 failed\x1b[J") || undefined, "the bars");
      yield { state: "DONE", groups: [{ tasks: 4, done: 4 }, { tasks: 4, done: 4 }] };
    },
    GetJob: () => ({ job_id: JOB, state: "DONE" }),
  });
  const line = ["job", JOB, "--watch", "--server", agent.address, "--key", "right", "--no-color"];
  const code = await runCommandLine(line, { escapes: true, out, err });
  const stderr = err.text;
  assertEquals(code, 0);
  assert(stderr.includes("group 1 of 2  █████████████████  4/4\x1b[K\n"), JSON.stringify(stderr));
  assert(stderr.includes("group 2 of 2  █████████░░░░░░░░  1/4, 1 failed\x1b[J"), JSON.stringify(stderr));
  assert(stderr.endsWith("\x1b[1A\r\x1b[J"), JSON.stringify(stderr));
});

Deno.test("an output that is closed while a job is watched ends the command quietly", async () => {
  await using agent = await CannedAgent.start({
    async *WatchJob() {
      yield { job_id: JOB, state: "RUNNING" };
      await new Promise(() => {});
    },
    GetJob: () => ({ job_id: JOB, state: "RUNNING" }),
  });
  const [out, err] = [new Recorder(), new Recorder()];
  out.closed = true;
  const line = ["job", JOB, "--watch", "--json", "--server", agent.address, "--key", "right"];
  assertEquals(await runCommandLine(line, { escapes: false, out, err }), 0);
  assertEquals(err.text, "");
});
