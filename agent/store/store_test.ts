import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { testBoth } from "./both_stores.ts";
import {
  sampleChange,
  sampleDevice,
  sampleJob,
  sampleLease,
  samplePrediction,
  sampleRates,
  sampleTasks,
} from "./store_samples.ts";
import type { Store } from "./store.ts";

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
    timeoutMs: 1,
    attempt: 3,
    deviceId: "d1",
    deviceName: "büro\0pc",
    result: "half\0an answer",
    error: "lost",
    failedAttempts: [
      { attempt: 1, deviceId: "d2", deviceName: "büro\0pc", reason: 'it said "no\0"\n\x10' },
      { attempt: 2, deviceId: "d1", deviceName: "", reason: "" },
    ],
  };
  await store.insertJob(job, tasks);
  assertEquals(await store.job("j1"), { job, tasks, leases: [] });
  assertEquals(await store.job("j2"), undefined);
});

testBoth("a job without tasks is kept", async (store) => {
  await store.insertJob(sampleJob("j1"), []);
  assertEquals(await store.job("j1"), { job: sampleJob("j1"), tasks: [], leases: [] });
});

testBoth("changes of a job and its tasks are read back, and unknown ids are ignored", async (store) => {
  const failedAttempts = [{ attempt: 1, deviceId: "d2", deviceName: "desk", reason: "lost" }];
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
      sampleChange("j1", 1, { result: "late", failedAttempts }),
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
    failedAttempts,
  };
  assertEquals(await store.job("j1"), { job: sampleJob("j1", { state: "RUNNING" }), tasks: expected, leases: [] });
  assertEquals((await store.listJobs({ limit: 10 })).length, 1);
});

