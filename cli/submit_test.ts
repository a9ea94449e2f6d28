import * as grpc from "@grpc/grpc-js";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../tests/assert.ts";
import type { JobUpdate } from "../proto/messages.ts";
import { CannedAgent, type CannedAnswers, Failure } from "./canned_agent.ts";
import { type Outcome, runHere, startProgram } from "./cli_harness.ts";

const JOB = "99999999-0000-4000-8000-000000000009";
const INFO = { job_id: JOB, created_at: 1, summary: "2 tasks" };
const DONE = { job_id: JOB, state: "DONE", final_result: "all of it" };

function run(agent: CannedAgent, ...args: string[]): Promise<Outcome> {
  return runHere([...args.slice(0, 1), "--server", agent.address, "--key", "right", ...args.slice(1)]);
}

/** How far two groups of two tasks are. */
function update(state: string, done: [number, number], others: Partial<JobUpdate> = {}) {
  const groups = done.map((done) => ({ tasks: 2, done, queued: 2 - done }));
  return { job_id: JOB, state, groups, ...others };
}

/** Waits as a watched job does of which nothing more is heard, until its watcher goes. */
async function* running() {
  yield update("RUNNING", [1, 0]);
  await new Promise(() => {});
}

Deno.test("submit sends how results are combined, and a key that makes the job count once", async () => {
  await using agent = await CannedAgent.start({ SubmitJob: () => INFO });
  for (const reduce of ["json", "lines", "first"]) await run(agent, "submit", "x", "--reduce", reduce);
  assertEquals(agent.requests("SubmitJob").map((request) => request.reduce.kind), ["JSON", "LINES", "FIRST"]);
  const keys = agent.calls.map((call) => call.idempotencyKey).filter(Boolean);
  assertEquals(new Set(keys).size, 3);
});

Deno.test("a submission whose answer was lost is made again with the same key", async () => {
  await using agent = await CannedAgent.start({
    SubmitJob: (_, times) => times === 0 ? new Failure(grpc.status.UNAVAILABLE, "the agent is stopping") : INFO,
  });
  const { code, stdout, stderr } = await run(agent, "submit", "x");
  assertEquals([code, stdout], [0, `${JOB}  2 tasks\n`]);
  assertEquals(stderr, "edgemesh: the agent is stopping; trying again\n");
  const [first, second] = agent.calls.filter((call) => call.method === "SubmitJob").map((call) => call.idempotencyKey);
  assert(first !== undefined && first === second);
});

Deno.test("an agent that cannot be reached at all is not waited for", async () => {
  const { code, stderr } = await runHere(["submit", "x", "--server", "127.0.0.1:1", "--key", "right"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^edgemesh: no agent at 127\.0\.0\.1:1 \(connection refused\)/);
});

Deno.test("time limits are sent: for all tasks by a flag, for single ones by the plan", async () => {
  const plan = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const tasks = [{ task_id: "a", kind: "ECHO", timeout: "5m" }, { task_id: "b", kind: "ECHO" }];
    await Deno.writeTextFile(plan, JSON.stringify({ groups: [{ tasks }] }));
    await using agent = await CannedAgent.start({ StartJob: () => INFO });
    assertEquals((await run(agent, "submit", "--plan", plan, "--task-timeout", "1h")).code, 0);
    assertEquals((await run(agent, "submit", "--plan", plan)).code, 0);
    assertEquals((await run(agent, "submit", "x", "--task-timeout", "30")).code, 0);
    const requests = agent.requests("StartJob");
    assertEquals(requests.map(({ task_timeout_ms, task_timeouts_ms }) => [task_timeout_ms, task_timeouts_ms]), [
      [3_600_000, { a: 300_000 }],
      [0, { a: 300_000 }],
      [30_000, {}],
    ]);
    assertEquals(requests[0].job.plan.groups[0].tasks.length, 2);
    assert(requests[0].idempotency_key);
    await Deno.writeTextFile(plan, '{"groups":[{"tasks":[{"kind":"ECHO","timeout":5}]}]}');
    const unnamed = await run(agent, "submit", "--plan", plan);
    assertEquals(unnamed.code, 2);
    assertStringIncludes(unnamed.stderr, '"groups[0].tasks[0].timeout" needs a "task_id": give the task one');
  } finally {
    await Deno.remove(plan);
  }
});

