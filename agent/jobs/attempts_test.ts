import { assert, assertEquals } from "../../tests/assert.ts";
import { JobRig, planOf, tasksOf } from "./job_rig.ts";
import { atRest, SimulatedTime } from "./simulated_time.ts";

const failure = (error: string, error_code: string) => ({ ok: false, output: "", error, error_code });

async function detailOf(rig: JobRig, jobId: string) {
  const { tasks } = await rig.service.tasks({ jobId, after: -1, limit: 1 });
  const task = tasks[0];
  assert(task);
  return task;
}

Deno.test("a task that its device cannot do now goes to another one, and the reason is kept", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a", { name: "ann" });
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  rig.mesh.come("b", { name: "bob" });
  rig.mesh.answer("a", 1, failure("busy just now", "RESOURCE_EXHAUSTED"));
  await atRest();
  assertEquals(rig.mesh.held.get("a"), []);
  assertEquals(rig.mesh.held.get("b")?.map((task) => task.attempt), [2]);
  rig.mesh.answer("b");
  await atRest();
  const task = await detailOf(rig, jobId);
  assertEquals([task.status?.state, task.status?.assigned_device_name, task.attempts], ["DONE", "bob", 2]);
  assertEquals(task.failed_attempts, [
    { attempt: 1, device_id: "a", device_name: "ann", reason: "busy just now" },
  ]);
});

Deno.test("where there is one device only, it gets the task again after a pause, three times in all", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  for (const [attempt, pause] of [[1, 0], [2, 501], [3, 1001]] as const) {
    await time.pass(Math.max(0, pause - 2));
    if (pause > 0) assertEquals(rig.mesh.held.get("a"), [], `attempt ${attempt} came too early`);
    await time.pass(2);
    assertEquals(rig.mesh.held.get("a")?.map((task) => task.attempt), [attempt]);
    rig.mesh.answer("a", 1, failure(`reason ${attempt}`, "UNAVAILABLE"));
    await atRest();
  }
  const task = await detailOf(rig, jobId);
  assertEquals([task.status?.state, task.status?.error], ["FAILED", "given up after 3 attempts: reason 3"]);
  assertEquals(task.failed_attempts.map(({ attempt, reason }) => `${attempt} ${reason}`), [
    "1 reason 1",
    "2 reason 2",
    "3 reason 3",
  ]);
});

Deno.test("what a device cannot do at all fails at once where no other device is there", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  rig.mesh.answer("a", 1, failure("command not allowed", "PERMISSION_DENIED"));
  await atRest();
  assertEquals(await rig.states(jobId), ["FAILED", "FAILED"]);
  assertEquals((await detailOf(rig, jobId)).attempts, 1);
});

Deno.test("what a device cannot do at all goes to another one, unless it names its device", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const free = await rig.submit(planOf([{ id: "free" }]));
  const named = await rig.submit(planOf([{ id: "named", target: "a" }]));
  await atRest();
  rig.mesh.come("b");
  rig.mesh.answer("a", 2, failure("unknown kind", "UNIMPLEMENTED"));
  await time.pass(501);
  assertEquals(rig.mesh.held.get("b")?.map(({ task_id, attempt }) => [task_id, attempt]), [["free", 2]]);
  assertEquals([await rig.states(free), await rig.states(named)], [["RUNNING", "RUNNING"], ["FAILED", "FAILED"]]);
});

Deno.test("a task's own failure is not cured by another attempt", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  for (const device of ["a", "b"]) rig.mesh.come(device);
  const jobId = await rig.submit(planOf([{ id: "x", target: "a" }, { id: "y", target: "b" }]));
  await atRest();
  rig.mesh.answer("a", 1, failure("exit code 1", ""));
  rig.mesh.answer("b", 1, failure("stopped after 4 min", "DEADLINE_EXCEEDED"));
  await atRest();
  assertEquals(await rig.states(jobId), ["FAILED", "FAILED", "FAILED"]);
});

Deno.test("a failure that is told twice is one failure", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  const [task] = rig.mesh.held.get("a")?.splice(0) ?? [];
  assert(task);
  const outcome = {
    ...task,
    ...failure("busy", "UNAVAILABLE"),
    time_ms: 1,
    lease: 0,
    generation: null,
    output_file: null,
  };
  const lie = { ...outcome, ok: true, output: "changed its mind" };
  rig.mesh.listener?.outcomes("a", [outcome, outcome, lie]);
  await atRest();
  assertEquals(rig.mesh.acknowledged.length, 3);
  assertEquals((await detailOf(rig, jobId)).failed_attempts.length, 1);
  await time.pass(501);
  rig.mesh.answer("a");
  await atRest();
  assertEquals((await rig.service.get(jobId)).tasks.map((one) => one.result), ["echo: t0"]);
  // Nothing counts as queued any more, and nothing was counted twice.
  await rig.submit(planOf(tasksOf(1000)));
});

Deno.test("a device that never answers loses its task some seconds after the task's time limit", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)), { taskTimeoutMs: 10_000 });
  await time.pass(14_000);
  assertEquals(await rig.states(jobId), ["RUNNING", "RUNNING"]);
  const [lost] = rig.mesh.held.get("a")?.splice(0) ?? [];
  await time.pass(3000);
  assertEquals(rig.mesh.cancelled, [{ job_id: jobId, task_id: "t0", attempt: 1 }]);
  assertEquals(rig.mesh.held.get("a")?.map((task) => task.attempt), [2]);
  assertEquals((await detailOf(rig, jobId)).failed_attempts[0]?.reason, "a did not answer within 10 s");
  assert(lost);
  rig.mesh.listener?.outcomes("a", [{
    ...lost,
    ok: true,
    output: "late",
    error: "",
    error_code: "",
    time_ms: 1,
    generation: null,
    output_file: null,
  }]);
  assertEquals(await rig.states(jobId), ["RUNNING", "RUNNING"]);
  rig.mesh.answer("a");
  await atRest();
  assertEquals((await rig.service.get(jobId)).tasks[0]?.result, "echo: t0");
});

Deno.test("a kind without room does not hold up another kind", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a", { kinds: { SYSINFO: 1, ECHO: 8, COMMAND: 0 } });
  const many = Array.from({ length: 5 }, (_, at) => ({ id: `s${at}`, kind: "SYSINFO" }));
  const jobId = await rig.submit(planOf([{ id: "c", kind: "COMMAND", input: '["ls"]' }, ...many, { id: "echo" }]));
  await atRest();
  assertEquals(rig.mesh.held.get("a")?.map((task) => task.task_id), ["s0", "echo"]);
  rig.mesh.answer("a", 1);
  await atRest();
  assertEquals(rig.mesh.held.get("a")?.map((task) => task.task_id), ["echo", "s1"]);
  assertEquals((await rig.states(jobId)).filter((state) => state === "QUEUED").length, 4);
});