testBoth("the final result that a job was given stays, whatever else changes of the job", async (store) => {
  const reduced = `both say \0 "hello" ${"🌍".repeat(2_000_000)}`;
  await store.insertJob(sampleJob("j1"), sampleTasks(1));
  await store.insertJob(sampleJob("j2", { createdAt: 1, reduced: "before" }), [], { client: "c", key: "k" });
  await store.update({
    jobs: [
      { jobId: "j1", state: "RUNNING", finishedAt: 0, reason: "", reduced: "first" },
      { jobId: "nobody", state: "DONE", finishedAt: 1, reason: "", reduced: "nobody's" },
      { jobId: "j1", state: "DONE", finishedAt: 7, reason: "", reduced },
      { jobId: "j2", state: "RUNNING", finishedAt: 0, reason: "" },
    ],
  });
  const ended = sampleJob("j1", { state: "DONE", finishedAt: 7, reduced });
  assertEquals((await store.job("j1"))?.job, ended);
  assertEquals((await store.submittedJob({ client: "c", key: "k" }, 0))?.reduced, "before");
  await store.update({ jobs: [{ jobId: "j1", state: "FAILED", finishedAt: 8, reason: "no model" }] });
  const failed = sampleJob("j1", { state: "FAILED", finishedAt: 8, reason: "no model", reduced });
  assertEquals((await store.job("j1"))?.job, failed);
  assertEquals((await store.listJobs({ limit: 1 }))[0], { ...failed, tasksTotal: 1, tasksDone: 0, tasksFailed: 0 });
  await store.update({ jobs: [{ jobId: "j2", state: "DONE", finishedAt: 9, reason: "", reduced: "" }] });
  assertEquals((await store.job("j2"))?.job.reduced, "");
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
    { job: sampleJob("old", { createdAt: 2, state: "RUNNING" }), tasks: sampleTasks(3, "old"), leases: [] },
    { job: sampleJob("young", { createdAt: 3 }), tasks: sampleTasks(2, "young"), leases: [] },
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
  assertEquals(stored, { job: sampleJob("j1"), tasks: sampleTasks(1), leases: [] });
  stored!.tasks[0]!.state = "DONE"; // both were just compared with one
  assertEquals(await store.job("j1"), { job: sampleJob("j1"), tasks: sampleTasks(1), leases: [] });
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

testBoth("a large job whose id is taken, or is being given to another large one, is refused", async (store) => {
  await store.insertJob(sampleJob("j1"), sampleTasks(2));
  const refused = await Promise.all([
    assertRejects(() => store.insertJob(sampleJob("j1"), sampleTasks(7_000)), MeshError),
    store.insertJob(sampleJob("j2"), sampleTasks(7_000)).then(() => undefined),
    assertRejects(() => store.insertJob(sampleJob("j2"), sampleTasks(8_000)), MeshError),
  ]);
  assertEquals(refused.map((error) => error?.code), ["INTERNAL", undefined, "INTERNAL"]);
  assertEquals((await store.job("j1"))?.tasks.length, 2);
  assertEquals((await store.job("j2"))?.tasks.length, 7_000);
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

testBoth("a job with a task in an impossible place is refused as a whole", async (store) => {
  for (const ordinal of [-1, 2 ** 32, 0.5]) {
    const tasks = sampleTasks(2).map((task, i) => i === 0 ? task : { ...task, ordinal });
    const error = await assertRejects(() => store.insertJob(sampleJob("j1"), tasks), MeshError);
    assertEquals(error.code, "INTERNAL");
  }
  assertEquals(await store.job("j1"), undefined);
});

testBoth("leases come back in the order in which they were written, until their job ends", async (store) => {
  await store.insertJob(sampleJob("j1"), sampleTasks(9));
  await store.insertJob(sampleJob("j2"), sampleTasks(1));
  const first = sampleLease("j1", [0, 2, 4, 6]);
  const second = sampleLease("j1", [7, 1, 3, 2], "d\0");
  const third = sampleLease("j2", [0]);
  const empty = sampleLease("j1", []);
  await store.update({ leases: [second, third, sampleLease("nobody", [1])] });
  await store.update({ tasks: [sampleChange("j1", 2)], leases: [first, empty] });
  assertEquals((await store.job("j1"))?.leases, [second, first, empty]);
  assertEquals((await store.job("j1"))?.tasks.map((task) => task.attempt), [0, 0, 1, 0, 0, 0, 0, 0, 0]);
  assertEquals((await store.unfinishedJobs()).map((job) => job.leases), [[second, first, empty], [third]]);
  await store.update({
    jobs: [{ jobId: "j1", state: "CANCELLED", finishedAt: 7, reason: "cancelled" }],
    leases: [sampleLease("j1", [8])],
  });
  await store.update({ jobs: [{ jobId: "j2", state: "RUNNING", finishedAt: 0, reason: "" }], leases: [first] });
  assertEquals((await store.job("j1"))?.leases, []);
  assertEquals((await store.job("j2"))?.leases, [third]);
});

testBoth("a list of jobs goes on behind the last one that was seen", async (store) => {
  for (const [jobId, createdAt] of [["b", 2], ["a", 3], ["c", 2], ["d", 1]] as const) {
    await store.insertJob(sampleJob(jobId, { createdAt, state: jobId === "c" ? "DONE" : "QUEUED" }), []);
  }
  const ids = async (query: Parameters<Store["listJobs"]>[0]) => (await store.listJobs(query)).map((job) => job.jobId);
  assertEquals(await ids({ limit: 2, after: { createdAt: 3, jobId: "a" } }), ["c", "b"]);
  assertEquals(await ids({ limit: 9, after: { createdAt: 2, jobId: "c" } }), ["b", "d"]);
  assertEquals(await ids({ limit: 9, after: { createdAt: 2, jobId: "bb" } }), ["b", "d"]);
  assertEquals(await ids({ limit: 9, after: { createdAt: 9, jobId: "" }, state: "DONE" }), ["c"]);
  assertEquals(await ids({ limit: 9, after: { createdAt: 1, jobId: "d" } }), []);
});

testBoth("tasks of a job are listed in pages, by state, up to a number and a size", async (store) => {
  const tasks = sampleTasks(5_000, "12345");
  await store.insertJob(sampleJob("before"), sampleTasks(3, "other"));
  await store.insertJob(sampleJob("j1"), tasks);
  await store.insertJob(sampleJob("behind"), sampleTasks(3, "other"));
  await store.update({ tasks: [sampleChange("j1", 3, { result: "" }), sampleChange("j1", 4_998, { result: "1" })] });
  const list = async (query: Omit<Parameters<Store["listTasks"]>[0], "jobId">) =>
    (await store.listTasks({ jobId: "j1", ...query })).map((task) => task.ordinal);
  const all = Number.MAX_SAFE_INTEGER;
  assertEquals(await list({ after: -1, limit: 3, characters: all }), [0, 1, 2]);
  assertEquals(await list({ after: 2, limit: 2, characters: all }), [3, 4]);
  assertEquals(await list({ after: -1, limit: all, characters: all }), tasks.map((task) => task.ordinal));
  assertEquals(await list({ after: 4_999, limit: 1, characters: all }), []);
  assertEquals(await list({ after: -1, limit: 0, characters: all }), []);
  assertEquals(await list({ after: -1, limit: 9, characters: 0 }), [0]);
  assertEquals(await list({ after: -1, limit: 9, characters: 5 }), [0, 1]);
  assertEquals(await list({ after: 4_996, limit: 9, characters: 10 }), [4_997, 4_998]);
  assertEquals(await list({ after: -1, limit: 9, characters: all, state: "DONE" }), [3, 4_998]);
  assertEquals(await list({ after: 3, limit: 9, characters: all, state: "DONE" }), [4_998]);
  assertEquals(await list({ after: 2, limit: 2, characters: all, state: "QUEUED" }), [4, 5]);
  assertEquals((await list({ after: -1, limit: all, characters: all, state: "QUEUED" })).length, 4_998);
  assertEquals(await list({ after: -1, limit: 9, characters: all, state: "FAILED" }), []);
  assertEquals(await store.listTasks({ jobId: "nobody", after: -1, limit: 9, characters: all }), []);
  assertEquals((await store.listTasks({ jobId: "behind", after: -1, limit: 9, characters: all })).length, 3);
});

testBoth("a job is found by its submission, the last one made with it, and for as long as asked", async (store) => {
  const submission = { client: "büro", key: "k\0" };
  assertEquals(await store.submittedJob(submission, 0), undefined);
  await store.insertJob(sampleJob("j1", { createdAt: 10 }), sampleTasks(1), submission);
  await store.insertJob(sampleJob("j2", { createdAt: 10 }), sampleTasks(1), { client: "other", key: "k\0" });
  await store.insertJob(sampleJob("j3", { createdAt: 11 }), sampleTasks(1));
  assertEquals(await store.submittedJob(submission, 10), sampleJob("j1", { createdAt: 10 }));
  assertEquals(await store.submittedJob(submission, 11), undefined);
  await store.update({ jobs: [{ jobId: "j1", state: "DONE", finishedAt: 12, reason: "" }] });
  assertEquals((await store.submittedJob(submission, 0))?.state, "DONE");
  const refused = store.insertJob(sampleJob("j1"), [], { client: "third", key: "" });
  await assertRejects(() => refused, MeshError);
  assertEquals(await store.submittedJob({ client: "third", key: "" }, 0), undefined);
  await store.insertJob(sampleJob("j4", { createdAt: 20 }), sampleTasks(4_000), submission);
  assertEquals((await store.submittedJob(submission, 20))?.jobId, "j4");
  await store.forgetSubmissions(20);
  assertEquals((await store.submittedJob(submission, 0))?.jobId, "j4");
  assertEquals(await store.submittedJob({ client: "other", key: "k\0" }, 0), undefined);
  await store.forgetSubmissions(21);
  assertEquals(await store.submittedJob(submission, 0), undefined);
  assertEquals((await store.listJobs({ limit: 9 })).length, 4);
});

testBoth("of two submissions at once that are called the same, the later one is found", async (store) => {
  const submission = { client: "c", key: "k" };
  await Promise.all([
    store.insertJob(sampleJob("large"), sampleTasks(9_000), submission),
    store.insertJob(sampleJob("small"), sampleTasks(1), submission),
  ]);
  assertEquals((await store.submittedJob(submission, 0))?.jobId, "small");
});

testBoth("jobs that finished before a time are found, the one that did so longest ago first", async (store) => {
  for (const [jobId, finishedAt] of [["a", 30], ["b", 10], ["c", 0], ["d", 20], ["e", 20]] as const) {
    await store.insertJob(sampleJob(jobId, { finishedAt, state: finishedAt ? "DONE" : "RUNNING" }), []);
  }
  assertEquals(await store.finishedBefore(30, 9), ["b", "d", "e"]);
  assertEquals(await store.finishedBefore(30, 2), ["b", "d"]);
  await store.update({ jobs: [{ jobId: "c", state: "FAILED", finishedAt: 5, reason: "no device" }] });
  assertEquals(await store.finishedBefore(11, 9), ["c", "b"]);
});

testBoth("nothing is kept of a job that was removed, and its id can be used again", async (store) => {
  const submission = { client: "c", key: "k" };
  await store.insertJob(sampleJob("j0", { createdAt: 1 }), sampleTasks(2));
  await store.insertJob(sampleJob("j1"), sampleTasks(6_000), submission);
  await store.update({ tasks: [sampleChange("j1", 1)], leases: [sampleLease("j1", [2])] });
  await Promise.all([store.removeJob("j1"), store.removeJob("nobody")]);
  assertEquals(await store.job("j1"), undefined);
  assertEquals(await store.submittedJob(submission, 0), undefined);
  assertEquals(await store.listTasks({ jobId: "j1", after: -1, limit: 9, characters: 9 }), []);
  await store.update({ tasks: [sampleChange("j1", 1)], leases: [sampleLease("j1", [2])] });
  assertEquals((await store.listJobs({ limit: 9 })).map((job) => job.jobId), ["j0"]);
  await Promise.all([
    store.insertJob(sampleJob("j1"), sampleTasks(3)),
    store.removeJob("j1"),
    store.insertJob(sampleJob("j1"), sampleTasks(2), submission),
  ]);
  assertEquals(await store.job("j1"), { job: sampleJob("j1"), tasks: sampleTasks(2), leases: [] });
  assertEquals((await store.job("j0"))?.tasks, sampleTasks(2));
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
    () => store.listTasks({ jobId: "j1", after: -1, limit: 1, characters: 1 }),
    () => store.submittedJob({ client: "c", key: "k" }, 0),
    () => store.finishedBefore(1, 1),
    () => store.removeJob("j1"),
    () => store.forgetSubmissions(1),
    () => store.putDevice(sampleDevice("d1")),
    () => store.removeDevice("d1"),
    () => store.devices(),
    () => store.putModelRates("m", sampleRates()),
    () => store.modelRates(),
    () => store.addPrediction(samplePrediction(1)),
    () => store.predictions(1),
  ];
  for (const call of calls) assertEquals((await assertRejects(call, MeshError)).code, "UNAVAILABLE");
  await Promise.all(closes);
  assert(stored, "close resolved before a write that was called earlier");
  await write;
  assertEquals((await read)?.tasks.length, 10);
});
