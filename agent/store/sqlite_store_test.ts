import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { openSqliteStore } from "./open_store.ts";
import { sampleChange, sampleDevice, sampleJob, sampleTasks } from "./store_samples.ts";

function unexpected(notice: string): never {
  throw new Error(`unexpected notice: ${notice}`);
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("jobs and devices are there after a restart, in one file that only its owner can read", () =>
  inFolder(async (folder) => {
    let store = await openSqliteStore(folder, unexpected);
    await store.insertJob(sampleJob("j1"), sampleTasks(2));
    await store.update({ tasks: [sampleChange("j1", 0)] });
    await store.putDevice(sampleDevice("d1"));
    await store.close();
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["edgemesh.db"]);
    if (Deno.build.os !== "windows") assertEquals(Deno.statSync(`${folder}/edgemesh.db`).mode! & 0o777, 0o600); // not null there

    store = await openSqliteStore(folder, unexpected);
    assertEquals((await store.unfinishedJobs())[0]?.tasks.map((task) => task.state), ["DONE", "QUEUED"]);
    assertEquals((await store.listJobs({ limit: 1 }))[0]?.tasksDone, 1);
    assertEquals(await store.devices(), [sampleDevice("d1")]);
    await store.update({ tasks: [sampleChange("j1", 1)] });
    assertEquals((await store.listJobs({ limit: 1 }))[0]?.tasksDone, 2);
    await store.close();
  }));

Deno.test("many writes at once share few commits", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    await store.insertJob(sampleJob("j1"), sampleTasks(2_000));
    const before = store.commits;
    const ordinals = Array.from({ length: 2_000 }, (_, i) => i);
    await Promise.all(ordinals.map((ordinal) => store.update({ tasks: [sampleChange("j1", ordinal)] })));
    assertEquals(store.commits - before, 1);

    const calls = ordinals.map(async (ordinal) => {
      for (let i = 0; i < 3; i++) await store.update({ tasks: [sampleChange("j1", ordinal, { result: `${i}` })] });
    });
    await Promise.all(calls);
    assert(store.commits - before <= 10, `${store.commits - before} commits`);
    await store.close();
  }));

Deno.test("a large write and the small ones around it take effect in the order in which they were called", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    const order: string[] = [];
    const tasks = sampleTasks(20_000);
    await Promise.all([
      store.insertJob(sampleJob("before"), []).then(() => order.push("before")),
      store.insertJob(sampleJob("large"), tasks).then(() => order.push("large")),
      store.update({ tasks: [sampleChange("large", 19_999)] }).then(() => order.push("after")),
    ]);
    assertEquals(order, ["before", "large", "after"]);
    assertEquals(store.commits, 3);
    assertEquals((await store.job("large"))?.tasks[19_999]?.state, "DONE");
    await store.close();
  }));

Deno.test("a read of many pages shows one moment while writes go on", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    const count = 15_000;
    await store.insertJob(sampleJob("j1"), sampleTasks(count));
    let reading = true;
    const read = store.job("j1").finally(() => reading = false);
    let round = 0;
    while (reading) {
      const result = `${++round}`;
      // The first and the last task change together, always.
      await store.update({ tasks: [0, count - 1].map((ordinal) => sampleChange("j1", ordinal, { result })) });
    }
    const tasks = (await read)?.tasks;
    assertEquals(tasks?.[0]?.result, tasks?.[count - 1]?.result);
    assert(round > 1, "no write went on during the read");
    await store.close();
  }));

Deno.test("a write with a value that cannot be stored fails alone", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    await store.insertJob(sampleJob("j1"), sampleTasks(2));
    const bad = sampleChange("j1", 0, { attempt: NaN });
    const writes = [
      store.update({ tasks: [sampleChange("j1", 1)] }),
      assertRejects(() => store.update({ tasks: [sampleChange("j1", 0), bad] }), MeshError, folder),
      store.putDevice(sampleDevice("d1")),
    ];
    await Promise.all(writes);
    assertEquals((await store.job("j1"))?.tasks.map((task) => task.state), ["QUEUED", "DONE"]);
    assertEquals((await store.listJobs({ limit: 1 }))[0]?.tasksDone, 1);
    assertEquals(await store.devices(), [sampleDevice("d1")]);
    await store.close();
  }));

