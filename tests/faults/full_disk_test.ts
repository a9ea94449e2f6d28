import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { MeshError } from "../../agent/core/errors.ts";
import { MeshSession } from "../mesh_client.ts";
import { eventually } from "../processes.ts";
import { RestartedAgent } from "./restarted_agent.ts";
import { SmallDisk } from "./small_disk.ts";
import { SteadyWorker } from "./steady_worker.ts";

const DISK_MB = 12;

/** Characters of the inputs of what is submitted to the full disk: first much, then as little as there is. */
const SIZES = [200_000, 1];

/** Submits jobs until one is refused. Answers those that were taken, and the refusal. */
async function submitUntilRefused(session: MeshSession, size: number): Promise<{ taken: string[]; error: MeshError }> {
  const taken: string[] = [];
  // As much as would fit on the disk if it were empty.
  while (taken.length < DISK_MB * 1_000_000 / size) {
    const task = { task_id: "a", kind: "ECHO", input: "x".repeat(size) };
    try {
      taken.push(await session.submit([{ index: 0, tasks: [task] }]));
    } catch (error) {
      if (error instanceof MeshError) return { taken, error };
      throw error;
    }
  }
  throw new Error(`the full disk took ${taken.length} jobs of ${size} characters`);
}

Deno.test("a full disk refuses new work, loses nothing, and work goes on when there is room", async (t) => {
  const disk = await SmallDisk.mount(DISK_MB);
  if (typeof disk === "string") {
    await t.step({ name: `left out: cannot mount a small disk (${disk})`, ignore: true, fn: () => {} });
    return;
  }
  await using mounted = disk;
  await using agent = await RestartedAgent.start({ name: "alpha", dataDir: `${mounted.path}/data` });
  let isHolding = true;
  await using steady = await SteadyWorker.join(agent.grpc, {
    name: "steady",
    answer: ({ input }) => isHolding ? undefined : `echo: ${input}`,
  });
  const task = (task_id: string) => ({ task_id, kind: "ECHO", input: task_id, target_device_id: steady.deviceId });
  const tasks = Array.from({ length: 300 }, (_, n) => task(`${n}`));
  const taken: string[] = [];
  let running = "";

  await t.step("new work is refused, and the reason says so", async () => {
    using session = await MeshSession.open(agent.grpc);
    running = await session.submit([{ index: 0, tasks }]);
    await eventually(() => steady.running.length > 0 ? true : undefined, "the first tasks");
    disk.fill();
    for (const size of SIZES) {
      const { taken: more, error } = await submitUntilRefused(session, size);
      taken.push(...more);
      assertEquals(error.code, "RESOURCE_EXHAUSTED", error.message);
      assertStringIncludes(error.message, "disk is full");
    }
  });

  await t.step("what devices answer meanwhile is not acknowledged, and what was taken can be read", async () => {
    isHolding = false;
    await agent.process.log.line(/cannot write the journal, trying again: .*disk is full/);
    assert(steady.unacknowledged > 0, `${steady.unacknowledged} outcomes wait for their acknowledgement`);
    using session = await MeshSession.open(agent.grpc);
    const listed = new Set((await session.jobs()).map(({ job_id }) => job_id));
    assertEquals(taken.filter((jobId) => !listed.has(jobId)), []);
    assertEquals((await session.summary(running)).state, "RUNNING");
  });

  await t.step("with room again, everything that was taken ends DONE, and new work is taken", async () => {
    disk.makeRoom();
    using session = await MeshSession.open(agent.grpc);
    for (const jobId of [running, ...taken]) assertEquals((await session.end(jobId)).state, "DONE");
    await eventually(() => steady.unacknowledged === 0 ? true : undefined, "the acknowledgements");
    taken.push(await session.submit([{ index: 0, tasks: [task("new")] }]));
    assertEquals((await session.end(taken.at(-1) ?? "")).state, "DONE");
  });

  await t.step("and all of it is still there after a kill", async () => {
    await agent.killAndRestart();
    using session = await MeshSession.open(agent.grpc);
    const states = new Map((await session.jobs()).map(({ job_id, state }) => [job_id, state]));
    assertEquals([running, ...taken].filter((jobId) => states.get(jobId) !== "DONE"), []);
    assertEquals(states.size, taken.length + 1, "what was refused is not there");
    assertEquals(
      (await session.tasks(running)).map(({ status }) => status?.result),
      tasks.map((one) => `echo: ${one.input}`),
    );
    assertEquals([...steady.given.values()].filter((count) => count > 1), [], "nothing was run twice");
  });
});
