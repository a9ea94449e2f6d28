import { assert, assertEquals, assertRejects, assertStringIncludes } from "../assert.ts";
import { MeshError } from "../../agent/core/errors.ts";
import { MeshSession } from "../mesh_client.ts";
import { isAlive } from "../process_id.ts";
import { AgentProcess, eventually } from "../processes.ts";
import { RecordedRuns } from "./recorded_runs.ts";
import { SteadyWorker } from "./steady_worker.ts";

/** Longer than any test: what runs so long was not stopped. */
const FOR_EVER = 600;

/** Waits until none of the processes is there any more. */
async function gone(pids: readonly number[]): Promise<void> {
  await eventually(() => pids.every((pid) => !isAlive(pid)) ? true : undefined, `the end of processes ${pids}`);
}

Deno.test("what nobody wants any more is stopped, wherever it runs", async (t) => {
  using runs = new RecordedRuns();
  await using alpha = await AgentProcess.start({ name: "alpha", flags: runs.flags });
  await using beta = await AgentProcess.start({ name: "beta", join: [alpha.grpc], flags: runs.flags });
  using session = await MeshSession.open(alpha.grpc);
  await session.online(2);
  const target = beta.deviceId;
  const states = async (jobId: string) => (await session.tasks(jobId)).map(({ status }) => status?.state);

  await t.step("a cancelled job's processes end, and what waited never begins", async () => {
    // More than any device runs at once.
    const tasks = Array.from({ length: 20 }, (_, n) => runs.task(`cancelled-${n}`, FOR_EVER, { target }));
    const later = runs.task("of-a-later-group", 0, { target });
    const jobId = await session.submit([{ index: 0, tasks }, { index: 1, tasks: [later] }]);
    const pids = [await runs.begun("cancelled-0"), await runs.begun("cancelled-1")];
    const summary = await session.cancel(jobId);
    assertEquals([summary.state, summary.tasks_done], ["CANCELLED", 0]);
    assert(summary.finished_at > 0 && summary.reason !== "", JSON.stringify(summary));
    const begun = runs.counts().size;
    assert(begun < tasks.length, `${begun} began before`);
    await gone(pids);
    assertEquals(new Set(await states(jobId)), new Set(["CANCELLED"]));
    // Its slots are free again: the device works on.
    assertEquals((await session.ended(await session.submit([{ index: 0, tasks: [later] }]))).state, "DONE");
    assertEquals(runs.counts().size, begun + 1, "nothing of the cancelled job has begun since");
  });

  await t.step("cancelling once more changes nothing; a job that is DONE stays so", async () => {
    const [cancelled] = (await session.jobs()).filter(({ state }) => state === "CANCELLED");
    const [done] = (await session.jobs()).filter(({ state }) => state === "DONE");
    assert(cancelled && done);
    assertEquals(await session.cancel(cancelled.job_id), cancelled);
    const error = await assertRejects(() => session.cancel(done.job_id), MeshError);
    assertEquals(error.code, "FAILED_PRECONDITION");
    const unknown = await assertRejects(() => session.cancel("nothing"), MeshError, '"nothing"');
    assertEquals(unknown.code, "NOT_FOUND");
  });

  await t.step("with FIRST the first success wins, and the others are stopped", async () => {
    const slow = [runs.task("slow", FOR_EVER, { target }), runs.task("slow-too", FOR_EVER)];
    const quick = runs.task("quick", 0.5, { target });
    const jobId = await session.start([{ index: 0, tasks: [...slow, quick] }], { reduce: "FIRST" });
    const pids = [await runs.begun("slow"), await runs.begun("slow-too")];
    const job = await session.ended(jobId);
    assertEquals([job.state, job.final_result], ["DONE", "ran quick"]);
    await gone(pids);
    assertEquals(await states(jobId), ["CANCELLED", "CANCELLED", "DONE"]);
  });

  await t.step("a task that takes longer than its limit is stopped, and the reason says so", async () => {
    const [short, long] = [runs.task("short", 0, { target }), runs.task("too-long", FOR_EVER, { target })];
    const groups = [{ index: 0, tasks: [short, long] }];
    const jobId = await session.start(groups, { taskTimeoutsMs: { "too-long": 1000 } });
    const pid = await runs.begun("too-long");
    const job = await session.ended(jobId);
    assertEquals([job.state, await states(jobId)], ["FAILED", ["DONE", "FAILED"]]);
    assertStringIncludes(job.tasks[1]?.error ?? "", "stopped after 1 s, its time limit");
    assertStringIncludes(job.final_result.split("\n")[0] ?? "", "task too-long failed on beta: stopped after 1 s");
    await gone([pid]);
  });

  await t.step("a device that takes a task and never answers does not hold it for ever", async () => {
    await using mute = await SteadyWorker.join(alpha.grpc, { name: "mute", answer: () => undefined });
    const tasks = Array.from({ length: 6 }, (_, n) => ({ task_id: `${n}`, kind: "ECHO", input: `${n}` }));
    const jobId = await session.start([{ index: 0, tasks }], { taskTimeoutMs: 1000 });
    await eventually(() => mute.given.size > 0 ? true : undefined, "a task for the mute device");
    const job = await session.ended(jobId);
    assertEquals([job.state, job.tasks.map(({ result }) => result)], [
      "DONE",
      tasks.map(({ input }) => `echo: ${input}`),
    ]);
    const moved = (await session.tasks(jobId)).filter(({ attempts }) => attempts > 1);
    assert(moved.length > 0);
    for (const { failed_attempts: [failed] } of moved) {
      assertEquals([failed?.attempt, failed?.device_name], [1, "mute"]);
      assertStringIncludes(failed?.reason ?? "", "did not answer within 1 s");
    }
  });

  await t.step("a cancel ends also what a mute device holds", async () => {
    await using mute = await SteadyWorker.join(alpha.grpc, { name: "mute", answer: () => undefined });
    const tasks = [{ task_id: "a", kind: "ECHO", input: "a", target_device_id: mute.deviceId }];
    const jobId = await session.submit([{ index: 0, tasks }]);
    await eventually(() => mute.given.size > 0 ? true : undefined, "the task's beginning");
    const began = performance.now();
    assertEquals((await session.cancel(jobId)).state, "CANCELLED");
    // Not the 250 s of the task: the 2 s that a cancelled one gets, on a slow machine.
    assert(performance.now() - began < 10_000);
  });
});
