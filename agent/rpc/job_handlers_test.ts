import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { JobRig, planOf, tasksOf } from "../jobs/job_rig.ts";
import type { CallContext } from "./call_context.ts";
import { jobHandlers } from "./job_handlers.ts";

const CALL: CallContext = {
  signal: new AbortController().signal,
  peer: "127.0.0.1:1",
  authenticated: true,
  clientName: "tester",
  remainingMs: () => undefined,
  metadata: () => "",
};

async function refusal(run: () => unknown): Promise<string> {
  const error = await assertRejects(async () => await run(), MeshError);
  return `${error.code} ${error.message}`;
}

Deno.test("limits, states and ids that cannot be are refused by name", async () => {
  await using rig = await JobRig.start();
  const { ListJobs, ListTasks, GetJob } = jobHandlers(rig.service, { record: () => {} });
  const query = { state: "", limit: 0, page_token: "" };
  for (const limit of [-1, 1001]) {
    const said = `INVALID_ARGUMENT limit: must be 1 to 1000 (0 = 100), is ${limit}`;
    assertEquals(await refusal(() => ListJobs({ ...query, limit }, CALL)), said);
    assertEquals(await refusal(() => ListTasks({ ...query, limit, job_id: "x" }, CALL)), said);
  }
  const state = await refusal(() => ListJobs({ ...query, state: "DONNE" }, CALL));
  assert(state.startsWith('INVALID_ARGUMENT state: unknown state "DONNE"'), state);
  assertEquals(await refusal(() => GetJob({ job_id: "" }, CALL)), "INVALID_ARGUMENT job_id: is empty");
  assertEquals(await refusal(() => ListTasks({ ...query, job_id: "x" }, CALL)), 'NOT_FOUND no job "x"');
  assertEquals(await ListJobs({ ...query, state: "done" }, CALL), { jobs: [], next_page_token: "" });
});

Deno.test("tokens lead from page to page", async () => {
  await using rig = await JobRig.start();
  const { ListTasks } = jobHandlers(rig.service, { record: () => {} });
  const job_id = await rig.submit(planOf(tasksOf(3)));
  const found: (string | undefined)[] = [];
  let page_token = "";
  do {
    const page = await ListTasks({ job_id, state: "", limit: 2, page_token }, CALL);
    for (const task of page.tasks ?? []) found.push(task.status?.task_id);
    page_token = page.next_page_token ?? "";
  } while (page_token);
  assertEquals(found, ["t0", "t1", "t2"]);
});

Deno.test("StartJob says what is missing or cannot be", async () => {
  await using rig = await JobRig.start();
  const { StartJob } = jobHandlers(rig.service, { record: () => {} });
  const job = { text: "", max_workers: 0, plan: planOf(tasksOf(1)), reduce: null, session_id: "" };
  const request = { job, idempotency_key: "k", task_timeout_ms: 0, task_timeouts_ms: {} };
  assertEquals(await refusal(() => StartJob({ ...request, job: null }, CALL)), "INVALID_ARGUMENT job: is missing");
  const negative = await refusal(() => StartJob({ ...request, task_timeout_ms: -5 }, CALL));
  assert(negative.startsWith("INVALID_ARGUMENT task_timeout_ms: "), negative);
  const nobody = await refusal(() => StartJob({ ...request, task_timeouts_ms: { nobody: 5 } }, CALL));
  assertEquals(nobody, 'INVALID_ARGUMENT task_timeouts_ms: the plan has no task "nobody"');
  const first = await StartJob(request, CALL);
  assertEquals((await StartJob(request, CALL)).job_id, first.job_id);
  const other = await StartJob(request, { ...CALL, clientName: "another" });
  assert(other.job_id !== first.job_id);
});
