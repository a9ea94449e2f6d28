import { assertEquals } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, TemporaryFolder } from "../processes.ts";
import { SteadyWorker } from "./steady_worker.ts";

/**
 * What a version left in its data folder when it was killed, its journal not yet merged into its file: a job that was
 * DONE, and one of which one task was on a device and others waited.
 */
interface Left {
  readonly folder: string;
  readonly finished: string;
  readonly unfinished: string;
  /** Attempts that the task counts in the end that was on a device. */
  readonly attemptsOfRunning: number;
}

const VERSIONS: Record<string, Left> = {
  first: {
    folder: "version_1",
    finished: "70e843e9-ec58-43c1-9420-0c57a1f456e4",
    unfinished: "68d25ea6-e3f8-4a31-96f6-da8a00996928",
    // That a task was begun, this version did not write down.
    attemptsOfRunning: 1,
  },
  second: {
    folder: "version_2",
    finished: "97de095e-7e2a-4f54-931b-b2be0d74c70b",
    unfinished: "061ffce7-1d2b-433b-9a39-78699c297b7c",
    // The device comes back in another start of its program, so that the attempt that it had has failed.
    attemptsOfRunning: 2,
  },
};

const FILES = ["edgemesh.db", "edgemesh.db-wal"];
const ALPHA = "10274704-1878-4c11-961b-61749b55ca6f";
const AWAY = "5f0c4f1e-8a53-4d0b-9a3c-6d2d1f7f0e11";

async function unpack(from: string, name: string, folder: TemporaryFolder): Promise<void> {
  const packed = await Deno.open(new URL(`${from}/${name}.gz`, import.meta.url));
  const text = packed.readable.pipeThrough(new DecompressionStream("gzip"));
  await Deno.writeFile(folder.file(name), text);
}

for (const [version, left] of Object.entries(VERSIONS)) {
  Deno.test(`a data folder of the ${version} version opens, and its unfinished job goes on`, async () => {
    using folder = new TemporaryFolder();
    for (const name of FILES) await unpack(left.folder, name, folder);
    const flags = ["--device-id", ALPHA, "--keep-jobs", "forever"];
    await using agent = await AgentProcess.start({ name: "alpha", dataDir: folder.path, flags });
    using session = await MeshSession.open(agent.grpc);

    const finished = await session.job(left.finished);
    assertEquals(finished.tasks.map(({ task_id, state, result }) => [task_id, state, result]), [
      ["a", "DONE", "echo: input of a"],
      ["b", "DONE", "echo: input of b"],
    ]);
    assertEquals([finished.state, finished.final_result.includes("echo: input of a")], ["DONE", true]);

    const before = (await session.tasks(left.unfinished)).map(({ status }) => [status?.task_id, status?.state]);
    assertEquals(before.slice(0, 2), [["done", "DONE"], ["done-by-away", "DONE"]]);
    await using away = await SteadyWorker.join(agent.grpc, {
      name: "away",
      deviceId: AWAY,
      answer: ({ input }) => `echo: ${input}`,
    });
    const end = await session.end(left.unfinished);
    assertEquals([end.state, end.reason], ["DONE", ""]);
    const tasks = await session.tasks(left.unfinished);
    assertEquals(
      tasks.map(({ status }) => [status?.task_id, status?.state, status?.result]),
      ["done", "done-by-away", "running", "later", "later-too"].map((id) => [id, "DONE", `echo: input of ${id}`]),
    );
    // What was done before is not done again.
    assertEquals(tasks.map(({ attempts }) => attempts), [1, 1, left.attemptsOfRunning, 1, 1]);
    assertEquals([...away.given.keys()].filter((key) => key.startsWith("done")), []);
    assertEquals(agent.log.text.match(/ (error|warning) .*/g), null);
  });
}
