import type { TaskSpec } from "../../proto/gen/edgemesh/TaskSpec.ts";
import { assert, assertEquals } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess } from "../processes.ts";
import { CutProxy } from "./cut_proxy.ts";
import { SeededRandom } from "./random.ts";
import { RecordedRuns } from "./recorded_runs.ts";

const CUTS = 5;

/** Large enough that a cut falls into a message and not between two. */
const INPUT = "x".repeat(20_000);

/** Tasks of it: more bytes, there and back, than all cuts together let through. */
const ECHOES = 1000;

Deno.test("a stream that is cut five times costs nothing: what ran goes on, and nothing runs again", async () => {
  const random = new SeededRandom("the places of five cuts");
  using runs = new RecordedRuns();
  await using coordinator = await AgentProcess.start({ name: "alpha", flags: runs.flags });
  await using proxy = new CutProxy(coordinator.grpc);
  await using worker = await AgentProcess.start({ name: "behind a proxy", join: [proxy.address], flags: runs.flags });
  using session = await MeshSession.open(coordinator.grpc);
  await session.online(2);

  const target = worker.deviceId;
  // As many as a device of two processors runs at once; then as many again, over the later cuts.
  const lasting = Array.from({ length: 4 }, (_, n) => runs.task(`lasting-${n}`, 2, { target }));
  const echoes = Array.from(
    { length: ECHOES },
    (_, n): TaskSpec => ({ task_id: `${n}`, kind: "ECHO", input: `${n} ${INPUT}`, target_device_id: target }),
  );
  const jobId = await session.submit([{ index: 0, tasks: [...lasting, ...echoes] }]);
  await runs.begun("lasting-0");
  for (let cut = 1; cut <= CUTS; cut++) {
    await proxy.cutAfter(random.between(1, 1_500_000));
    assertEquals((await session.summary(jobId)).state, "RUNNING", `the job goes on after cut ${cut}`);
  }

  const end = await session.end(jobId);
  assertEquals([end.state, end.reason], ["DONE", ""]);
  const details = await session.tasks(jobId);
  assertEquals(details.map(({ status }) => status?.result), [
    ...lasting.map(({ task_id }) => `ran ${task_id}`),
    ...echoes.map(({ input }) => `echo: ${input}`),
  ]);
  const again = details.filter(({ attempts }) => attempts !== 1).map(({ status }) => status?.task_id);
  assertEquals(again, [], "no attempt was given up");
  assertEquals([...runs.counts()].sort(), lasting.map(({ task_id }) => [task_id, 1] as [string, number]));
  assert(proxy.connections > CUTS, `${proxy.connections} connections`);
  await session.presence(worker.deviceId, true);
});
