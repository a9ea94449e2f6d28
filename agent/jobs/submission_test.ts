import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { DelayedStore } from "./delayed_store.ts";
import { JobRig, planOf, submissionOf, tasksOf } from "./job_rig.ts";
import type { JobSubmission } from "./submission.ts";

const keyed = (key: string, client = "ann"): Partial<JobSubmission> => ({ submission: { client, key } });

async function refusal(rig: JobRig, request: JobSubmission): Promise<string> {
  const error = await assertRejects(() => rig.service.submit(request), MeshError);
  return `${error.code} ${error.message}`;
}

Deno.test("the same key of the same client answers the same job, also at the same moment", async () => {
  await using rig = await JobRig.start();
  const plan = planOf(tasksOf(1));
  const ids = await Promise.all([rig.submit(plan, keyed("k")), rig.submit(plan, keyed("k"))]);
  const later = await rig.submit(plan, keyed("k"));
  assertEquals(new Set([...ids, later]).size, 1);
  const others = await Promise.all([
    rig.submit(plan, keyed("k", "bob")),
    rig.submit(plan, keyed("l")),
    rig.submit(plan),
  ]);
  assertEquals(new Set([...ids, ...others]).size, 4);
});

Deno.test("a key is remembered over a restart", async () => {
  const store = new MemoryStore();
  const before = await JobRig.start({ store });
  const jobId = await before.submit(planOf(tasksOf(1)), keyed("k"));
  await before.service.stop();
  await using after = await JobRig.start({ store });
  assertEquals(await after.submit(planOf(tasksOf(1)), keyed("k")), jobId);
  assertEquals((await after.service.list({ limit: 10 })).jobs.length, 1);
});

Deno.test("a submission that failed can be made again with its key", async () => {
  const store = new DelayedStore({ inserted: () => {}, updated: () => {} });
  await using rig = await JobRig.start({ store });
  store.prompt = false;
  const first = rig.submit(planOf(tasksOf(1)), keyed("k"));
  const failed = assertRejects(() => first, MeshError, "the disk is full");
  while (store.waiting === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  store.refuse();
  await failed;
  store.prompt = true;
  assert(await rig.submit(planOf(tasksOf(1)), keyed("k")));
  assertEquals((await rig.service.list({ limit: 10 })).jobs.length, 1);
  // What was refused does not count as queued.
  await rig.submit(planOf(tasksOf(999)));
});

Deno.test("past the limit of queued tasks a submission is refused until some have ended", async () => {
  await using rig = await JobRig.start({ maxQueuedTasks: 3 });
  const jobId = await rig.submit(planOf(tasksOf(2)));
  assertEquals(
    await refusal(rig, submissionOf(planOf(tasksOf(2)))),
    "RESOURCE_EXHAUSTED 2 tasks are queued, 2 more would pass the limit of 3 (--max-queued-tasks): try again later",
  );
  await rig.service.cancel(jobId);
  await rig.submit(planOf(tasksOf(3)));
});

Deno.test("time limits of a job and of single tasks are checked and kept", async () => {
  await using rig = await JobRig.start();
  const plan = planOf(tasksOf(2));
  const jobId = await rig.submit(plan, { taskTimeoutMs: 5000, taskTimeoutsMs: { t1: 100 } });
  const { tasks } = await rig.service.tasks({ jobId, after: -1, limit: 10 });
  assertEquals(tasks.map((task) => task.timeout_ms), [5000, 100]);
  const other = await rig.submit(plan, { taskTimeoutMs: 0 });
  assertEquals((await rig.service.tasks({ jobId: other, after: 0, limit: 1 })).tasks[0]?.timeout_ms, 250_000);
  for (
    const [change, message] of [
      [{ taskTimeoutMs: -1 }, "task_timeout_ms: must be 1 to 604800000 ms, is -1"],
      [{ taskTimeoutMs: 604_800_001 }, "task_timeout_ms: must be"],
      [{ taskTimeoutsMs: { t0: 0 } }, 'task_timeouts_ms["t0"]: must be'],
      [{ taskTimeoutsMs: { nobody: 1 } }, 'task_timeouts_ms: the plan has no task "nobody"'],
    ] as const
  ) {
    const said = await refusal(rig, submissionOf(plan, change));
    assert(said.startsWith(`INVALID_ARGUMENT ${message}`), said);
  }
  // A refused one does not count as queued.
  await rig.submit(planOf(tasksOf(996)));
});

Deno.test("a command is checked when it is submitted, and the message says which task it is", async () => {
  await using rig = await JobRig.start();
  const command = (input: string) => submissionOf(planOf(tasksOf(1), [{ id: "c", kind: "COMMAND", input }]));
  for (const input of ["", "ls", "[]", '{"a":1}', '["ls",1]', '"ls"']) {
    const said = await refusal(rig, command(input));
    assert(said.startsWith("INVALID_ARGUMENT plan.groups[1].tasks[0].input: is not a JSON array of texts"), said);
  }
  await rig.service.submit(command('["ls","-l"]'));
});

Deno.test("a key that is too long is refused", async () => {
  await using rig = await JobRig.start();
  const said = await refusal(rig, submissionOf(planOf(tasksOf(1)), keyed("k".repeat(257))));
  assertEquals(said, "INVALID_ARGUMENT idempotency key: is 257 characters long, at most 256 are taken");
});
