import { assertEquals } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, TemporaryFolder } from "../processes.ts";
import { SteadyWorker } from "./steady_worker.ts";

/**
 * What the first version left in its data folder when it was killed, its journal not yet merged into its file: a job that
 * was DONE, and one of which one task was on a device and others waited.
 */
const LEFT = ["edgemesh.db", "edgemesh.db-wal"];
const ALPHA = "10274704-1878-4c11-961b-61749b55ca6f";
const AWAY = "5f0c4f1e-8a53-4d0b-9a3c-6d2d1f7f0e11";
const FINISHED = "70e843e9-ec58-43c1-9420-0c57a1f456e4";
const UNFINISHED = "68d25ea6-e3f8-4a31-96f6-da8a00996928";

async function unpack(name: string, folder: TemporaryFolder): Promise<void> {
  const packed = await Deno.open(new URL(`version_1/${name}.gz`, import.meta.url));
  const text = packed.readable.pipeThrough(new DecompressionStream("gzip"));
  await Deno.writeFile(folder.file(name), text);
}

Deno.test("a data folder of the first version opens, and its unfinished job goes on", async () => {
  using folder = new TemporaryFolder();
  for (const name of LEFT) await unpack(name, folder);
  const flags = ["--device-id", ALPHA, "--keep-jobs", "forever"];
  await using agent = await AgentProcess.start({ name: "alpha", dataDir: folder.path, flags });
  using session = await MeshSession.open(agent.grpc);

  const finished = await session.job(FINISHED);
  assertEquals(finished.tasks.map(({ task_id, state, result }) => [task_id, state, result]), [
    ["a", "DONE", "echo: input of a"],
    ["b", "DONE", "echo: input of b"],
  ]);
  assertEquals([finished.state, finished.final_result.includes("echo: input of a")], ["DONE", true]);

  const before = (await session.tasks(UNFINISHED)).map(({ status }) => [status?.task_id, status?.state]);
  assertEquals(before.slice(0, 2), [["done", "DONE"], ["done-by-away", "DONE"]]);
  await using away = await SteadyWorker.join(agent.grpc, {
    name: "away",
    deviceId: AWAY,
    answer: ({ input }) => `echo: ${input}`,
  });
  const end = await session.end(UNFINISHED);
  assertEquals([end.state, end.reason], ["DONE", ""]);
  const tasks = await session.tasks(UNFINISHED);
  assertEquals(
    tasks.map(({ status }) => [status?.task_id, status?.state, status?.result]),
    ["done", "done-by-away", "running", "later", "later-too"].map((id) => [id, "DONE", `echo: input of ${id}`]),
  );
  // What was done before is not done again. That a task was begun, the first version did not write down.
  assertEquals(tasks.map(({ attempts }) => attempts), [1, 1, 1, 1, 1]);
  assertEquals([...away.given.keys()].filter((key) => key.startsWith("done")), []);
  assertEquals(agent.log.text.match(/ (error|warning) .*/g), null);
});
