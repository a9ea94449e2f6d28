import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { openSqliteStore } from "./open_store.ts";
import {
  sampleChange,
  sampleDevice,
  sampleJob,
  sampleLease,
  samplePrediction,
  sampleRates,
  sampleTasks,
} from "./store_samples.ts";

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

Deno.test("rates and predictions are there after a restart, and go on where they were", () =>
  inFolder(async (folder) => {
    const added = Array.from({ length: 1500 }, (_, at) => samplePrediction(at));
    let store = await openSqliteStore(folder, unexpected);
    await store.putModelRates("m", sampleRates());
    await Promise.all(added.slice(0, 1200).map((prediction) => store.addPrediction(prediction)));
    await store.close();
    store = await openSqliteStore(folder, unexpected);
    assertEquals(await store.modelRates(), new Map([["m", sampleRates()]]));
    assertEquals(await store.predictions(1000), added.slice(200, 1200));
    await Promise.all(added.slice(1200).map((prediction) => store.addPrediction(prediction)));
    assertEquals(await store.predictions(1000), added.slice(500));
    await store.close();
  }));

Deno.test("many predictions at once share few commits, and what is not kept of them takes no room", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    const before = store.commits;
    await Promise.all(Array.from({ length: 5_000 }, (_, at) => store.addPrediction(samplePrediction(at))));
    assertEquals(store.commits - before, 1);
    const calls = Array.from({ length: 1_000 }, async (_, at) => {
      for (let i = 0; i < 3; i++) await store.addPrediction(samplePrediction(at, { deviceId: `d${i}` }));
    });
    await Promise.all(calls);
    assert(store.commits - before <= 10, `${store.commits - before} commits`);
    assertEquals(rowsIn(folder, ["predictions"]), { predictions: 3_000 });
    await store.close();
  }));

Deno.test("rates and a prediction that are no numbers are refused alone", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    await Promise.all([
      store.addPrediction(samplePrediction(1)),
      assertRejects(() => store.addPrediction(samplePrediction(2, { predictedMs: NaN })), MeshError, folder),
      assertRejects(() => store.putModelRates("m", sampleRates({ decode_toks_per_s: NaN })), MeshError, folder),
      store.addPrediction(samplePrediction(3)),
    ]);
    assertEquals(await store.predictions(9), [samplePrediction(1), samplePrediction(3)]);
    assertEquals((await store.modelRates()).size, 0);
    await store.close();
  }));

Deno.test("a large insert holds up no other job, and writes about its own take effect behind it", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    const large = [sampleTasks(20_000), sampleTasks(20_000)] as const;
    await Promise.all([
      store.insertJob(sampleJob("before"), []).then(note("before")),
      store.insertJob(sampleJob("large"), large[0]).then(note("large")),
      store.insertJob(sampleJob("second"), large[1]).then(note("second")),
      store.update({ tasks: [sampleChange("large", 19_999), sampleChange("before", 0)] }).then(note("update of both")),
      store.listJobs({ limit: 9 }).then((jobs) => order.push(`list of ${jobs.length}`)),
      store.update({ jobs: [{ jobId: "before", state: "DONE", finishedAt: 1, reason: "" }] }).then(
        note("end of before"),
      ),
      store.insertJob(sampleJob("after"), sampleTasks(2)).then(note("after")),
      store.job("after").then((job) => order.push(`${job?.tasks.length} tasks of after`)),
      store.job("large").then((job) => order.push(`last task of large ${job?.tasks.at(-1)?.state}`)),
    ]);
    const at = (what: string) => {
      assert(order.includes(what), `${what} is not among ${order}`);
      return order.indexOf(what);
    };
    assert(at("after") < at("large") && at("after") < at("second"), `${order}`);
    assert(at("2 tasks of after") < at("large"), `${order}`);
    assert(at("large") < at("update of both") && at("update of both") < at("end of before"), `${order}`);
    assert(at("last task of large DONE") > at("large"), `${order}`);
    assert(at("list of 4") > at("second"), `${order}`);
    await store.close();
  }));

Deno.test("a large update shows at once or not at all, and in its place among others", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    const tasks = sampleTasks(15_000);
    await store.insertJob(sampleJob("j1"), tasks);
    const changes = tasks.map(({ ordinal }) => sampleChange("j1", ordinal, { state: "CANCELLED" }));
    const before = store.commits;
    await store.update({ tasks: changes });
    assertEquals(store.commits - before, 1);
    await Promise.all([
      store.insertJob(sampleJob("large"), sampleTasks(9_000)),
      store.update({ tasks: [sampleChange("j1", 0)] }),
      store.update({ tasks: changes }),
      store.update({ tasks: [sampleChange("j1", 1)] }),
    ]);
    assertEquals((await store.listJobs({ limit: 9 })).at(-1)?.tasksDone, 1);
    assertEquals((await store.job("j1"))?.tasks.filter((task) => task.state === "CANCELLED").length, 14_999);
    assertEquals((await store.job("large"))?.tasks.length, 9_000);
    await store.close();
  }));

