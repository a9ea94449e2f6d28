import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "./assert.ts";
import { MeshError } from "../agent/core/errors.ts";
import type { TaskSpec } from "../proto/gen/edgemesh/TaskSpec.ts";
import type { TaskRef } from "../proto/messages.ts";
import { MeshSession } from "./mesh_client.ts";
import { AgentProcess, edgemesh, eventually, TemporaryFolder } from "./processes.ts";
import { SimulatedWorker } from "./simulated_worker.ts";

/** A task that any device may take. */
const echo = (task_id: string): TaskSpec => ({ task_id, kind: "ECHO", input: task_id });

/** A task that names its device. */
const on = (device: { readonly deviceId: string }, task_id: string): TaskSpec => ({
  ...echo(task_id),
  target_device_id: device.deviceId,
});

const group = (index: number, ...tasks: TaskSpec[]) => ({ index, tasks });

Deno.test("jobs over three devices", async (t) => {
  await using alpha = await AgentProcess.start({ name: "alpha" });
  await using beta = await AgentProcess.start({ name: "beta", join: [alpha.grpc] });
  await using gamma = await AgentProcess.start({ name: "gamma", join: [alpha.grpc] });
  using session = await MeshSession.open(alpha.grpc);
  await session.online(3);

  await t.step("the result is in plan order, whoever answered first", async () => {
    // The groups are out of order and have a gap; the plan's order is that of their indexes.
    const job = await session.ended(
      await session.submit([
        group(7, on(gamma, "d"), on(alpha, "e")),
        group(2, on(gamma, "a"), on(beta, "b"), on(alpha, "c")),
      ]),
    );
    assertEquals(job.state, "DONE");
    const part = ({ ready, deviceId }: AgentProcess, text: string) =>
      `=== ${ready.name} (${deviceId.slice(0, 8)}) ===\necho: ${text}`;
    assertEquals(
      job.final_result,
      [part(gamma, "a"), part(beta, "b"), part(alpha, "c"), part(gamma, "d"), part(alpha, "e")].join("\n\n"),
    );
    assertEquals(job.tasks.map(({ task_id }) => task_id), ["a", "b", "c", "d", "e"]);
  });

  await t.step("the command line waits for it and prints the same", async () => {
    using folder = new TemporaryFolder();
    const plan = folder.write("plan.json", JSON.stringify({ groups: [group(0, on(beta, "x"), on(gamma, "y"))] }));
    const { code, stdout, stderr } = await edgemesh(["submit", "--plan", plan, "--wait", "--server", alpha.grpc]);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /^group 1 of 1: 2 of 2 tasks done.*\n$/);
    assertMatch(
      stdout,
      /distributed to 2 devices in 1 group\(s\)\n\n=== beta \(\w{8}\) ===\necho: x\n\n=== gamma \(\w{8}\) ===\necho: y\n$/,
    );
  });

  await t.step("a text without a plan runs SYSINFO on every device", async () => {
    const { code, stdout } = await edgemesh(["submit", "--wait", "--json", "--server", alpha.grpc, "how are you all"]);
    assertEquals(code, 0);
    const job = JSON.parse(stdout);
    assertEquals(job.tasks.map((task: { assigned_device_name: string }) => task.assigned_device_name).sort(), [
      "alpha",
      "beta",
      "gamma",
    ]);
    for (const { ready, deviceId } of [alpha, beta, gamma]) {
      assertStringIncludes(job.final_result, `Device: ${ready.name}\nDevice ID: ${deviceId}\n`);
    }
  });

  await t.step("many tasks use every device, and with max_workers no more than so many", async () => {
    const tasks = Array.from({ length: 300 }, (_, at) => echo(`t${at}`));
    const devicesOf = async (maxWorkers: number) => {
      const job = await session.ended(await session.submit([group(0, ...tasks)], maxWorkers));
      assertEquals([job.state, job.tasks.filter(({ state }) => state === "DONE").length], ["DONE", 300]);
      return new Set(job.tasks.map(({ assigned_device_id }) => assigned_device_id)).size;
    };
    assertEquals(await devicesOf(0), 3);
    assertEquals(await devicesOf(2), 2);
    assertEquals(await devicesOf(1), 1);
  });

  const refusals: [what: string, submit: () => Promise<unknown>, code: string, message: string][] = [
    [
      "a plan that names more devices than max_workers",
      () => session.submit([group(0, on(beta, "a"), on(gamma, "b"))], 1),
      "INVALID_ARGUMENT",
      "max_workers: is 1, but the plan names 2 different devices",
    ],
    [
      "a target that nobody knows",
      () => session.submit([group(0, on({ deviceId: "nobody" }, "a"))]),
      "NOT_FOUND",
      'groups[0].tasks[0].target_device_id: no device "nobody"',
    ],
    [
      "a kind that nobody knows",
      () => session.submit([group(0, { ...echo("a"), kind: "DANCE" })]),
      "INVALID_ARGUMENT",
      "groups[0].tasks[0].kind",
    ],
    [
      "two tasks of one id",
      () => session.submit([group(0, echo("a")), group(1, echo("a"))]),
      "INVALID_ARGUMENT",
      "groups[1].tasks[0].task_id",
    ],
    [
      "a group index twice",
      () => session.submit([group(1, echo("a")), group(1, echo("b"))]),
      "INVALID_ARGUMENT",
      "index",
    ],
    ["a plan without groups", () => session.submit([]), "INVALID_ARGUMENT", "groups"],
    ["a negative max_workers", () => session.submit([group(0, echo("a"))], -1), "INVALID_ARGUMENT", "max_workers"],
  ];
  for (const [what, submit, code, message] of refusals) {
    await t.step(`refused: ${what}`, async () => {
      const error = await assertRejects(submit, MeshError, message);
      assertEquals(error.code, code, error.message);
    });
  }
});