Deno.test("an agent without time limits is said to be too old for them", async () => {
  await using agent = await CannedAgent.start({ SubmitJob: () => INFO });
  assertEquals(await run(agent, "submit", "x", "--task-timeout", "30s"), {
    code: 1,
    stdout: "",
    stderr: "edgemesh: the agent is too old for --task-timeout: update it\n",
  });
});

Deno.test("submit --wait says when a group has ended, and ends with the result", async () => {
  await using agent = await CannedAgent.start({
    SubmitJob: () => INFO,
    WatchJob: () => [
      update("RUNNING", [0, 0], { snapshot: true }),
      update("RUNNING", [2, 1]),
      update("DONE", [2, 2]),
    ],
    GetJob: () => DONE,
  });
  const { code, stdout, stderr } = await run(agent, "submit", "x", "--wait");
  assertEquals([code, stdout], [0, `${JOB}  2 tasks\n\nall of it\n`]);
  assertMatch(stderr, /^group 1 of 2: 2 of 2 tasks done.*\ngroup 2 of 2: 2 of 2 tasks done.*\n$/);
  assertEquals(agent.requests("WatchJob"), [{ job_id: JOB, counts_only: true }]);
  const json = await run(agent, "submit", "x", "--wait", "--json");
  assertEquals([json.stderr, JSON.parse(json.stdout).final_result], ["", "all of it"]);
});

Deno.test("submit --wait says where the results of a job are that is too large to be shown with them", async () => {
  const leftOut =
    "the results of 13 tasks are left out: 13631488 characters are too many for one answer; ListTasks shows them";
  await using agent = await CannedAgent.start({
    SubmitJob: () => INFO,
    WatchJob: () => [update("DONE", [2, 2], { snapshot: true })],
    GetJob: () => ({ ...DONE, final_result: `${leftOut}\n\nall of it` }),
  });
  const { code, stdout, stderr } = await run(agent, "submit", "x", "--wait");
  assertEquals([code, stdout], [0, `${JOB}  2 tasks\n\n${leftOut}\n\nall of it\n`]);
  const hint = `\`edgemesh job ${JOB} --tasks\` lists its tasks with their results`;
  assertStringIncludes(stderr, `edgemesh: ${hint}\n`);
  assertStringIncludes((await run(agent, "job", JOB)).stdout, `\n${hint}.\n`);
});

Deno.test("submit --wait outlives a restart of the agent", async () => {
  const lost = new Failure(grpc.status.UNAVAILABLE, "the agent is stopping");
  const watched = [[update("RUNNING", [1, 0]), lost], [lost], [lost]];
  await using agent = await CannedAgent.start({
    SubmitJob: () => INFO,
    WatchJob: (_, times) => watched[times] ?? [update("DONE", [2, 2])],
    GetJob: () => DONE,
  });
  const { code, stdout, stderr } = await run(agent, "submit", "x", "--wait", "--json");
  assertEquals([code, JSON.parse(stdout).state], [0, "DONE"]);
  assertEquals(stderr, "edgemesh: the agent is stopping; trying again\n");
});

