import { assert, assertEquals } from "../../tests/assert.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { JobRig, planOf, tasksOf } from "./job_rig.ts";
import { atRest, SimulatedTime } from "./simulated_time.ts";
import { outcomeOf } from "./simulated_mesh.ts";

const attempts = (rig: JobRig, deviceId: string) =>
  rig.mesh.held.get(deviceId)?.map(({ task_id, attempt }) => `${task_id}#${attempt}`).sort();

Deno.test("a device whose stream broke goes on with what it holds, and gets again what never reached it", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(3)));
  await atRest();
  rig.mesh.cut("a");
  rig.mesh.come("b");
  await atRest();
  assertEquals(attempts(rig, "b"), [], "it was given away while its device may come back");
  rig.mesh.comeBack("a", ({ task_id }) => task_id === "t1");
  await atRest();
  assertEquals(attempts(rig, "a"), ["t0#1", "t1#1", "t2#1"]);
  rig.mesh.answer("a");
  await atRest();
  assertEquals((await rig.states(jobId))[0], "DONE");
  const { tasks } = await rig.service.tasks({ jobId, after: -1, limit: 10 });
  assertEquals(tasks.map((task) => [task.attempts, task.failed_attempts.length]), [[1, 0], [1, 0], [1, 0]]);
});

Deno.test("a device that comes back is told to stop what others have by now", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  rig.mesh.cut("a");
  rig.mesh.listener?.lost("a", "no sign of life");
  rig.mesh.come("b");
  await atRest();
  assertEquals(attempts(rig, "b"), ["t0#2"]);
  rig.mesh.comeBack("a");
  assertEquals(rig.mesh.cancelled.map(({ task_id, attempt }) => `${task_id}#${attempt}`), ["t0#1"]);
  rig.mesh.answer("a");
  await atRest();
  assertEquals((await rig.states(jobId))[0], "RUNNING");
  assertEquals(rig.mesh.acknowledged.length, 1);
});

Deno.test("a device that comes back goes on with what nobody else has taken", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  rig.mesh.cut("a");
  rig.mesh.listener?.lost("a", "no sign of life");
  await atRest();
  assertEquals(await rig.states(jobId), ["RUNNING", "QUEUED"]);
  rig.mesh.comeBack("a");
  assertEquals(await rig.states(jobId), ["RUNNING", "RUNNING"]);
  rig.mesh.answer("a");
  await atRest();
  const { tasks } = await rig.service.tasks({ jobId, after: -1, limit: 10 });
  assertEquals(tasks.map((task) => [task.status?.state, task.attempts, task.failed_attempts]), [["DONE", 1, []]]);
});

Deno.test("a device that comes back when its place among max_workers is taken does not go on", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a", { slots: 2 });
  const jobId = await rig.submit(planOf(tasksOf(2)), { maxWorkers: 1 });
  await atRest();
  rig.mesh.cut("a");
  rig.mesh.listener?.lost("a", "no sign of life");
  rig.mesh.come("b", { slots: 1 });
  await atRest();
  assertEquals(attempts(rig, "b")?.length, 1);
  rig.mesh.comeBack("a");
  await atRest();
  assertEquals(rig.mesh.cancelled.length, 2);
  assertEquals((await rig.states(jobId)).slice(1).sort(), ["QUEUED", "RUNNING"]);
});

Deno.test("a new start of a device's program loses at once what the one before held", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  rig.mesh.cut("a");
  rig.mesh.come("a");
  const { tasks } = await rig.service.tasks({ jobId, after: -1, limit: 10 });
  assertEquals(tasks[0]?.failed_attempts[0]?.reason, "lost a (its program was restarted)");
  // Another device would get it at once; this one only when none has come for a while.
  await time.pass(2999);
  assertEquals(attempts(rig, "a"), []);
  await time.pass(2);
  assertEquals(attempts(rig, "a"), ["t0#2"]);
});

Deno.test("after a restart of the coordinator its devices go on with what they hold, as the same attempts", async () => {
  using time = new SimulatedTime();
  const store = new MemoryStore();
  const before = await JobRig.start({ store });
  before.mesh.come("a");
  const jobId = await before.submit(planOf(tasksOf(3)));
  await atRest();
  for (const device of before.mesh.devices) before.mesh.cut(device);
  await before.service.stop();

  await using after = await JobRig.start({ store, mesh: before.mesh });
  await time.pass(10_000);
  assertEquals(await after.states(jobId), ["RUNNING", "RUNNING", "RUNNING", "RUNNING"]);
  after.mesh.comeBack("a", ({ task_id }) => task_id === "t2");
  await atRest();
  assertEquals(attempts(after, "a"), ["t0#1", "t1#1", "t2#1"]);
  after.mesh.answer("a");
  await atRest();
  const { tasks } = await after.service.tasks({ jobId, after: -1, limit: 10 });
  assertEquals(tasks.map((task) => [task.status?.state, task.attempts]), [["DONE", 1], ["DONE", 1], ["DONE", 1]]);
});

Deno.test("devices that do not come back after a restart lose what they held, and that counts as an attempt", async () => {
  using time = new SimulatedTime();
  const store = new MemoryStore();
  const before = await JobRig.start({ store });
  before.mesh.come("a");
  const jobId = await before.submit(planOf(tasksOf(1)));
  await atRest();
  const [held] = before.mesh.held.get("a") ?? [];
  before.mesh.cut("a");
  await before.service.stop();

  await using after = await JobRig.start({ store });
  after.mesh.come("b");
  await time.pass(10_999);
  assertEquals(attempts(after, "b"), []);
  await time.pass(2);
  assertEquals(attempts(after, "b"), ["t0#2"]);
  assert(held);
  after.mesh.listener?.outcomes("a", [{ ...outcomeOf(held), output: "late" }]);
  after.mesh.answer("b");
  await atRest();
  assertEquals((await after.service.get(jobId)).tasks[0]?.result, "echo: t0");
});

Deno.test("a task that names its device and is lost waits for it, and fails when it stays away", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start({ reattachGraceMs: 30_000 });
  rig.mesh.come("a");
  rig.mesh.come("b");
  const jobId = await rig.submit(planOf([{ id: "x", target: "a" }]));
  await atRest();
  rig.mesh.cut("a");
  rig.mesh.listener?.lost("a", "no sign of life");
  await time.pass(29_999);
  assertEquals(await rig.states(jobId), ["RUNNING", "QUEUED"]);
  await time.pass(1);
  assertEquals(await rig.states(jobId), ["FAILED", "FAILED"]);
  assertEquals((await rig.service.get(jobId)).tasks[0]?.error, "its device a stayed away for 30 s");
});

Deno.test("a device that only a later group names gives its place to one that can run the group under way", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a", { kinds: { SYSINFO: 4 } });
  rig.mesh.come("b", { kinds: { ECHO: 4 } });
  const plan = planOf([{ id: "first", kind: "SYSINFO" }], [{ id: "later", target: "b" }]);
  const jobId = await rig.submit(plan, { maxWorkers: 1 });
  await atRest();
  assertEquals(rig.mesh.held.get("a")?.map((task) => task.task_id), ["first"]);
  rig.mesh.answer("a");
  await atRest();
  assertEquals(rig.mesh.held.get("b")?.map((task) => task.task_id), ["later"]);
  rig.mesh.answer("b");
  await time.pass(10);
  assertEquals((await rig.service.get(jobId)).state, "DONE");
});
