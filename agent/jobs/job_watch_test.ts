import { assert, assertEquals } from "../../tests/assert.ts";
import type { JobUpdate } from "../../proto/messages.ts";
import { JobRig, planOf, tasksOf } from "./job_rig.ts";
import { atRest, SimulatedTime } from "./simulated_time.ts";

/** What a watcher was told. */
class Told {
  readonly updates: JobUpdate[] = [];
  ended = false;
  error: unknown;

  send = (update: JobUpdate): void => {
    assert(!this.ended, "told after the end");
    this.updates.push(update);
  };

  end = (error?: unknown): void => {
    this.ended = true;
    this.error = error;
  };

  get states(): string[][] {
    return this.updates.map(({ tasks }) => tasks.map(({ task_id, state }) => `${task_id} ${state}`));
  }
}

Deno.test("a watcher sees the job as it is, then what changes, ten times a second at most, and the end at once", async () => {
  using time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a", { slots: 2 });
  const jobId = await rig.submit(planOf(tasksOf(3)));
  await atRest();
  const told = new Told();
  await rig.service.watch(jobId, { countsOnly: false }, told);
  assertEquals(told.states, [["t0 RUNNING", "t1 RUNNING", "t2 QUEUED"]]);
  assertEquals(told.updates[0]?.snapshot, true);
  for (let at = 0; at < 2; at++) {
    rig.mesh.answer("a", 1);
    await atRest();
  }
  await time.pass(99);
  assertEquals(told.updates.length, 1);
  await time.pass(1);
  assertEquals(told.states[1]?.toSorted(), ["t0 DONE", "t1 DONE", "t2 RUNNING"]);
  assertEquals(told.updates[1]?.groups, [{ tasks: 3, queued: 0, running: 1, done: 2, failed: 0, cancelled: 0 }]);
  await time.pass(1000);
  assertEquals(told.updates.length, 2, "nothing changed, nothing is said");
  rig.mesh.answer("a");
  await atRest();
  const last = told.updates.at(-1);
  assertEquals([told.updates.length, last?.state, told.ended, told.error], [3, "DONE", true, undefined]);
  assertEquals(last?.final_result, (await rig.service.get(jobId)).final_result);
});

Deno.test("a watcher who asks for counts only gets no tasks and no result", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(2)));
  await atRest();
  const told = new Told();
  await rig.service.watch(jobId, { countsOnly: true }, told);
  rig.mesh.answer("a");
  await atRest();
  assertEquals(told.states, [[], []]);
  assertEquals(told.updates.map(({ groups, final_result }) => [groups[0]?.done, final_result]), [[0, ""], [2, ""]]);
});

Deno.test("a job that has ended is told in one message", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  rig.mesh.answer("a");
  await atRest();
  const told = new Told();
  await rig.service.watch(jobId, { countsOnly: false }, told);
  assertEquals([told.states, told.ended, told.updates[0]?.state], [[["t0 DONE"]], true, "DONE"]);
});

Deno.test("large results are told in several messages, none of them lost, and the final result with the last one", async () => {
  using _time = new SimulatedTime();
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(10)));
  await atRest();
  const told = new Told();
  await rig.service.watch(jobId, { countsOnly: false }, told);
  rig.mesh.answer("a", 10, { output: "x".repeat(1_000_000) });
  await atRest();
  const later = told.updates.slice(1);
  assert(later.length > 1, "all in one message");
  const done = later.flatMap(({ tasks }) => tasks.filter(({ result }) => result.length === 1_000_000));
  assertEquals(new Set(done.map(({ task_id }) => task_id)).size, 10);
  for (const { tasks } of later) assert(tasks.length <= 5, `${tasks.length} tasks in one message`);
  assertEquals(later.map(({ final_result }) => final_result.length > 0), [...later.slice(1).map(() => false), true]);
});

Deno.test("whoever stops watching is told nothing more, and a stopping agent says so to the others", async () => {
  using time = new SimulatedTime();
  const rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(2)));
  await atRest();
  const [gone, stays] = [new Told(), new Told()];
  const stop = await rig.service.watch(jobId, { countsOnly: false }, gone);
  await rig.service.watch(jobId, { countsOnly: false }, stays);
  stop();
  rig.mesh.answer("a", 1);
  await time.pass(200);
  assertEquals([gone.updates.length, stays.updates.length], [1, 2]);
  await rig.service.stop();
  assertEquals([gone.ended, stays.ended, `${stays.error}`.includes("the agent is stopping")], [false, true, true]);
  assertEquals(time.timers, 0);
});