/** Submits a job that goes on, and presses Ctrl-C when it is watched. */
async function interrupted(agent: CannedAgent, ...flags: string[]): Promise<Outcome> {
  const child = startProgram(["submit", "x", "--wait", "--server", agent.address, "--key", "right", ...flags]);
  await agent.called("WatchJob");
  child.kill("SIGINT");
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

const GOES_ON: CannedAnswers = { SubmitJob: () => INFO, WatchJob: running, GetJob: () => DONE };

Deno.test("Ctrl-C ends the waiting, and says that the job goes on", async () => {
  await using agent = await CannedAgent.start({ ...GOES_ON, CancelJob: () => ({ job_id: JOB, state: "CANCELLED" }) });
  assertEquals(await interrupted(agent), {
    code: 130,
    stdout: `${JOB}  2 tasks\n`,
    stderr: `edgemesh: job ${JOB} goes on: edgemesh job ${JOB} --watch, or edgemesh cancel ${JOB}\n`,
  });
  assertEquals(agent.requests("CancelJob"), []);
});

Deno.test("Ctrl-C cancels the job where that was asked for, however long its tasks take to stop", async () => {
  await using agent = await CannedAgent.start({
    ...GOES_ON,
    CancelJob: async () => {
      // Longer than a command usually has after Ctrl-C.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return { job_id: JOB, state: "CANCELLED" };
    },
  });
  const { code, stderr } = await interrupted(agent, "--cancel-on-interrupt");
  assertEquals([code, stderr], [130, `edgemesh: job ${JOB} is cancelled\n`]);
  assertEquals(agent.requests("CancelJob"), [{ job_id: JOB }]);
});

Deno.test("a job that could not be cancelled is said to go on", async () => {
  await using agent = await CannedAgent.start({
    ...GOES_ON,
    CancelJob: () => new Failure(grpc.status.INTERNAL, "internal error 1234"),
  });
  const { code, stderr } = await interrupted(agent, "--cancel-on-interrupt");
  assertEquals(code, 130);
  assertEquals(stderr, `edgemesh: job ${JOB} may go on (internal error 1234): try edgemesh cancel ${JOB}\n`);
});

Deno.test("a job that ended before Ctrl-C could cancel it is said to have ended", async () => {
  await using agent = await CannedAgent.start({
    ...GOES_ON,
    CancelJob: () => new Failure(grpc.status.FAILED_PRECONDITION, `job ${JOB} is DONE already`),
  });
  const { code, stderr } = await interrupted(agent, "--cancel-on-interrupt");
  assertEquals([code, stderr], [130, `edgemesh: job ${JOB} is DONE already\n`]);
});

Deno.test("Ctrl-C before a submission is answered says that it may go on, or cancels it where that was asked for", async () => {
  const press = async (...flags: string[]) => {
    const answer = Promise.withResolvers<typeof INFO>();
    const cancelled = () => ({ job_id: JOB, state: "CANCELLED" });
    await using agent = await CannedAgent.start({ ...GOES_ON, SubmitJob: () => answer.promise, CancelJob: cancelled });
    const line = ["submit", "x", "--wait", "--server", agent.address, "--key", "right", ...flags];
    const child = startProgram(line);
    const submitted = await agent.called("SubmitJob");
    child.kill("SIGINT");
    // The answer comes once Ctrl-C has arrived: that shows where it ends the call, and else is a matter of a moment.
    const givenUp = new Promise((resolve) => submitted.cancelled.addEventListener("abort", resolve));
    await (flags.length === 0 ? givenUp : new Promise((resolve) => setTimeout(resolve, 200)));
    answer.resolve(INFO);
    const { code, stderr } = await child.output();
    return [code, new TextDecoder().decode(stderr), agent.requests("CancelJob").length];
  };
  assertEquals(await press(), [130, "edgemesh: whether the job was submitted is not known: see edgemesh jobs\n", 0]);
  assertEquals(await press("--cancel-on-interrupt"), [130, `edgemesh: job ${JOB} is cancelled\n`, 1]);
});

Deno.test("a second Ctrl-C does not wait for the cancellation", async () => {
  await using agent = await CannedAgent.start({ ...GOES_ON, CancelJob: () => new Promise(() => {}) });
  const line = ["submit", "x", "--wait", "--cancel-on-interrupt", "--server", agent.address, "--key", "right"];
  const child = startProgram(line);
  await agent.called("WatchJob");
  child.kill("SIGINT");
  await agent.called("CancelJob");
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [130, ""]);
});
