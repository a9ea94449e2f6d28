import { assert, assertEquals } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { JobRig, planOf, tasksOf, until } from "./job_rig.ts";
import type { OutputSummarizer } from "./summaries.ts";

/** Writes summaries when it is told to. */
class Summarizer implements OutputSummarizer {
  isAvailable = true;
  readonly asked: string[] = [];
  readonly aborted: unknown[] = [];
  answer: Promise<string> | undefined = Promise.resolve("=== summary ===\nall is well");

  summarize(
    text: string,
    outputs: Iterable<{ readonly deviceName: string; readonly output: string }>,
    total: number,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<string> {
    const named = [...outputs].map(({ deviceName, output }) => `${deviceName} ${output}`);
    this.asked.push(`${text}: ${named.join(", ")} (${total})`);
    return this.answer ?? new Promise((_, reject) =>
      signal.addEventListener("abort", () => {
        this.aborted.push(signal.reason);
        reject(signal.reason);
      })
    );
  }
}

async function ended(rig: JobRig, jobId: string, state = "DONE") {
  for (let n = 0; n < 400; n++) {
    const job = await rig.service.get(jobId);
    if (job.state === state) return job;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`the job is ${(await rig.service.get(jobId)).state}`);
}

async function submitted(rig: JobRig): Promise<string> {
  rig.mesh.come("a");
  const jobId = await rig.submit(planOf(tasksOf(2)), { reduce: "llm_summarize", text: "say" });
  for (let n = 0; n < 400 && (rig.mesh.held.get("a")?.length ?? 0) < 2; n++) await new Promise((r) => setTimeout(r, 5));
  rig.mesh.answer("a");
  return jobId;
}

Deno.test("a summary is the job's final result, and is still there after a restart", async () => {
  const store = new MemoryStore();
  const summarizer = new Summarizer();
  const rig = await JobRig.start({ store, summarizer });
  const jobId = await submitted(rig);
  assertEquals((await ended(rig, jobId)).final_result, "=== summary ===\nall is well");
  assertEquals(summarizer.asked, ["say: a echo: t0, a echo: t1 (2)"]);
  await rig.service.stop();
  await using next = await JobRig.start({ store, summarizer });
  assertEquals((await next.service.get(jobId)).final_result, "=== summary ===\nall is well");
  assertEquals(summarizer.asked.length, 1);
});

Deno.test("where no model writes a summary, the result says why, with the outputs as they are", async () => {
  const summarizer = new Summarizer();
  summarizer.answer = Promise.reject(new MeshError("UNAVAILABLE", "m on a: it broke off"));
  summarizer.answer.catch(() => {});
  await using rig = await JobRig.start({ summarizer });
  const { final_result } = await ended(rig, await submitted(rig));
  assert(
    final_result.startsWith("=== no summary: m on a: it broke off; the outputs as they are ===\n\n=== a ("),
    final_result,
  );
  assert(final_result.includes("echo: t1"), final_result);
});

Deno.test("a summary that is being written is written anew after a restart, and stopped when the job is cancelled", async () => {
  const store = new MemoryStore();
  const summarizer = new Summarizer();
  summarizer.answer = undefined;
  const rig = await JobRig.start({ store, summarizer });
  const jobId = await submitted(rig);
  for (let n = 0; n < 400 && summarizer.asked.length === 0; n++) await new Promise((r) => setTimeout(r, 5));
  await rig.service.stop();
  assertEquals(summarizer.aborted.length, 1);
  await using next = await JobRig.start({ store, summarizer });
  for (let n = 0; n < 400 && summarizer.asked.length < 2; n++) await new Promise((r) => setTimeout(r, 5));
  assertEquals((await next.service.get(jobId)).state, "RUNNING");
  assertEquals((await next.service.cancel(jobId)).state, "CANCELLED");
  assertEquals(summarizer.aborted.length, 2);
});

Deno.test("a job that ends soon after the agent's start does not wait for models that are not there", async () => {
  const summarizer = new Summarizer();
  summarizer.isAvailable = false;
  await using rig = await JobRig.start({ summarizer });
  const { final_result } = await ended(rig, await submitted(rig));
  assert(final_result.startsWith("=== no summary: no device that is online has a local model; "), final_result);
});

Deno.test("a job that goes on after a restart gets its summary although its devices come back after the agent", async () => {
  const store = new MemoryStore();
  const summarizer = new Summarizer();
  summarizer.answer = undefined;
  const rig = await JobRig.start({ store, summarizer });
  const jobId = await submitted(rig);
  await until(() => summarizer.asked.length === 1);
  await rig.service.stop();
  summarizer.answer = Promise.resolve("=== summary ===\nall is well");
  let looks = 0;
  Object.defineProperty(summarizer, "isAvailable", { get: () => ++looks > 2 });
  await using next = await JobRig.start({ store, summarizer });
  assertEquals((await ended(next, jobId)).final_result, "=== summary ===\nall is well");
});

Deno.test("a job that goes on after a restart gets its summary although its models cannot be reached yet", async () => {
  const store = new MemoryStore();
  const summarizer = new Summarizer();
  summarizer.answer = undefined;
  const rig = await JobRig.start({ store, summarizer });
  const jobId = await submitted(rig);
  await until(() => summarizer.asked.length === 1);
  await rig.service.stop();
  summarizer.answer = Promise.reject(new MeshError("UNAVAILABLE", "m on a: the device is not reachable"));
  summarizer.answer.catch(() => {});
  await using next = await JobRig.start({ store, summarizer });
  await until(() => summarizer.asked.length === 2);
  summarizer.answer = Promise.resolve("=== summary ===\nall is well");
  await until(() => summarizer.asked.length === 3);
  assertEquals((await ended(next, jobId)).final_result, "=== summary ===\nall is well");
});

Deno.test("a reason of any length is kept as one short line", async () => {
  const summarizer = new Summarizer();
  summarizer.answer = Promise.reject(new MeshError("UNAVAILABLE", "it\nbroke ".repeat(100_000)));
  summarizer.answer.catch(() => {});
  await using rig = await JobRig.start({ summarizer });
  const { final_result } = await ended(rig, await submitted(rig));
  const [line = ""] = final_result.split("\n");
  assert(line.startsWith("=== no summary: it broke it broke ") && line.length < 1100, `${line.length} characters`);
});
