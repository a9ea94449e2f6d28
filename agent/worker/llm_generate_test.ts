import { assert, assertEquals } from "../../tests/assert.ts";
import type { DeviceInfo, GenerateRequest, GenerationStats, StatusSample } from "../../proto/messages.ts";
import { type ErrorCode, MeshError } from "../core/errors.ts";
import { generateRequest } from "../llm/generate_request.ts";
import { type GenerationSource, llmGenerateKind } from "./llm_generate.ts";
import type { TaskRun } from "./task_run.ts";
import { type Task, TaskWorker } from "./task_worker.ts";

const STATS: GenerationStats = {
  model: "small",
  prompt_tokens: 3,
  output_tokens: 2,
  queue_ms: 0,
  load_ms: 0,
  prefill_ms: 1,
  decode_ms: 2,
  total_ms: 4,
};

/** Says something, or fails. */
class Source implements GenerationSource {
  readonly requests: GenerateRequest[] = [];
  signal: AbortSignal | undefined;
  says: readonly string[] = ["one ", "two"];
  failure: unknown;
  isSilent = false;
  timeoutMs = 0;

  generate(
    request: GenerateRequest,
    { onText, signal, timeoutMs, alwaysWaits }: Parameters<GenerationSource["generate"]>[1],
  ): Promise<{ stats: GenerationStats }> {
    assertEquals(alwaysWaits, true);
    this.timeoutMs = timeoutMs;
    this.requests.push(request);
    this.signal = signal;
    for (const text of this.says) onText(text);
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.failure) return Promise.reject(this.failure);
    if (!this.isSilent) return Promise.resolve({ stats: STATS });
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }
}

function run(source: GenerationSource, task: Partial<Task> = {}, signal?: AbortSignal): Promise<TaskRun> {
  const host = { info: () => ({}) as DeviceInfo, sample: () => ({}) as StatusSample };
  const worker = new TaskWorker(host, [llmGenerateKind(source, 2)]);
  return Promise.resolve(worker.begin({ kind: "LLM_GENERATE", input: "hello", ...task }, signal));
}

Deno.test("a prompt is answered by the device's model, with what that took", async () => {
  const source = new Source();
  const { ok, output, generation } = await run(source, { maxOutputTokens: 7 });
  assertEquals([ok, output, generation], [true, "one two", STATS]);
  assertEquals(source.requests, [generateRequest({ prompt: "hello", max_tokens: 7 })]);
});

Deno.test("as many prompts run at once as the device generates at once", () => {
  assertEquals(llmGenerateKind(new Source(), 3).slots, 3);
});

Deno.test("an empty prompt is refused, and no model hears of it", async () => {
  const source = new Source();
  const { ok, error, error_code } = await run(source, { input: "" });
  assertEquals([ok, error, error_code], [false, "input: is empty; it has to be a prompt", "INVALID_ARGUMENT"]);
  assertEquals(source.requests, []);
});

Deno.test("what the model server cannot do keeps its code, so that another device may do better", async () => {
  const codes: ErrorCode[] = [
    "UNAVAILABLE",
    "RESOURCE_EXHAUSTED",
    "INTERNAL",
    "INVALID_ARGUMENT",
  ];
  for (const code of codes) {
    const source = new Source();
    source.failure = new MeshError(code, "it cannot");
    const { ok, error, error_code } = await run(source);
    assertEquals([ok, error, error_code], [false, "it cannot", code]);
  }
});

Deno.test("a model that was removed from its server, or went with it, is no verdict on the task: the device, or another one, has others", async () => {
  for (const code of ["NOT_FOUND", "FAILED_PRECONDITION"] as const) {
    const source = new Source();
    source.failure = new MeshError(code, "there is none");
    const { ok, error, error_code } = await run(source);
    assertEquals([ok, error, error_code], [false, "there is none", "UNAVAILABLE"]);
  }
});

Deno.test("a task's time limit is the generation's, which counts from its turn at the model", async () => {
  const source = new Source();
  await run(source, { timeoutMs: 20 });
  assertEquals(source.timeoutMs, 20);
  await run(source);
  assertEquals(source.timeoutMs, 250_000);
  // Other prompts are before it for longer than its limit: it waits.
  source.isSilent = true;
  const caller = new AbortController();
  const task = run(source, { timeoutMs: 1 }, caller.signal);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals(source.signal?.aborted, false);
  caller.abort(new MeshError("CANCELLED", "cancelled"));
  assertEquals((await task).error_code, "CANCELLED");
});

Deno.test("a cancelled task stops its generation", async () => {
  const source = new Source();
  source.isSilent = true;
  const caller = new AbortController();
  const task = run(source, {}, caller.signal);
  caller.abort(new MeshError("CANCELLED", "cancelled"));
  const { error_code } = await task;
  assertEquals([error_code, source.signal?.aborted ?? true], ["CANCELLED", true]);
});

Deno.test("a model that goes on without end is stopped, and that is the task's own failure", async () => {
  const source = new Source();
  source.says = ["x".repeat(1_048_576), "y"];
  source.isSilent = true;
  const { ok, error, error_code } = await run(source);
  assertEquals([ok, error, error_code], [false, "the model wrote more than 1048576 characters", ""]);
  assert(source.signal?.aborted);
});
