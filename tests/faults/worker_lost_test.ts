import type { TaskSpec } from "../../proto/gen/edgemesh/TaskSpec.ts";
import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, eventually } from "../processes.ts";
import { RecordedRuns } from "./recorded_runs.ts";

/** How long a device stands still, in ms: longer than the 6 s after which it counts as lost. */
const STANDSTILL_MS = 10_000;

/** Runs of real processes, and ECHO tasks around them. */
function planOf(prefix: string, runs: RecordedRuns, seconds: number): TaskSpec[] {
  return Array.from(
    { length: 300 },
    (_, n): TaskSpec =>
      n % 10 === 0
        ? runs.task(`${prefix}-${n}`, seconds)
        : { task_id: `${prefix}-${n}`, kind: "ECHO", input: `${prefix}-${n}` },
  );
}

Deno.test("a job outlives its workers: one that is killed, and one that stands still and comes back", async (t) => {
  using runs = new RecordedRuns();
  await using alpha = await AgentProcess.start({ name: "alpha", flags: runs.flags });
  await using beta = await AgentProcess.start({ name: "beta", join: [alpha.grpc], flags: runs.flags });
  await using gamma = await AgentProcess.start({ name: "gamma", join: [alpha.grpc], flags: runs.flags });
  using session = await MeshSession.open(alpha.grpc);
  await session.online(3);

  /** Waits until a device runs processes of a job, and answers their names. */
  const runningOn = (jobId: string, { deviceId }: AgentProcess) =>
    eventually(async () => {
      const begun = runs.counts();
      const names = (await session.tasks(jobId)).flatMap(({ status, kind }) =>
        status?.state === "RUNNING" && kind === "COMMAND" && status.assigned_device_id === deviceId &&
          begun.has(status.task_id)
          ? [status.task_id]
          : []
      );
      return names.length > 0 ? names : undefined;
    }, "processes that run there");

  /** Every task is DONE once, with the right result; nothing ran more often than it was tried. */
  const checkEnd = async (jobId: string, tasks: readonly TaskSpec[]) => {
    const end = await session.end(jobId);
    assertEquals([end.state, end.reason], ["DONE", ""]);
    const { tasks_total, tasks_done, tasks_failed } = await session.summary(jobId);
    assertEquals([tasks_total, tasks_done, tasks_failed], [tasks.length, tasks.length, 0]);
    const details = await session.tasks(jobId);
    assertEquals(
      details.map(({ status }) => [status?.task_id, status?.state, status?.result]),
      tasks.map(({ task_id, kind }) => [task_id, "DONE", kind === "COMMAND" ? `ran ${task_id}` : `echo: ${task_id}`]),
    );
    const counts = runs.counts();
    for (const { status, attempts } of details) {
      const ran = counts.get(status?.task_id ?? "") ?? 0;
      assert(ran <= attempts && attempts <= 3, `${status?.task_id} ran ${ran} times in ${attempts} attempts`);
    }
    return details;
  };

  await t.step("one is killed: its tasks move, and the reason is kept", async () => {
    const tasks = planOf("killed", runs, 0.2);
    const jobId = await session.submit([{ index: 0, tasks }]);
    const onBeta = await runningOn(jobId, beta);
    await beta.kill();
    const details = await checkEnd(jobId, tasks);
    const moved = details.filter(({ status }) => onBeta.includes(status?.task_id ?? ""));
    const [reason] = moved.flatMap(({ failed_attempts }) => failed_attempts.map((attempt) => attempt.reason));
    assertStringIncludes(reason ?? "", "lost beta");
    assert(details.every(({ status, attempts }) => attempts === 1 || status?.assigned_device_id !== beta.deviceId));
  });

  await t.step("one stands still for 10 s: its late results are dropped, and it works on", async () => {
    const tasks = planOf("halted", runs, 0.2);
    const jobId = await session.submit([{ index: 0, tasks }]);
    const onGamma = await runningOn(jobId, gamma);
    gamma.signal("SIGSTOP");
    const halted = performance.now();
    const details = await checkEnd(jobId, tasks);
    const moved = details.filter(({ status }) => onGamma.includes(status?.task_id ?? ""));
    assert(moved.some(({ attempts }) => attempts > 1), "what it was running was given to another device");
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, STANDSTILL_MS - (performance.now() - halted))));
    gamma.signal("SIGCONT");
    await session.presence(gamma.deviceId, true);
    await alpha.log.line(/dropped \d+ outcomes of device/);
    assertEquals(await checkEnd(jobId, tasks), details);
    // A late result that was not acknowledged would be sent with every new stream, and its slot would stay taken.
    const targets = Array.from({ length: 8 }, (_, n) => runs.task(`after-${n}`, 0, { target: gamma.deviceId }));
    await checkEnd(await session.submit([{ index: 0, tasks: targets }]), targets);
  });
});