Deno.test("jobs survive: devices that are lost, lie or are away, and coordinators that are killed", async (t) => {
  using folder = new TemporaryFolder();
  const options = { name: "alpha", dataDir: folder.path };
  await using first = await AgentProcess.start(options);

  await t.step("the tasks of a device that is lost in mid-job move to another one", async () => {
    using session = await MeshSession.open(first.grpc);
    using lost = await SimulatedWorker.attach(first.grpc, { name: "a lost one" });
    const tasks = Array.from({ length: 40 }, (_, at) => echo(`t${at}`));
    const jobId = await session.submit([group(0, ...tasks)]);
    const held = await lost.given(1);
    assertEquals((await session.job(jobId)).state, "RUNNING");
    lost.drop();
    const job = await session.ended(jobId);
    assertEquals(job.state, "DONE");
    assertEquals(job.tasks.map(({ result }) => result), tasks.map(({ input }) => `echo: ${input}`));
    assert(held.every(({ attempt }) => attempt === 1));
    assertEquals(new Set(job.tasks.map(({ assigned_device_name }) => assigned_device_name)), new Set(["alpha"]));
  });

  await t.step("a device that answers late, after its task went to another, changes nothing", async () => {
    using session = await MeshSession.open(first.grpc);
    const deviceId = crypto.randomUUID();
    using before = await SimulatedWorker.attach(first.grpc, { name: "late", deviceId });
    const jobId = await session.submit([
      group(0, on({ deviceId }, "moved")),
      group(1, on(first, "z")),
    ]);
    const [old] = await before.given(1);
    assert(old);
    before.drop();
    await session.presence(deviceId, false);
    using after = await SimulatedWorker.attach(first.grpc, { name: "late", deviceId });
    const [again] = await after.given(1);
    assert(again);
    assertEquals([old.attempt, again.attempt], [1, 2]);
    after.send({ outcomes: [after.outcome(old, "of the first attempt")] });
    await eventually(() => after.acknowledged.length > 0 ? true : undefined, "the late answer's acknowledgement");
    assertEquals((await session.job(jobId)).tasks[0]?.state, "RUNNING");
    after.send({ outcomes: [after.outcome(again, "of the second attempt")] });
    const job = await session.ended(jobId);
    assertEquals([job.state, job.tasks[0]?.result], ["DONE", "of the second attempt"]);
  });

  await t.step("a device that lies is not believed: foreign tasks, made-up ids, absurd credits", async () => {
    using session = await MeshSession.open(first.grpc);
    using honest = await SimulatedWorker.attach(first.grpc, { name: "honest" });
    using liar = await SimulatedWorker.attach(first.grpc, { name: "liar" });
    const jobId = await session.submit([group(0, on(honest, "its own"), on(liar, "of the liar"))]);
    const [own] = await honest.given(1);
    const [given] = await liar.given(1);
    assert(own && given);
    const madeUp: TaskRef = { job_id: crypto.randomUUID(), task_id: "made up", attempt: 1 };
    const lies = [own, madeUp, { ...given, attempt: 99 }, { ...given, attempt: -1 }, { ...given, task_id: "" }];
    liar.send({
      outcomes: lies.map((ref) => liar.outcome(ref, "a lie")),
      credits: 2 ** 31 - 1,
      command_outcomes: [{ order_id: "none", response: null, error_code: "OK", error_message: "" }],
    });
    liar.send({ credits: -(2 ** 31) });
    await eventually(() => liar.acknowledged.length >= lies.length ? true : undefined, "the lies were heard");
    const between = await session.job(jobId);
    assertEquals(between.tasks.map(({ state, result }) => [state, result]), [["RUNNING", ""], ["RUNNING", ""]]);
    liar.send({ outcomes: [liar.outcome(given, "the truth"), liar.outcome(given, "and once more")] });
    honest.send({ outcomes: [honest.outcome(own, "honest work")] });
    const job = await session.ended(jobId);
    assertEquals(job.tasks.map(({ result }) => result), ["honest work", "the truth"]);
    await first.log.line(/dropped \d+ outcomes of device/);
    // Whatever it claims to be able to take, it is sent no more than a bounded number.
    const many = await session.submit([group(0, ...Array.from({ length: 5000 }, (_, at) => on(liar, `t${at}`)))]);
    await liar.given(2);
    await eventually(async () => (await session.job(many)).state === "RUNNING" ? true : undefined, "the job runs");
    assert(liar.tasks.length <= 4097, `${liar.tasks.length} tasks at once`);
    assertEquals((await session.devices()).find(({ device }) => device?.device_name === "alpha")?.online, true);
  });

  let waiting = "";
  const away = { name: "away", deviceId: crypto.randomUUID() };
  await t.step("a task for a device that is away waits for it", async () => {
    using session = await MeshSession.open(first.grpc);
    {
      using _once = await SimulatedWorker.attach(first.grpc, away);
    }
    await session.presence(away.deviceId, false);
    waiting = await session.submit([
      group(0, echo("before")),
      group(1, on(away, "pinned")),
      group(2, on(first, "after")),
    ]);
    const job = await eventually(async () => {
      const status = await session.job(waiting);
      return status.tasks[0]?.state === "DONE" ? status : undefined;
    }, "the first group");
    assertEquals(job.tasks.map(({ state }) => state), ["DONE", "QUEUED", "QUEUED"]);
    assertEquals([job.state, job.current_group, job.total_groups], ["RUNNING", 1, 3]);
  });

  await t.step("a coordinator that is killed goes on with its jobs after its restart", async () => {
    await first.kill();
    await using second = await AgentProcess.start({ ...options, grpc: first.grpc });
    await second.log.line(/unfinished jobs go on/);
    using session = await MeshSession.open(second.grpc);
    const restored = await session.job(waiting);
    assertEquals(restored.tasks.map(({ state, result }) => [state, result]), [
      ["DONE", "echo: before"],
      ["QUEUED", ""],
      ["QUEUED", ""],
    ]);
    using returned = await SimulatedWorker.attach(second.grpc, away);
    const task = (await returned.given(1)).find(({ task_id }) => task_id === "pinned");
    assert(task);
    returned.send({ outcomes: [returned.outcome(task, "back again")] });
    const job = await session.ended(waiting);
    assertEquals(job.state, "DONE");
    assertEquals(job.tasks.map(({ result }) => result), ["echo: before", "back again", "echo: after"]);
    await eventually(() => returned.acknowledged.length > 0 ? true : undefined, "the acknowledgement");

    // What was acknowledged is on disk: another start without any goodbye shows it.
    await second.kill();
    await using third = await AgentProcess.start(options);
    const listed = await edgemesh(["job", waiting, "--json", "--server", third.grpc]);
    const kept = JSON.parse(listed.stdout);
    assertEquals([kept.state, kept.final_result], ["DONE", job.final_result]);
    const jobs = JSON.parse((await edgemesh(["jobs", "--json", "--server", third.grpc])).stdout).jobs;
    assertEquals(jobs.filter((one: { state: string }) => one.state === "DONE").length, 4);
  });
});

Deno.test("a task that loses its device three times fails, and its job says why", async () => {
  await using agent = await AgentProcess.start({ name: "alpha" });
  using session = await MeshSession.open(agent.grpc);
  const deviceId = crypto.randomUUID();
  let jobId = "";
  for (let attempt = 1; attempt <= 3; attempt++) {
    using worker = await SimulatedWorker.attach(agent.grpc, { name: "unlucky", deviceId });
    jobId ||= await session.submit([group(0, on({ deviceId }, "a")), group(1, echo("b"))]);
    const [task] = await worker.given(1);
    assertEquals(task?.attempt, attempt);
    worker.drop();
    await session.presence(deviceId, false);
  }
  const job = await session.ended(jobId);
  assertEquals(job.tasks.map(({ state }) => state), ["FAILED", "CANCELLED"]);
  assertStringIncludes(job.tasks[0]?.error ?? "", "given up after 3 attempts: lost unlucky");
  const { code, stdout, stderr } = await edgemesh(["job", jobId, "--watch", "--server", agent.grpc]);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "FAILED");
  assertMatch(stderr, /^edgemesh: job \S+ failed: task a failed on unlucky: given up after 3 attempts: .*\n$/);
});
