/**
 * How fast the durable store is, what it costs in processor time, and how long it holds the event loop:
 * `deno run -A scripts/bench/store.ts [TASKS]`. The folder is made where temporary files go; set TMPDIR to measure
 * another disk.
 */
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openSqliteStore } from "../../agent/store/open_store.ts";
import type { JobRecord, Lease, PredictionRecord, TaskChange, TaskRecord } from "../../agent/store/store.ts";

const tasks = Number(Deno.args[0] ?? 100_000);
const DEVICES = 4;
const BATCH = 64;
const devices = Array.from({ length: DEVICES }, () => crypto.randomUUID());
let longestStall = 0;

/** Collects garbage now: what this program made before is not to be collected while something is measured. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

/** Runs `work` and prints its rate, the processor time of all threads, and the longest time without the event loop. */
async function measure(what: string, count: number, work: () => Promise<unknown>): Promise<void> {
  collectGarbage();
  let longest = 0;
  let last = performance.now();
  const note = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  };
  const timer = setInterval(note, 1);
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  await work();
  const ms = performance.now() - begin;
  const cpu = process.cpuUsage(cpuBefore);
  note();
  clearInterval(timer);
  longestStall = Math.max(longestStall, longest);
  const rate = Math.round(count / ms * 1000).toLocaleString("en");
  const each = ((cpu.user + cpu.system) / count).toFixed(1);
  console.log(
    `${what.padEnd(54)} ${rate.padStart(9)}/s ${ms.toFixed(0).padStart(5)} ms ${each.padStart(6)} CPU µs each  ` +
      `stall ${longest.toFixed(1)} ms`,
  );
}

function job(jobId: string): JobRecord {
  const createdAt = Date.now();
  return {
    jobId,
    text: "",
    maxWorkers: 0,
    reduce: "CONCAT",
    summary: "distributed to 4 devices in 1 group(s)",
    createdAt,
    state: "QUEUED",
    finishedAt: 0,
    reason: "",
    reduced: "",
  };
}

function task(ordinal: number): TaskRecord {
  const input = `payload ${ordinal}`.padEnd(100, ".");
  const spec = {
    task_id: `task-${ordinal}`,
    kind: "ECHO",
    input,
    target_device_id: "",
    prompt_tokens: 0,
    max_output_tokens: 0,
  };
  const outcome = { attempt: 0, deviceId: "", deviceName: "", result: "", error: "", failedAttempts: [] };
  return { ordinal, group: 0, spec, state: "QUEUED", timeoutMs: 250_000, ...outcome };
}

function change(jobId: string, ordinal: number, attempt = 1): TaskChange {
  const result = `echo: payload ${ordinal}`.padEnd(106, ".");
  const device = { deviceId: devices[ordinal % DEVICES] as string, deviceName: `laptop-${ordinal % DEVICES}` };
  return { jobId, ordinal, state: "DONE", attempt, ...device, result, error: "", failedAttempts: [] };
}

function prediction(number: number): PredictionRecord {
  const times = { at: Date.now(), predictedMs: 812.5, uncorrectedMs: 790.25, actualMs: 801.75 };
  const model = { deviceId: devices[number % DEVICES] as string, model: `model-${number % 5}` };
  return { ...model, ...times, promptTokens: 512, outputTokens: 128 };
}

/** The ordinals of a job as its devices take them: one each in turn, `BATCH` to each. */
function* batches(count: number): Generator<number[]> {
  for (let begin = 0; begin < count; begin += BATCH * DEVICES) {
    for (let device = 0; device < DEVICES; device++) {
      const ordinals = Array.from({ length: BATCH }, (_, i) => begin + i * DEVICES + device);
      yield ordinals.filter((ordinal) => ordinal < count);
    }
  }
}

function lease(jobId: string, ordinals: readonly number[]): Lease {
  const device = (ordinals[0] ?? 0) % DEVICES;
  return { jobId, deviceId: devices[device] as string, deviceName: `laptop-${device}`, instanceId: "1", ordinals };
}

/** Runs `call` for each item, so many calls at a time. */
async function inFlight<T>(calls: number, items: Iterable<T>, call: (item: T) => Promise<unknown>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const caller = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await call(next.value);
  };
  await Promise.all(Array.from({ length: calls }, caller));
}

