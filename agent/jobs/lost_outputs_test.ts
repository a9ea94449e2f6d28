import { assert, assertEquals } from "../../tests/assert.ts";
import type { OutputFile } from "../../proto/messages.ts";
import { JobRig, planOf, tasksOf } from "./job_rig.ts";
import { atRest, SimulatedTime } from "./simulated_time.ts";
import { outcomeOf } from "./simulated_mesh.ts";

const file = (letter: string): OutputFile => ({
  name: letter.repeat(43),
  size_bytes: 300_000,
  sha256: "ab".repeat(32),
});

Deno.test("a file that is told again stays, also after its job; that of an attempt that lost is dropped", async () => {
  using _time = new SimulatedTime();
  const dropped: string[] = [];
  const removed: string[] = [];
  const outputFiles = {
    jobRemoved: (jobId: string) => void removed.push(jobId),
    dropped: (deviceId: string, _jobId: string, { name }: OutputFile) => void dropped.push(`${deviceId} ${name[0]}`),
  };
  await using rig = await JobRig.start({ outputFiles });
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(1)));
  await atRest();
  const [task] = rig.mesh.held.get("a")?.splice(0) ?? [];
  assert(task);
  const good = { ...outcomeOf(task), lease: 0, output: "", output_file: file("g") };
  const lost = { ...good, output_file: file("l") };
  rig.mesh.listener?.outcomes("a", [good, good, lost]);
  await atRest();
  assertEquals(dropped, ["a l"]);
  assertEquals((await rig.service.get(jobId)).state, "DONE");
  assertEquals(await rig.service.outputFile(jobId, "t0"), { taskId: "t0", deviceId: "a", file: file("g") });
  rig.mesh.listener?.outcomes("a", [good, lost]);
  await atRest();
  assertEquals(dropped, ["a l", "a l"]);
  await rig.service.delete(jobId);
  assertEquals(removed, [jobId]);
  rig.mesh.listener?.outcomes("a", [good]);
  await atRest();
  assertEquals(dropped, ["a l", "a l", "a g"]);
});
