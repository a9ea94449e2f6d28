import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import type { TaskDetail } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { TaskState } from "../store/store.ts";
import { JobRig, planOf, tasksOf, until } from "./job_rig.ts";

async function pagesOf(rig: JobRig, jobId: string, limit: number, state?: TaskState): Promise<TaskDetail[][]> {
  const pages: TaskDetail[][] = [];
  for (let after: number | undefined = -1; after !== undefined;) {
    const page: Awaited<ReturnType<typeof rig.service.tasks>> = await rig.service.tasks({ jobId, state, after, limit });
    pages.push(page.tasks);
    after = page.next;
  }
  return pages;
}

const ids = (pages: TaskDetail[][]) => pages.map((page) => page.map((task) => task.status?.task_id));

Deno.test("tasks come page by page in plan order, while their job runs and after its end", async () => {
  await using rig = await JobRig.start();
  rig.mesh.come("a", { slots: 5 });
  const jobId = await rig.submit(planOf(tasksOf(5)));
  await until(() => rig.mesh.held.get("a")?.length === 5);
  const expected = [["t0", "t1"], ["t2", "t3"], ["t4"]];
  assertEquals(ids(await pagesOf(rig, jobId, 2)), expected);
  rig.mesh.answer("a", 4);
  rig.mesh.answer("a", 1, { ok: false, output: "", error: "broken" });
  await until(async () => (await rig.states(jobId))[0] === "FAILED");
  assertEquals(ids(await pagesOf(rig, jobId, 2)), expected);
  assertEquals(ids(await pagesOf(rig, jobId, 5)), [expected.flat()]);
  assertEquals(ids(await pagesOf(rig, jobId, 2, "DONE")), [["t0", "t1"], ["t2", "t3"]]);
  assertEquals(ids(await pagesOf(rig, jobId, 2, "FAILED")), [["t4"]]);
  assertEquals(ids(await pagesOf(rig, jobId, 2, "QUEUED")), [[]]);
});

Deno.test("large results make pages shorter, and every task is on one of them", async () => {
  await using rig = await JobRig.start();
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(12)));
  await until(() => rig.mesh.held.get("a")?.length === 12);
  rig.mesh.answer("a", 11, { output: "x".repeat(1_000_000) });
  for (const end of ["RUNNING", "DONE"]) {
    if (end === "DONE") rig.mesh.answer("a", 1);
    await until(async () => (await rig.states(jobId))[0] === end);
    const pages = await pagesOf(rig, jobId, 1000);
    assertEquals(pages.flat().map((task) => task.status?.task_id), tasksOf(12).map(({ id }) => id));
    assert(pages.every((page) => page.length <= 5), `${pages.map((page) => page.length)}`);
  }
});

Deno.test("jobs come page by page, newest first, and the last page says that it is", async () => {
  await using rig = await JobRig.start();
  const submitted: string[] = [];
  for (let at = 0; at < 4; at++) submitted.unshift(await rig.submit(planOf(tasksOf(1)), { text: `${at}` }));
  await rig.service.cancel(submitted[3] ?? "");
  const first = await rig.service.list({ limit: 2 });
  assert(first.next);
  const second = await rig.service.list({ limit: 2, after: first.next });
  assertEquals(second.next, undefined);
  const found = [...first.jobs, ...second.jobs].map((job) => job.job_id);
  assertEquals(found.toSorted(), submitted.toSorted());
  assertEquals((await rig.service.list({ limit: 9, state: "CANCELLED" })).jobs.map((job) => job.job_id), [
    submitted[3],
  ]);
});

Deno.test("a job that has ended can be forgotten, one that has not cannot", async () => {
  await using rig = await JobRig.start();
  const jobId = await rig.submit(planOf(tasksOf(1)));
  const early = await assertRejects(() => rig.service.delete(jobId), MeshError, "has not ended: cancel it first");
  assertEquals(early.code, "FAILED_PRECONDITION");
  await rig.service.cancel(jobId);
  await rig.service.delete(jobId);
  for (
    const ask of [
      () => rig.service.get(jobId),
      () => rig.service.delete(jobId),
      () => rig.service.cancel(jobId),
      () => rig.service.tasks({ jobId, after: -1, limit: 1 }),
      () => rig.service.watch(jobId, { countsOnly: true }, { send: () => {}, end: () => {} }),
    ]
  ) assertEquals((await assertRejects<MeshError>(ask, MeshError, "no job")).code, "NOT_FOUND");
  assertEquals((await rig.service.list({ limit: 10 })).jobs, []);
});
