import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { openStore } from "./open_store.ts";
import { sampleChange, sampleDevice, sampleJob, sampleTasks } from "./store_samples.ts";
import type { Store } from "./store.ts";

/** What every store does: each test runs on both. */
function testBoth(name: string, run: (store: Store) => Promise<void>): void {
  for (const kind of ["sqlite", "memory"] as const) {
    Deno.test(`${kind}: ${name}`, async () => {
      const folder = await Deno.makeTempDir();
      const store = await openStore(kind, folder, (notice) => {
        throw new Error(`unexpected notice: ${notice}`);
      });
      try {
        await run(store);
      } finally {
        await store.close();
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}

testBoth("a job is read as it was stored", async (store) => {
  const job = sampleJob("j1", { text: "Grüße 🌍", maxWorkers: 3, state: "FAILED", finishedAt: 5, reason: "no device" });
  const tasks = sampleTasks(3);
  tasks[1] = {
    ordinal: 1,
    group: 2,
    spec: {
      task_id: "ä",
      kind: "LLM_GENERATE",
      input: "line\nnul\0\0after \x10\x100 🌍 'quoted\" \u2028",
      target_device_id: "d9",
      prompt_tokens: 500,
      max_output_tokens: 2_147_483_647,
    },
    state: "FAILED",
    attempt: 3,
    deviceId: "d1",
    deviceName: "büro\0pc",
    result: "half\0an answer",
    error: "lost",
  };
  await store.insertJob(job, tasks);
  assertEquals(await store.job("j1"), { job, tasks });
  assertEquals(await store.job("j2"), undefined);
});

testBoth("a job without tasks is kept", async (store) => {
  await store.insertJob(sampleJob("j1"), []);
  assertEquals(await store.job("j1"), { job: sampleJob("j1"), tasks: [] });
});

testBoth("changes of a job and its tasks are read back, and unknown ids are ignored", async (store) => {
  await store.insertJob(sampleJob("j1"), sampleTasks(3));
  await store.update({
    jobs: [
      { jobId: "j1", state: "RUNNING", finishedAt: 0, reason: "" },
      { jobId: "nobody", state: "DONE", finishedAt: 1, reason: "" },
    ],
    tasks: [
      sampleChange("j1", 1, { state: "RUNNING", result: "" }),
      sampleChange("nobody", 0),
      sampleChange("j1", 3),
      sampleChange("j1", -1),
      sampleChange("j1", 1, { result: "late" }),
    ],
  });
  const expected = sampleTasks(3);
  expected[1] = {
    ...sampleTasks(2)[1] as typeof expected[number],
    state: "DONE",
    attempt: 1,
    deviceId: "d1",
    deviceName: "laptop",
    result: "late",
  };
  assertEquals(await store.job("j1"), { job: sampleJob("j1", { state: "RUNNING" }), tasks: expected });
  assertEquals((await store.listJobs({ limit: 10 })).length, 1);
});

testBoth("a list of jobs counts the tasks through every change", async (store) => {
  const tasks = sampleTasks(5);
  tasks[4] = { ...sampleTasks(1)[0] as typeof tasks[number], ordinal: 4, state: "DONE", attempt: 1 };
  await store.insertJob(sampleJob("j1"), tasks);
  const counts = async () => {
    const [overview] = await store.listJobs({ limit: 1 });
    return [overview?.tasksTotal, overview?.tasksDone, overview?.tasksFailed];
  };
  assertEquals(await counts(), [5, 1, 0]);
  await store.update({ tasks: [0, 1, 2].map((ordinal) => sampleChange("j1", ordinal, { state: "RUNNING" })) });
  assertEquals(await counts(), [5, 1, 0]);
  await store.update({ tasks: [sampleChange("j1", 0), sampleChange("j1", 1, { state: "FAILED" })] });
  assertEquals(await counts(), [5, 2, 1]);
  // A task that changes twice, one that fails after it was done, and one that is done again.
  await store.update({
    tasks: [
      sampleChange("j1", 2),
      sampleChange("j1", 2, { state: "FAILED" }),
      sampleChange("j1", 4, { state: "FAILED" }),
      sampleChange("j1", 0),
    ],
  });
  assertEquals(await counts(), [5, 1, 3]);
  await store.update({ tasks: [sampleChange("j1", 4, { state: "QUEUED" })] });
  assertEquals(await counts(), [5, 1, 2]);
});

testBoth("jobs are listed newest first, by state and up to the limit", async (store) => {
  await store.insertJob(sampleJob("b", { createdAt: 2 }), []);
  await store.insertJob(sampleJob("a", { createdAt: 3, state: "DONE" }), sampleTasks(2));
  await store.insertJob(sampleJob("c", { createdAt: 2 }), []);
  await store.insertJob(sampleJob("d", { createdAt: 1, state: "DONE" }), []);
  const ids = async (query: Parameters<Store["listJobs"]>[0]) => (await store.listJobs(query)).map((job) => job.jobId);
  assertEquals(await ids({ limit: 10 }), ["a", "c", "b", "d"]);
  assertEquals(await ids({ limit: 2 }), ["a", "c"]);
  assertEquals(await ids({ state: "DONE", limit: 10 }), ["a", "d"]);
  assertEquals(await ids({ state: "CANCELLED", limit: 10 }), []);
  assertEquals((await store.listJobs({ limit: 1 }))[0], {
    ...sampleJob("a", { createdAt: 3, state: "DONE" }),
    tasksTotal: 2,
    tasksDone: 0,
    tasksFailed: 0,
  });
});

testBoth("unfinished jobs come oldest first, each with its own tasks", async (store) => {
  await store.insertJob(sampleJob("young", { createdAt: 3 }), sampleTasks(2, "young"));
  await store.insertJob(sampleJob("ended", { createdAt: 1, state: "CANCELLED" }), sampleTasks(1));
  await store.insertJob(sampleJob("old", { createdAt: 2, state: "RUNNING" }), sampleTasks(3, "old"));
  assertEquals(await store.unfinishedJobs(), [
    { job: sampleJob("old", { createdAt: 2, state: "RUNNING" }), tasks: sampleTasks(3, "old") },
    { job: sampleJob("young", { createdAt: 3 }), tasks: sampleTasks(2, "young") },
  ]);
});

testBoth("a job of many pages keeps every task, in order, through a change of them all", async (store) => {
  const tasks = sampleTasks(12_345);
  await store.insertJob(sampleJob("j1"), tasks);
  await store.update({ tasks: tasks.map(({ ordinal }) => sampleChange("j1", ordinal)) });
  const stored = await store.job("j1");
  assertEquals(stored?.tasks.map((task) => task.ordinal), tasks.map((task) => task.ordinal));
  assert(stored?.tasks.every((task) => task.result === `echo: ${task.ordinal}`));
  assertEquals((await store.listJobs({ limit: 1 }))[0]?.tasksDone, 12_345);
});

testBoth("long texts are kept whole", async (store) => {
  const long = "0123456789".repeat(300_000);
  await store.insertJob(sampleJob("j1", { text: long }), sampleTasks(3, long));
  await store.update({ tasks: [sampleChange("j1", 2, { result: long })] });
  const stored = await store.job("j1");
  assertEquals(stored?.job.text.length, long.length);
  assert(stored?.tasks.every((task) => task.spec.input === long));
  assert(stored?.tasks[2]?.result === long);
});

testBoth("a read sees the writes that were called before it", async (store) => {
  const writes = [
    store.insertJob(sampleJob("j1"), sampleTasks(1)),
    store.update({ tasks: [sampleChange("j1", 0)] }),
  ];
  assertEquals((await store.job("j1"))?.tasks[0]?.result, "echo: 0");
  await Promise.all(writes);
});

testBoth("what the caller does with its records afterwards changes nothing stored", async (store) => {
  const job = sampleJob("j1");
  const tasks = sampleTasks(1);
  const device = sampleDevice("d1");
  await Promise.all([store.insertJob(job, tasks), store.putDevice(device)]);
  job.state = "FAILED";
  tasks[0]!.result = "mine"; // it was just made
  tasks[0]!.spec.input = "mine"; // the same
  device.info.device_name = "mine";
  const stored = await store.job("j1");
  assertEquals(stored, { job: sampleJob("j1"), tasks: sampleTasks(1) });
  stored!.tasks[0]!.state = "DONE"; // both were just compared with one
  assertEquals(await store.job("j1"), { job: sampleJob("j1"), tasks: sampleTasks(1) });
  assertEquals(await store.devices(), [sampleDevice("d1")]);
});

testBoth("a job whose id is taken is refused and leaves the first one and its neighbours alone", async (store) => {
  await store.insertJob(sampleJob("j1"), sampleTasks(2));
  const neighbours = [
    store.insertJob(sampleJob("j2"), sampleTasks(1)),
    assertRejects(() => store.insertJob(sampleJob("j1", { text: "other" }), sampleTasks(5)), MeshError),
    store.update({ tasks: [sampleChange("j1", 1)] }),
    store.insertJob(sampleJob("j3"), []),
  ];
  await Promise.all(neighbours);
  assertEquals((await store.job("j1"))?.tasks.map((task) => task.state), ["QUEUED", "DONE"]);
  assertEquals((await store.job("j1"))?.job.text, sampleJob("j1").text);
  assertEquals((await store.listJobs({ limit: 9 })).map((job) => job.jobId), ["j3", "j2", "j1"]);
});

testBoth("a job with two tasks in one place is refused as a whole, even when it is large", async (store) => {
  const tasks = sampleTasks(7_000);
  tasks.push(...sampleTasks(1));
  const error = await assertRejects(() => store.insertJob(sampleJob("j1"), tasks), MeshError);
  assertEquals(error.code, "INTERNAL");
  assertEquals(await store.job("j1"), undefined);
  await store.insertJob(sampleJob("j1"), sampleTasks(2));
  assertEquals((await store.job("j1"))?.tasks, sampleTasks(2));
});

testBoth("a device is replaced by what it says later", async (store) => {
  await store.putDevice(sampleDevice("d2"));
  await store.putDevice(sampleDevice("d1", "before"));
  await store.putDevice({ ...sampleDevice("d1", "after"), lastSeen: 9 });
  assertEquals(await store.devices(), [{ ...sampleDevice("d1", "after"), lastSeen: 9 }, sampleDevice("d2")]);
});

testBoth("nothing is kept of a device that was removed, until it comes back", async (store) => {
  await Promise.all(["d1", "d2"].map((id) => store.putDevice(sampleDevice(id))));
  await Promise.all([store.removeDevice("d1"), store.removeDevice("nobody")]);
  assertEquals(await store.devices(), [sampleDevice("d2")]);
  await Promise.all([store.removeDevice("d2"), store.putDevice(sampleDevice("d2", "again"))]);
  assertEquals(await store.devices(), [sampleDevice("d2", "again")]);
});

testBoth("closing finishes what was called, works twice, and refuses what comes after", async (store) => {
  let stored = false;
  const write = store.insertJob(sampleJob("j1"), sampleTasks(10)).then(() => stored = true);
  const read = store.job("j1");
  const closes = [store.close(), store.close()];
  const calls = [
    () => store.insertJob(sampleJob("j2"), []),
    () => store.update({}),
    () => store.job("j1"),
    () => store.unfinishedJobs(),
    () => store.listJobs({ limit: 1 }),
    () => store.putDevice(sampleDevice("d1")),
    () => store.removeDevice("d1"),
    () => store.devices(),
  ];
  for (const call of calls) assertEquals((await assertRejects(call, MeshError)).code, "UNAVAILABLE");
  await Promise.all(closes);
  assert(stored, "close resolved before a write that was called earlier");
  await write;
  assertEquals((await read)?.tasks.length, 10);
});
