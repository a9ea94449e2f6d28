import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { DelayedStore } from "./delayed_store.ts";
import { JobRig, planOf, tasksOf } from "./job_rig.ts";
import { atRest, SimulatedTime } from "./simulated_time.ts";

const stopped = { ok: false, output: "", error: "cancelled", error_code: "CANCELLED" };

Deno.test("a cancelled job's waiting tasks never begin, what runs is told to stop, and a late success counts", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a", { slots: 2 });
  const jobId = await rig.submit(planOf(tasksOf(4)));
  await atRest();
  const cancelled = rig.service.cancel(jobId);
  const again = rig.service.cancel(jobId);
  assertEquals((await rig.states(jobId)).slice(1), ["RUNNING", "RUNNING", "CANCELLED", "CANCELLED"]);
  assertEquals(rig.mesh.cancelled.map(({ task_id }) => task_id), ["t0", "t1"]);
  rig.mesh.answer("a", 1);
  rig.mesh.answer("a", 1, stopped);
  const summary = await cancelled;
  assertEquals(await again, summary);
  assertEquals(await rig.service.cancel(jobId), summary);
  assertEquals([summary.state, summary.tasks_done, summary.tasks_failed], ["CANCELLED", 1, 0]);
  assertEquals(await rig.states(jobId), ["CANCELLED", "DONE", "CANCELLED", "CANCELLED", "CANCELLED"]);
  assertEquals(summary.reason, "cancelled by a client");
  // Nothing of it counts as queued.
  await rig.submit(planOf(tasksOf(1000)));
});

Deno.test("what does not stop within 2 s is left behind", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  const cancelled = rig.service.cancel(jobId);
  await time.pass(1999);
  assertEquals(await rig.states(jobId), ["RUNNING", "RUNNING"]);
  await time.pass(1);
  assertEquals((await cancelled).state, "CANCELLED");
  rig.mesh.answer("a");
  assertEquals((await rig.service.get(jobId)).tasks[0]?.result, "");
});

Deno.test("a job that was given to no device is cancelled at once", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  const jobId = await rig.submit(planOf(tasksOf(2), [{ id: "later" }]));
  assertEquals((await rig.service.cancel(jobId)).state, "CANCELLED");
  assertEquals(await rig.states(jobId), ["CANCELLED", "CANCELLED", "CANCELLED", "CANCELLED"]);
});

Deno.test("what was placed but not sent when its job is cancelled is not sent any more", async () => {
  using _time = new SimulatedTime();
  const store = new DelayedStore({ inserted: () => {}, updated: () => {} });
  await using rig = await JobRig.start({ store });
  const jobId = await rig.submit(planOf(tasksOf(1)));
  store.prompt = false;
  rig.mesh.come("a");
  await atRest();
  assertEquals(store.waiting, 1, "its lease is being written");
  const cancelled = rig.service.cancel(jobId);
  store.prompt = true;
  store.commit();
  assertEquals((await cancelled).state, "CANCELLED");
  assertEquals([rig.mesh.held.get("a"), rig.mesh.cancelled], [[], []]);
});

Deno.test("a job that has ended cannot be cancelled, and an unknown one neither", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  rig.mesh.answer("a");
  await atRest();
  const refused = await assertRejects(() => rig.service.cancel(jobId), MeshError, "is DONE already");
  assertEquals(refused.code, "FAILED_PRECONDITION");
  const unknown = await assertRejects(() => rig.service.cancel("nothing"), MeshError, 'no job "nothing"');
  assertEquals(unknown.code, "NOT_FOUND");
});

Deno.test("a job whose cancelling was cut short by the coordinator's end is cancelled after the restart", async () => {
  using time = new SimulatedTime();
  const store = new MemoryStore();
  const before = await JobRig.start({ store });
  before.mesh.come("a", { slots: 2 });
  const jobId = await before.submit(planOf(tasksOf(3)));
  await atRest();
  const cancelled = before.service.cancel(jobId);
  before.mesh.answer("a", 1, stopped);
  before.mesh.cut("a");
  await Promise.all([before.service.stop(), assertRejects(() => cancelled, MeshError, "the agent is stopping")]);

  await using after = await JobRig.start({ store, mesh: before.mesh });
  await time.pass(2000);
  assertEquals(await after.states(jobId), ["CANCELLED", "CANCELLED", "CANCELLED", "CANCELLED"]);
});

Deno.test("a device that stays away while its job is being cancelled harms nobody", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start({ reattachGraceMs: 1000 });
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf([{ id: "runs" }, { id: "waits", target: "b" }]));
  await atRest();
  const cancelled = rig.service.cancel(jobId);
  await time.pass(1500);
  rig.mesh.answer("a", 1, stopped);
  assertEquals((await cancelled).state, "CANCELLED");
});

Deno.test("with FIRST one success decides the job, the others are cancelled, and late ones do not count", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a", { slots: 3 });
  const jobId = await rig.submit(planOf(tasksOf(4)), { reduce: "first" });
  await atRest();
  const [, second, third] = rig.mesh.held.get("a") ?? [];
  assert(second && third);
  const outcome = { ok: true, error: "", error_code: "", time_ms: 1, lease: 0, generation: null, output_file: null };
  rig.mesh.listener?.outcomes("a", [
    { ...second, ...outcome, output: "the winner" },
    { ...third, ...outcome, output: "too late" },
  ]);
  await atRest();
  assertEquals(await rig.states(jobId), ["DONE", "CANCELLED", "DONE", "CANCELLED", "CANCELLED"]);
  const status = await rig.service.get(jobId);
  assertEquals([status.final_result, status.tasks[2]?.error], ["the winner", "another task came first"]);
  assertEquals(rig.mesh.acknowledged.length, 2);
  await rig.submit(planOf(tasksOf(1000)));
});

Deno.test("with FIRST only the last group is a race, and where all of it fail the job does", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(2), [{ id: "x" }, { id: "y" }]), { reduce: "FIRST" });
  await atRest();
  rig.mesh.answer("a", 1);
  await atRest();
  assertEquals((await rig.states(jobId)).slice(1), ["DONE", "RUNNING", "QUEUED", "QUEUED"]);
  rig.mesh.answer("a", 1);
  await atRest();
  rig.mesh.answer("a", 2, { ok: false, output: "", error: "broken" });
  await atRest();
  assertEquals(await rig.states(jobId), ["FAILED", "DONE", "DONE", "FAILED", "FAILED"]);
  assertEquals((await rig.service.get(jobId)).final_result, "task x failed on a: broken (and 1 more)");
});

Deno.test("a job that a success decides while it is being cancelled is DONE, in the store too", async () => {
  using _time = new SimulatedTime();
  const store = new MemoryStore();
  await using rig = await JobRig.start({ store });
  rig.mesh.come("a", { slots: 1 });
  const jobId = await rig.submit(planOf(tasksOf(2)), { reduce: "FIRST" });
  await atRest();
  const cancelled = rig.service.cancel(jobId);
  rig.mesh.answer("a", 1);
  await assertRejects(() => cancelled, MeshError, "is DONE already");
  assertEquals((await store.job(jobId))?.tasks.map((task) => task.state), ["DONE", "CANCELLED"]);
});