/** How many rows each table of the store's file has, as another program sees it. */
function rowsIn(
  folder: string,
  tables: readonly string[] = ["jobs", "hidden_jobs", "tasks", "outcomes", "leases", "submissions"],
): Record<string, number> {
  const db = new DatabaseSync(`${folder}/edgemesh.db`, { readOnly: true });
  try {
    return Object.fromEntries(
      tables.map((table) => [table, Number(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows)]),
    );
  } finally {
    db.close();
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; !condition();) {
    assert(Date.now() < end, `waited 20 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("of a removed job not a row is left, however large it was, and others go on meanwhile", () =>
  inFolder(async (folder) => {
    const store = await openSqliteStore(folder, unexpected);
    await store.insertJob(sampleJob("j1"), sampleTasks(30_000), { client: "c", key: "k" });
    await store.insertJob(sampleJob("j2"), sampleTasks(3));
    const ordinals = Array.from({ length: 10_000 }, (_, i) => i);
    await store.update({ tasks: ordinals.map((i) => sampleChange("j1", i)), leases: [sampleLease("j1", ordinals)] });
    await store.removeJob("j1");
    await store.update({ tasks: [sampleChange("j2", 1)] });
    assert(rowsIn(folder).tasks! > 3, "all was removed in one go"); // named above
    await until(() => rowsIn(folder).hidden_jobs === 0, "the removal");
    assertEquals(rowsIn(folder), { jobs: 1, hidden_jobs: 0, tasks: 3, outcomes: 1, leases: 0, submissions: 0 });
    await store.close();
  }));

for (const [what, seen] of [["insert", ["second", "small"]], ["remove", ["second", "small"]]] as const) {
  Deno.test(`a process that is killed in the middle of a large ${what} leaves nothing of it`, () =>
    inFolder(async (folder) => {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "-A", new URL("./interrupted_writer.ts", import.meta.url).pathname, folder, what],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      let text = "";
      try {
        for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
          text += chunk;
          child.kill("SIGKILL");
        }
      } finally {
        await child.status;
      }
      assertEquals(text, "in the middle\n");
      const left = rowsIn(folder);
      assertEquals(left.hidden_jobs, 1);
      assert(left.tasks! > 1_000 && left.tasks! < 200_002, `${left.tasks} tasks`); // named above

      const store = await openSqliteStore(folder, unexpected);
      assertEquals((await store.listJobs({ limit: 9 })).map(({ jobId }) => jobId).sort(), [...seen]);
      await store.insertJob(sampleJob("large"), sampleTasks(5));
      assertEquals((await store.job("large"))?.tasks, sampleTasks(5));
      await until(() => rowsIn(folder).hidden_jobs === 0, "the removal of what was left");
      assertEquals(rowsIn(folder).tasks, 2 + 5);
      await store.close();
    }));
}

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
    await until(() => rowsIn(folder).hidden_jobs === 0, "the removal of what was sent");
    assertEquals(rowsIn(folder).tasks, 2);
    const changes = sampleTasks(10_000).map(({ ordinal }) => sampleChange("j1", ordinal % 2));
    Object.assign(changes, { 9_000: undefined });
    await assertRejects(() => store.update({ tasks: changes }), MeshError, folder);
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
    let killed = false;
    const decoder = new TextDecoder();
    try {
      for await (const chunk of child.stdout) {
        text += decoder.decode(chunk, { stream: true });
        // Once: what was in the pipe comes after the kill, too.
        if (text.length > 20_000 && !killed) {
          child.kill("SIGKILL");
          killed = true;
        }
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

/** Runs `run` in a folder that is a disk of 4 MB, or says why that is left out. */
function testOnSmallDisk(name: string, run: (folder: string) => Promise<void>): void {
  Deno.test(name, async (test) => {
    const folder = await Deno.makeTempDir();
    const obstacle = await mountSmallDisk(folder);
    await test.step({
      name: obstacle ? `left out: cannot mount a small disk (${obstacle})` : "on a disk of 4 MB",
      ignore: obstacle !== undefined,
      fn: async () => {
        try {
          await run(folder);
        } finally {
          await new Deno.Command("umount", { args: [folder] }).output();
        }
      },
    });
    await Deno.remove(folder, { recursive: true });
  });
}

/** Writes a file that takes all the room but so many bytes. */
async function takeRoom(folder: string, left: number): Promise<() => Promise<void>> {
  const path = `${folder}/filler`;
  using file = await Deno.open(path, { create: true, write: true });
  const chunk = new Uint8Array(4096);
  try {
    for (;;) await file.write(chunk);
  } catch (error) {
    assert(`${error}`.includes("os error 28"), `${error}`);
  }
  await file.truncate((await file.stat()).size - left);
  return () => Deno.remove(path);
}

testOnSmallDisk(
  "a large insert or update that fills the disk leaves nothing, and goes well with room",
  async (folder) => {
    await using cleanup = new AsyncDisposableStack();
    const store = await openSqliteStore(folder, unexpected);
    cleanup.defer(() => store.close());
    await store.insertJob(sampleJob("first"), sampleTasks(3_000));
    // A third of what the job takes: it fails in the middle.
    const makeRoom = await takeRoom(folder, 500_000);
    const large = sampleTasks(8_000, "x".repeat(150));
    const changes = sampleTasks(3_000).map(({ ordinal }) =>
      sampleChange("first", ordinal, { result: "y".repeat(300) })
    );
    const refuse = async (write: Promise<void>) => {
      const error = await assertRejects(() => write, MeshError, "the disk is full");
      assertEquals(error.code, "RESOURCE_EXHAUSTED");
    };
    await Promise.all([
      refuse(store.insertJob(sampleJob("large"), large, { client: "c", key: "k" })),
      refuse(store.update({ tasks: changes })),
    ]);
    assertEquals(await store.job("large"), undefined);
    assertEquals(await store.submittedJob({ client: "c", key: "k" }, 0), undefined);
    assertEquals((await store.job("first"))?.tasks, sampleTasks(3_000));
    await makeRoom();

    await store.insertJob(sampleJob("small"), sampleTasks(1));
    await until(() => rowsIn(folder).hidden_jobs === 0, "the removal of what was sent");
    assertEquals(rowsIn(folder).tasks, 3_001);
    await store.insertJob(sampleJob("large"), sampleTasks(4_000, "x".repeat(150)), { client: "c", key: "k" });
    await store.update({ tasks: changes.slice(0, 2_500) });
    assertEquals((await store.submittedJob({ client: "c", key: "k" }, 0))?.jobId, "large");
    assertEquals((await store.listJobs({ limit: 9 })).map((job) => job.tasksDone), [0, 0, 2_500]);
  },
);

testOnSmallDisk(
  "without room for a single page every write is refused, and the first one with room goes well",
  async (folder) => {
    await using cleanup = new AsyncDisposableStack();
    const store = await openSqliteStore(folder, unexpected);
    cleanup.defer(() => store.close());
    await store.insertJob(sampleJob("j1"), sampleTasks(2));
    const makeRoom = await takeRoom(folder, 0);
    for (let i = 0; i < 3; i++) {
      const writes = [
        () => store.update({ tasks: [sampleChange("j1", 1)] }),
        () => store.update({ leases: [sampleLease("j1", [1])] }),
        () => store.insertJob(sampleJob("j2"), sampleTasks(1)),
        () => store.insertJob(sampleJob("j3"), sampleTasks(5_000)),
        () => store.removeJob("j1"),
        () => store.putDevice(sampleDevice("d1")),
      ];
      const together = writes.map((write) => assertRejects(write, MeshError, "the disk is full"));
      for (const error of await Promise.all(together)) assertEquals(error.code, "RESOURCE_EXHAUSTED");
      assertEquals((await store.unfinishedJobs()).map(({ job, tasks }) => [job.jobId, tasks]), [[
        "j1",
        sampleTasks(2),
      ]]);
    }
    await makeRoom();
    await store.update({ tasks: [sampleChange("j1", 1)], leases: [sampleLease("j1", [0])] });
    await Promise.all([store.insertJob(sampleJob("j2"), sampleTasks(1)), store.putDevice(sampleDevice("d1"))]);
    await until(() => rowsIn(folder).hidden_jobs === 0, "the removal of what was sent");
    assertEquals(rowsIn(folder), { jobs: 2, hidden_jobs: 0, tasks: 3, outcomes: 1, leases: 1, submissions: 0 });
  },
);

testOnSmallDisk("a full disk refuses writes plainly, loses nothing stored, and is over when there is room", fillDisk);

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
