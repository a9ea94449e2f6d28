import { assert, assertEquals } from "../../tests/assert.ts";
import type { Plan, TaskOutcome } from "../../proto/messages.ts";
import { checkPlan } from "../plans/check_plan.ts";
import type { JobRecord } from "../store/store.ts";
import { Job, type Task } from "./job.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { Scheduler } from "./scheduler.ts";
import { MAX_ATTEMPTS } from "./settling.ts";
import { outcomeOf, SimulatedMesh } from "./simulated_mesh.ts";
import { taskRecords } from "./submission.ts";

function planOf(groups: readonly (readonly { id: string; target?: string }[])[]): Plan {
  return {
    groups: groups.map((tasks, index) => ({
      index,
      tasks: tasks.map(({ id, target = "" }) => ({
        task_id: id,
        kind: "ECHO",
        input: id,
        target_device_id: target,
        prompt_tokens: 0,
        max_output_tokens: 0,
      })),
    })),
  };
}

function jobOf(plan: Plan, { maxWorkers = 0, jobId = "job" } = {}): Job {
  const record: JobRecord = {
    jobId,
    text: "",
    maxWorkers,
    reduce: "CONCAT",
    summary: "",
    createdAt: 0,
    state: "QUEUED",
    finishedAt: 0,
    reason: "",
    reduced: "",
  };
  return new Job(record, taskRecords(checkPlan(plan)));
}

function setUp(options: { reattachGraceMs?: number; memory?: number } = {}) {
  const mesh = new SimulatedMesh();
  const settled: Task[] = [];
  const idle: Job[] = [];
  let asked = false;
  const scheduler = new Scheduler(mesh, {
    strayFile: () => {},
    passNeeded: () => {
      if (asked) return;
      asked = true;
      queueMicrotask(() => {
        asked = false;
        scheduler.pass();
      });
    },
    leased: (_leases, _batches, durable) => queueMicrotask(durable),
    settled: (tasks, answered) => {
      settled.push(...tasks);
      if (answered) mesh.acknowledge(answered.deviceId, answered.outcomes);
    },
    succeeded: () => false,
    idle: (job) => idle.push(job),
  }, { reattachGraceMs: options.reattachGraceMs ?? 60_000, memory: new MemoryBudget(options.memory) });
  return { mesh, scheduler, settled, idle, [Symbol.dispose]: () => scheduler.stop() };
}

/** Lets the scheduler's pass run. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Looks again and again, for some seconds at most. */
async function until(condition: () => boolean): Promise<void> {
  for (let looks = 0; looks < 3000 && !condition(); looks++) await new Promise((resolve) => setTimeout(resolve, 1));
  assert(condition(), "it did not happen");
}

const tasks = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `t${at}` }));

Deno.test("tasks spread over all devices before any holds two", async () => {
  using rig = setUp();
  for (const device of ["a", "b", "c"]) rig.mesh.come(device);
  rig.scheduler.add(jobOf(planOf([tasks(3)])));
  await settled();
  assertEquals([...rig.mesh.held.values()].map((held) => held.length), [1, 1, 1]);
});

Deno.test("with equal work the less loaded device comes first, then the name decides", async () => {
  using rig = setUp();
  rig.mesh.come("1", { name: "zoe", load: 0.1 });
  rig.mesh.come("2", { name: "bob", load: 0.5 });
  rig.mesh.come("3", { name: "ann", load: 0.5 });
  rig.scheduler.add(jobOf(planOf([tasks(2)])));
  await settled();
  assertEquals([...rig.mesh.held].map(([id, held]) => [id, held.length]), [["1", 1], ["2", 0], ["3", 1]]);
});

Deno.test("no device gets more tasks than it granted credits", async () => {
  using rig = setUp();
  rig.mesh.come("a", { slots: 4 });
  rig.scheduler.add(jobOf(planOf([tasks(10)])));
  await settled();
  assertEquals(rig.mesh.held.get("a")?.length, 4);
  rig.mesh.answer("a");
  await settled();
  assertEquals(rig.mesh.held.get("a")?.length, 4);
});

Deno.test("max_workers bounds the distinct devices, and a lost one may be replaced", async () => {
  using rig = setUp();
  for (const device of ["a", "b", "c"]) rig.mesh.come(device, { slots: 2 });
  rig.scheduler.add(jobOf(planOf([tasks(6)]), { maxWorkers: 2 }));
  await settled();
  assertEquals([...rig.mesh.held.values()].map((held) => held.length), [2, 2, 0]);
  rig.mesh.go("b");
  await settled();
  assertEquals([...rig.mesh.held].map(([id, held]) => [id, held.length]), [["a", 2], ["c", 2]]);
});