/** The longest and the median time of small writes that are made until `work` is done, in ms. */
async function latencyBeside(name: string, work: Promise<unknown>): Promise<string> {
  let working = true;
  const end = work.finally(() => working = false);
  const times: number[] = [];
  while (working) {
    const begin = performance.now();
    await store.insertJob(job(`${name}-${times.length}`), [task(0)]);
    times.push(performance.now() - begin);
  }
  await end;
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(1);
  return `${times.length} jobs of one task meanwhile: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}

/** In a function of its own, so that the changes do not stay in memory beside what is measured later. */
async function updateAll(): Promise<void> {
  const changes = Array.from({ length: tasks }, (_, i) => change("single", i, 3));
  await measure("outcomes of all tasks in one call", tasks, () => store.update({ tasks: changes }));
}

const folder = await Deno.makeTempDir({ prefix: "edgemesh-bench-" });
const begin = performance.now();
const store = await openSqliteStore(folder, console.log);
console.log(`open an empty store: ${(performance.now() - begin).toFixed(0)} ms`);

const records = Array.from({ length: tasks }, (_, i) => task(i));
await measure("insert one job with all tasks", tasks, () => store.insertJob(job("large"), records));
await measure(`leases of ${BATCH} tasks, one call at a time`, tasks, async () => {
  for (const ordinals of batches(tasks)) await store.update({ leases: [lease("large", ordinals)] });
});
let commits = store.commits;
await measure(
  `outcomes, ${BATCH} a call, 8 calls in flight`,
  tasks,
  () => inFlight(8, batches(tasks), (ordinals) => store.update({ tasks: ordinals.map((i) => change("large", i)) })),
);
console.log(`  ${Math.ceil(tasks / BATCH)} calls shared ${store.commits - commits} commits`);
commits = store.commits;
await measure(
  `outcomes once more, ${BATCH} a call, 8 calls in flight`,
  tasks,
  () => inFlight(8, batches(tasks), (ordinals) => store.update({ tasks: ordinals.map((i) => change("large", i, 2)) })),
);

await store.insertJob(job("mixed"), records);
commits = store.commits;
await measure(
  `leases and outcomes of ${BATCH}, mixed, 8 calls in flight`,
  tasks,
  () =>
    inFlight(8, batches(tasks), async (ordinals) => {
      await store.update({ leases: [lease("mixed", ordinals)] });
      await store.update({ tasks: ordinals.map((i) => change("mixed", i)) });
    }),
);
console.log(`  ${2 * Math.ceil(tasks / BATCH)} calls shared ${store.commits - commits} commits`);
await measure(
  "end the job, which removes its leases",
  1,
  () => store.update({ jobs: [{ jobId: "mixed", state: "DONE", finishedAt: Date.now(), reason: "" }] }),
);

await store.insertJob(job("single"), records);
commits = store.commits;
await measure(
  "outcomes, 1 a call, 256 calls in flight",
  tasks,
  () => inFlight(256, records.keys(), (i) => store.update({ tasks: [change("single", i)] })),
);
console.log(`  ${tasks} calls shared ${store.commits - commits} commits`);
await measure(
  "outcomes, 1 a call, one call at a time",
  1000,
  () => inFlight(1, Array(1000).keys(), (i) => store.update({ tasks: [change("single", i, 2)] })),
);
await updateAll();

commits = store.commits;
await measure(
  "predictions of 20 models, 256 calls in flight",
  tasks,
  () => inFlight(256, records.keys(), (i) => store.addPrediction(prediction(i))),
);
console.log(`  ${tasks} calls shared ${store.commits - commits} commits`);
await measure("read the latest 1,000 of each model", 20_000, () => store.predictions(1000));

await measure("read the job with all its tasks", tasks, () => store.job("large"));
await measure("list its tasks, 1,000 a page", tasks, async () => {
  for (let after = -1; after < tasks - 1;) {
    const page = await store.listTasks({ jobId: "large", after, limit: 1000, characters: 1e9 });
    after = page.at(-1)?.ordinal ?? tasks;
  }
});
await measure(
  "list jobs, one call at a time",
  1000,
  () => inFlight(1, Array(1000).keys(), () => store.listJobs({ limit: 100 })),
);
await measure(
  "insert jobs of one task, 64 calls in flight",
  6400,
  () => inFlight(64, Array(6400).keys(), (i) => store.insertJob(job(`small-${i}`), [task(0)])),
);
await measure(
  "1,000 jobs of 100 tasks, 8 calls in flight",
  100_000,
  () =>
    inFlight(8, Array(1000).keys(), async (i) => {
      const own = records.slice(0, 100);
      await store.insertJob(job(`hundred-${i}`), own);
      await store.update({ leases: [lease(`hundred-${i}`, own.map(({ ordinal }) => ordinal))] });
      await store.update({ tasks: own.map(({ ordinal }) => change(`hundred-${i}`, ordinal)) });
    }),
);

console.log(
  `insert a job with all tasks; ${await latencyBeside("beside-insert", store.insertJob(job("second"), records))}`,
);
const removed = store.removeJob("large").then(() => new Promise((resolve) => setTimeout(resolve, 500)));
console.log(`remove a job, and 500 ms of the removal of its rows; ${await latencyBeside("beside-removal", removed)}`);
console.log(`longest time that the event loop was held: ${longestStall.toFixed(1)} ms`);
await store.close();

const size = (await Deno.stat(`${folder}/edgemesh.db`)).size / 1e6;
const again = performance.now();
await (await openSqliteStore(folder, console.log)).close();
console.log(`open and close a store of ${size.toFixed(0)} MB: ${(performance.now() - again).toFixed(0)} ms`);
await Deno.remove(folder, { recursive: true });