Deno.test("a large write that cannot be sent to its end leaves nothing behind and the store in use", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    const tasks = sampleTasks(10_000);
    Object.assign(tasks[9_000]!, { spec: undefined }); // it was just made
    await assertRejects(() => store.insertJob(sampleJob("j1"), tasks), MeshError, folder);
    assertEquals(await store.job("j1"), undefined);
    await store.insertJob(sampleJob("j1"), sampleTasks(2));
    assertEquals((await store.job("j1"))?.tasks, sampleTasks(2));
    await store.close();
  }));

Deno.test("a write that was acknowledged outlives the process being killed", () =>
  inFolder(async (folder) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        `--allow-read=${Deno.cwd()},${folder}`,
        `--allow-write=${folder}`,
        new URL("./acknowledging_writer.ts", import.meta.url).pathname,
        folder,
      ],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let text = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of child.stdout) {
        text += decoder.decode(chunk, { stream: true });
        if (text.length > 20_000) child.kill("SIGKILL");
      }
    } finally {
      await child.status;
    }
    // What follows the last newline is a line that was cut.
    const acknowledged = text.split("\n").slice(0, -1);
    assert(acknowledged.length > 500, `only ${acknowledged.length} lines`);

    const store = await openSqliteStore(folder, unexpected);
    const jobs = new Map((await store.unfinishedJobs()).map((stored) => [stored.job.jobId, stored]));
    for (const line of acknowledged) {
      const [what, jobId = ""] = line.split(" ");
      assertEquals(jobs.get(jobId)?.tasks.length, 3, `lost after its acknowledgement: ${line}`);
      if (what === "task") assertEquals(jobs.get(jobId)?.tasks[1]?.state, "DONE", line);
    }
    await store.close();
  }));

/** A file system of 4 MB, or why there is none. */
async function mountSmallDisk(folder: string): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "only Linux has tmpfs";
  const mount = new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder],
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await mount.output();
  return success ? undefined : new TextDecoder().decode(stderr).trim();
}

Deno.test("a full disk refuses writes plainly, loses nothing stored, and is over when there is room", async (test) => {
  const folder = await Deno.makeTempDir();
  const obstacle = await mountSmallDisk(folder);
  await test.step({
    name: obstacle ? `left out: cannot mount a small disk (${obstacle})` : "on a disk of 4 MB",
    ignore: obstacle !== undefined,
    fn: async () => {
      try {
        await fillDisk(folder);
      } finally {
        await new Deno.Command("umount", { args: [folder] }).output();
      }
    },
  });
  await Deno.remove(folder, { recursive: true });
});

async function fillDisk(folder: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const store = await openSqliteStore(folder, unexpected);
  cleanup.defer(() => store.close());
  await store.insertJob(sampleJob("first"), sampleTasks(2));
  const filler = `${folder}/filler`;
  await Deno.writeFile(filler, new Uint8Array(3 * 1024 * 1024));
  const input = "x".repeat(500_000);
  let error: MeshError | undefined;
  let stored = 0;
  while (!error && stored < 100) {
    await store.insertJob(sampleJob(`big-${stored}`), sampleTasks(1, input)).then(() => stored++, (e) => error = e);
  }
  assert(error instanceof MeshError, "the disk never filled");
  assertEquals(error.code, "RESOURCE_EXHAUSTED");
  assertStringIncludes(error.message, `${folder}/edgemesh.db": the disk is full`);
  // One that is sent in parts.
  const large = await assertRejects(
    () => store.insertJob(sampleJob("large"), sampleTasks(10_000, "y".repeat(300))),
    MeshError,
  );
  assertEquals(large.code, "RESOURCE_EXHAUSTED");
  // Two that share a commit, one of which is too large.
  const tooLarge = assertRejects(() => store.insertJob(sampleJob("z"), sampleTasks(1, input + input)), MeshError);
  await Promise.all([store.update({ tasks: [sampleChange("first", 1)] }), tooLarge]);
  assertEquals((await store.listJobs({ limit: 1000 })).length, stored + 1);

  await Deno.remove(filler);
  await store.insertJob(sampleJob("after"), sampleTasks(1, input));
  await store.close();
  const again = await openSqliteStore(folder, unexpected);
  cleanup.defer(() => again.close());
  assertEquals((await again.listJobs({ limit: 1000 })).length, stored + 2);
  assertEquals((await again.job("first"))?.tasks.map((task) => task.state), ["QUEUED", "DONE"]);
}