Deno.test("a task that names its device goes there and nowhere else", async () => {
  using rig = setUp();
  rig.mesh.come("a");
  rig.scheduler.add(jobOf(planOf([[{ id: "x", target: "b" }]])));
  await settled();
  assertEquals(rig.mesh.held.get("a")?.length, 0);
  rig.mesh.come("b");
  await settled();
  assertEquals(rig.mesh.held.get("b")?.map((task) => task.task_id), ["x"]);
});

Deno.test("a device that can do nothing more for a job gives its place among max_workers to another", async () => {
  using rig = setUp();
  rig.mesh.come("a", { kinds: { ECHO: 8 } });
  const job = jobOf(planOf([[{ id: "x" }], [{ id: "y" }]]), { maxWorkers: 1 });
  Object.assign(job.tasks[1]?.spec ?? {}, { kind: "SYSINFO" });
  rig.scheduler.add(job);
  await settled();
  rig.mesh.answer("a");
  rig.mesh.come("b", { kinds: { SYSINFO: 8 } });
  job.group++;
  rig.scheduler.openGroup(job);
  await settled();
  assertEquals(rig.mesh.held.get("b")?.map((task) => task.task_id), ["y"]);
});

Deno.test("a job that waits for a kind with few places gets its turn before the others are done", async () => {
  using rig = setUp();
  rig.mesh.come("a", { kinds: { ECHO: 2 } });
  rig.scheduler.add(jobOf(planOf([tasks(40)]), { jobId: "large" }));
  await settled();
  rig.scheduler.add(jobOf(planOf([tasks(1)]), { jobId: "small" }));
  for (let answers = 0; answers < 2; answers++) {
    rig.mesh.answer("a", 1);
    await settled();
  }
  assert(rig.mesh.held.get("a")?.some((task) => task.job_id === "small"), "it still waits");
});

Deno.test("results that would fill the memory fail their task, and say so", async () => {
  using rig = setUp({ memory: 25 });
  rig.mesh.come("a");
  const job = jobOf(planOf([tasks(4)]));
  rig.scheduler.add(job);
  await settled();
  rig.mesh.answer("a");
  assertEquals(job.tasks.map(({ state }) => state), ["DONE", "DONE", "DONE", "FAILED"]);
  assertEquals(job.tasks[3]?.error, "the results of unfinished jobs fill the memory that is kept for them");
});

Deno.test("a task whose device does not run its kind fails, at once or when the device comes, and says so", () => {
  using rig = setUp();
  rig.mesh.come("b", { kinds: { SYSINFO: 1 } });
  const job = jobOf(planOf([[{ id: "x", target: "b" }, { id: "y", target: "c" }]]));
  rig.scheduler.add(job);
  assertEquals([job.task("x")?.state, job.task("x")?.error], ["FAILED", "its device b does not run ECHO"]);
  assertEquals(job.task("y")?.state, "QUEUED");
  rig.mesh.come("c", { kinds: { ECHO: 0 } });
  assertEquals([job.task("y")?.state, job.task("y")?.error], ["FAILED", "its device c does not run ECHO"]);
  assertEquals(rig.idle, [job]);
});

Deno.test("a task whose device stays away fails, and says so", async () => {
  using rig = setUp({ reattachGraceMs: 1 });
  rig.mesh.come("a");
  const job = jobOf(planOf([[{ id: "x", target: "b" }, { id: "y" }]]));
  rig.scheduler.add(job);
  await until(() => job.task("x")?.state === "FAILED");
  assertEquals(job.task("x")?.error, "its device b stayed away for 0.001 s");
  assertEquals(job.task("y")?.state, "RUNNING");
});

Deno.test("a lost device's tasks run again elsewhere, at most three times", async () => {
  using rig = setUp();
  const job = jobOf(planOf([tasks(1)]));
  rig.scheduler.add(job);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    rig.mesh.come(`d${attempt}`);
    await settled();
    assertEquals(rig.mesh.held.get(`d${attempt}`)?.[0]?.attempt, attempt);
    rig.mesh.go(`d${attempt}`);
  }
  assertEquals(job.task("t0")?.state, "FAILED");
  assert(job.task("t0")?.error.includes("given up after 3 attempts"));
  assertEquals(rig.idle, [job]);
});

