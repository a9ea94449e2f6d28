import { assertEquals, assertMatch } from "../../tests/assert.ts";
import type { JobRecord, TaskRecord } from "../store/store.ts";
import { statusOf } from "./job_view.ts";

const JOB: JobRecord = {
  jobId: "job",
  text: "",
  maxWorkers: 0,
  reduce: "CONCAT",
  summary: "",
  createdAt: 0,
  state: "DONE",
  finishedAt: 1,
  reason: "",
  reduced: "",
};

function tasksOf(count: number, result: string): TaskRecord[] {
  return Array.from({ length: count }, (_, ordinal) => ({
    ordinal,
    group: 0,
    spec: {
      task_id: `t${ordinal}`,
      kind: "ECHO",
      input: "",
      target_device_id: "",
      prompt_tokens: 0,
      max_output_tokens: 0,
    },
    state: "DONE",
    timeoutMs: 1000,
    attempt: 1,
    deviceId: "device-1",
    deviceName: "desk",
    result,
    error: "",
    failedAttempts: [],
  }));
}

Deno.test("a job of up to 10,000 tasks shows each result; a larger one shows them together only, and says so", () => {
  const full = statusOf(JOB, tasksOf(10_000, "out"), 0, 1);
  assertEquals(full.tasks[0]?.result, "out");
  assertMatch(full.final_result, /^=== desk \(device-1\) ===\nout\n\n/);
  const large = statusOf(JOB, tasksOf(10_001, "out"), 0, 1);
  assertEquals([large.tasks[0]?.result, large.tasks.length], ["", 10_001]);
  assertMatch(
    large.final_result,
    /^the results of 10001 tasks are shown together only; ListTasks shows each\n\n=== desk/,
  );
});

Deno.test("results that are too large for one answer are left out, so that the job's state can still be read", () => {
  const status = statusOf(
    { ...JOB, state: "FAILED", reason: "task x failed" },
    tasksOf(13, "x".repeat(1_048_576)),
    0,
    1,
  );
  assertEquals(status.tasks[0]?.result, "");
  assertEquals(
    status.final_result,
    "the results of 13 tasks are left out: 13631488 characters are too many for one answer; ListTasks shows them\n\ntask x failed",
  );
});

Deno.test("a summary that is too large for one answer is left out, so that the job can still be read", () => {
  const tasks = tasksOf(2, "out");
  const job = (reduced: string) => ({ ...JOB, reduce: "LLM_SUMMARIZE", reduced });
  assertEquals(statusOf(job("all is well"), tasks, 0, 1).final_result, "all is well");
  for (const reduced of ["x".repeat(37 * 1024 * 1024), "€".repeat(13 * 1024 * 1024)]) {
    const status = statusOf(job(reduced), tasks, 0, 1);
    assertEquals(
      status.final_result,
      "the summary is left out: it is too large for one answer; ListTasks shows the outputs",
    );
    assertEquals(status.tasks.map(({ result }) => result), ["out", "out"]);
  }
});
