/**
 * How fast the durable store is, and how long it holds the event loop: `deno run -A scripts/bench/store.ts [TASKS]`.
 * The folder is made where temporary files go; set TMPDIR to measure another disk.
 */
import { openSqliteStore } from "../../agent/store/open_store.ts";
import type { JobRecord, TaskChange, TaskRecord } from "../../agent/store/store.ts";

const tasks = Number(Deno.args[0] ?? 100_000);
const deviceId = "3b241101-e2bb-4255-8caf-4136c566a962";

/** Runs `work` and prints its rate beside the longest time that the event loop was not free. */
async function measure(what: string, count: number, work: () => Promise<unknown>): Promise<void> {
  let longest = 0;
  let last = performance.now();
  const note = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  };
  const timer = setInterval(note, 1);
  const begin = performance.now();
  await work();
  const ms = performance.now() - begin;
  note();
  clearInterval(timer);
  const rate = Math.round(count / ms * 1000).toLocaleString("en");
  console.log(
    `${what.padEnd(46)} ${rate.padStart(9)}/s ${ms.toFixed(0).padStart(6)} ms   stall ${longest.toFixed(1)} ms`,
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

function change(ordinal: number, state: "RUNNING" | "DONE"): TaskChange {
  const result = state === "DONE" ? `echo: payload ${ordinal}`.padEnd(106, ".") : "";
  const device = { deviceId, deviceName: "laptop" };
  return { jobId: "large", ordinal, state, attempt: 1, ...device, result, error: "", failedAttempts: [] };
}

/** Calls `update` with `size` changes each, `calls` calls in flight. */
async function update(size: number, calls: number, state: "RUNNING" | "DONE"): Promise<void> {
  let next = 0;
  const caller = async () => {
    while (next < tasks) {
      const changes: TaskChange[] = [];
      for (; changes.length < size && next < tasks; next++) changes.push(change(next, state));
      await store.update({ tasks: changes });
    }
  };
  await Promise.all(Array.from({ length: calls }, caller));
}

const folder = await Deno.makeTempDir({ prefix: "edgemesh-bench-" });
const begin = performance.now();
const store = await openSqliteStore(folder, console.log);
console.log(`open an empty store: ${(performance.now() - begin).toFixed(0)} ms`);

const records = Array.from({ length: tasks }, (_, i) => task(i));
await measure("insert one job with all tasks", tasks, () => store.insertJob(job("large"), records));
await measure("update, 1 task a call, 1 call at a time", 1000, async () => {
  for (let i = 0; i < 1000; i++) await store.update({ tasks: [change(i, "RUNNING")] });
});
let commits = store.commits;
await measure("update, 1 task a call, 256 calls in flight", tasks, () => update(1, 256, "RUNNING"));
console.log(`  ${tasks} calls shared ${store.commits - commits} commits`);
commits = store.commits;
await measure("update, 64 tasks a call, 8 calls in flight", tasks, () => update(64, 8, "DONE"));
console.log(`  ${Math.ceil(tasks / 64)} calls shared ${store.commits - commits} commits`);
const changes = records.map(({ ordinal }) => change(ordinal, "DONE"));
await measure("update all tasks in one call", tasks, () => store.update({ tasks: changes }));
await measure("read the job with all its tasks", tasks, () => store.job("large"));
await measure("read the unfinished jobs", tasks, () => store.unfinishedJobs());
await measure("list jobs, one call at a time", 1000, async () => {
  for (let i = 0; i < 1000; i++) await store.listJobs({ limit: 100 });
});
await measure("insert jobs of one task, 64 calls in flight", 6400, async () => {
  for (let i = 0; i < 100; i++) {
    await Promise.all(Array.from({ length: 64 }, (_, j) => store.insertJob(job(`small-${i}-${j}`), [task(0)])));
  }
});
await store.close();

const size = (await Deno.stat(`${folder}/edgemesh.db`)).size / 1e6;
const again = performance.now();
await (await openSqliteStore(folder, console.log)).close();
console.log(`open and close a store of ${size.toFixed(0)} MB: ${(performance.now() - again).toFixed(0)} ms`);
await Deno.remove(folder, { recursive: true });