Deno.test("results that a device was not asked for are dropped, and acknowledged", async () => {
  using rig = setUp();
  rig.mesh.come("a");
  rig.mesh.come("liar");
  const job = jobOf(planOf([[{ id: "x", target: "a" }]]));
  rig.scheduler.add(job);
  await settled();
  const task = rig.mesh.held.get("a")?.[0];
  assert(task);
  const lies: TaskOutcome[] = [
    outcomeOf(task),
    { ...outcomeOf(task), task_id: "unknown" },
    { ...outcomeOf(task), job_id: "unknown" },
  ];
  rig.mesh.listener?.outcomes("liar", lies);
  rig.mesh.listener?.outcomes("a", [{ ...outcomeOf(task), attempt: 2 }]);
  assertEquals(job.task("x")?.state, "RUNNING");
  assertEquals(rig.mesh.acknowledged.length, 4);
  rig.mesh.answer("a");
  assertEquals(job.task("x")?.state, "DONE");
  rig.mesh.listener?.outcomes("a", [{ ...outcomeOf(task), output: "again" }]);
  assertEquals(job.task("x")?.result, "echo: x");
});

Deno.test("a failed task does not stop the others of its group", async () => {
  using rig = setUp();
  rig.mesh.come("a");
  const job = jobOf(planOf([tasks(3)]));
  rig.scheduler.add(job);
  await settled();
  rig.mesh.answer("a", 1, { ok: false, output: "", error: "broken" });
  assertEquals(rig.idle.length, 0);
  rig.mesh.answer("a");
  assertEquals(job.tasks.map((task) => task.state), ["FAILED", "DONE", "DONE"]);
  assertEquals(rig.idle, [job]);
});

Deno.test("jobs take turns: a large one does not hold up a small one that came later", async () => {
  using rig = setUp();
  rig.mesh.come("a", { slots: 100 });
  rig.scheduler.add(jobOf(planOf([tasks(1000)]), { jobId: "large" }));
  rig.scheduler.add(jobOf(planOf([tasks(5)]), { jobId: "small" }));
  await settled();
  const held = rig.mesh.held.get("a") ?? [];
  assertEquals(held.filter((task) => task.job_id === "small").length, 5);
  assertEquals(held.length, 100);
});

Deno.test("a job that came first does not keep all free places for itself", async () => {
  using rig = setUp();
  rig.mesh.come("a", { slots: 10 });
  rig.scheduler.add(jobOf(planOf([tasks(1000)]), { jobId: "large" }));
  await settled();
  rig.scheduler.add(jobOf(planOf([tasks(1)]), { jobId: "small" }));
  rig.mesh.answer("a", 1);
  await settled();
  rig.mesh.answer("a", 1);
  await settled();
  assert(rig.mesh.held.get("a")?.some((task) => task.job_id === "small"), "it still waits after two rounds");
});

Deno.test("a named device that stays away gives its place among max_workers to another", async () => {
  using rig = setUp({ reattachGraceMs: 1 });
  rig.mesh.come("b");
  const later = jobOf(planOf([[{ id: "free" }], [{ id: "pinned", target: "a" }]]), { maxWorkers: 1 });
  rig.scheduler.add(later);
  await until(() => later.task("free")?.state === "RUNNING");
  assertEquals(rig.mesh.held.get("b")?.map((task) => task.task_id), ["free"]);
});

Deno.test("a device that comes back with an outcome is believed while nobody else has the task", async () => {
  using rig = setUp();
  rig.mesh.come("a");
  const job = jobOf(planOf([tasks(2)]));
  rig.scheduler.add(job);
  await settled();
  const [first, second] = rig.mesh.held.get("a") ?? [];
  assert(first && second);
  rig.mesh.go("a");
  await settled();
  rig.mesh.listener?.outcomes("a", [outcomeOf(first)]);
  assertEquals([job.task("t0")?.state, job.task("t1")?.state], ["DONE", "QUEUED"]);
  rig.mesh.come("b");
  await settled();
  assertEquals(rig.mesh.held.get("b")?.map((task) => [task.task_id, task.attempt]), [["t1", 2]]);
  rig.mesh.listener?.outcomes("a", [outcomeOf(second)]);
  assertEquals(job.task("t1")?.state, "RUNNING");
});

Deno.test("what a device says of a failure is one bounded line, and a result without end is none", async () => {
  using rig = setUp();
  rig.mesh.come("a");
  const job = jobOf(planOf([tasks(2)]));
  rig.scheduler.add(job);
  await settled();
  rig.mesh.answer("a", 1, { ok: false, error: "bad\n\u001b[31mforged line" + "x".repeat(5000) });
  rig.mesh.answer("a", 1, { output: "x".repeat(2_000_000) });
  assert(job.task("t0")?.error.startsWith("bad [31mforged linexxx"));
  assertEquals(job.task("t0")?.error.length, 999);
  assertEquals([job.task("t1")?.state, job.task("t1")?.result], ["FAILED", ""]);
});
