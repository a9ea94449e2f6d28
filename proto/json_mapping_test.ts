import type { ServiceDefinition } from "@grpc/grpc-js";
import { assertEquals, assertThrows } from "../tests/assert.ts";
import { JsonFault, requestFromJson, responseToJson } from "./json_mapping.ts";
import { contract } from "./load.ts";

const START = "/edgemesh.v1.MeshService/StartJob";
const GENERATE = "/edgemesh.v1.MeshService/Generate";
const ROUTED = "/edgemesh.OrchestratorService/ExecuteRoutedCommand";
const LIST = "/edgemesh.v1.MeshService/ListJobs";

function read(path: string, json: unknown): Record<string, unknown> {
  const reading = requestFromJson(path, json);
  for (;;) {
    const { done, value } = reading.next();
    if (done) return value;
  }
}

const { orchestrator, mesh } = contract();
const methods = [orchestrator as ServiceDefinition, mesh as ServiceDefinition].flatMap((service) =>
  Object.values(service)
)
  .filter(({ requestStream }) => !requestStream);

Deno.test("an empty object is what an empty message in bytes is, for every method", () => {
  for (const method of methods) {
    const inBytes = method.requestDeserialize(method.requestSerialize({}));
    assertEquals([method.path, read(method.path, {})], [method.path, { ...inBytes }]);
  }
});

Deno.test("what is read from JSON is what comes out of the bytes of the same message", () => {
  const plan = { groups: [{ index: 1, tasks: [{ taskId: "t", kind: "ECHO", input: "x", targetDeviceId: "d" }] }] };
  const json = {
    job: { sessionId: "s", text: "ä\n", maxWorkers: 3, plan, reduce: { kind: "CONCAT" } },
    idempotencyKey: "k",
    taskTimeoutMs: 5,
    taskTimeoutsMs: { t: 7, constructor: 2 },
  };
  const message = read(START, json);
  const method = mesh.StartJob;
  const again = method.requestDeserialize(method.requestSerialize(message));
  assertEquals(structuredClone(message), structuredClone({ ...again }));
  assertEquals(message.task_timeouts_ms, { t: 7, constructor: 2 });
});

Deno.test("names may be those of the contract or those of JSON; unknown ones are passed over", () => {
  const message = {
    command: "ls",
    sessionId: "a",
    policy: { device_id: "b", mode: "FORCE_DEVICE_ID" },
    somethingNew: [1],
  };
  const { session_id, policy } = read(ROUTED, message) as { session_id: string; policy: Record<string, unknown> };
  assertEquals([session_id, policy.device_id, policy.mode], ["a", "b", "FORCE_DEVICE_ID"]);
  assertEquals((read(ROUTED, { policy: { mode: 3 } }).policy as Record<string, unknown>).mode, "FORCE_DEVICE_ID");
  assertEquals(read(ROUTED, { policy: null, command: null }), read(ROUTED, {}));
});

Deno.test("64-bit numbers are text or numbers; what is alone in a oneof is absent unless set", () => {
  const seedOf = (seed: unknown) => (read(GENERATE, { sampling: { seed } }).sampling as Record<string, unknown>).seed;
  assertEquals([seedOf("-12"), seedOf(7), seedOf(1e3), seedOf(null)], [-12, 7, 1000, undefined]);
  assertEquals(Object.keys(read(GENERATE, { sampling: { temperature: 0 } }).sampling as object), [
    "temperature",
    "stop",
  ]);
});

Deno.test("what is not of its field's type is refused by the field's name", () => {
  const cases: [string, unknown, string][] = [
    [START, [], "the message: must be an object, is []"],
    [START, { job: "x" }, 'job: must be an object, is "x"'],
    [START, { job: { plan: { groups: {} } } }, "job.plan.groups: must be an array, is {}"],
    [START, { job: { plan: { groups: [{ index: 1.5 }] } } }, "job.plan.groups[0].index: must be a whole number from "],
    [START, { job: { maxWorkers: 2 ** 31 } }, "job.max_workers: must be a whole number from -2147483648 to 2147483647"],
    [START, { job: { text: 5 } }, "job.text: must be text, is 5"],
    [START, { taskTimeoutsMs: { a: "x" } }, 'task_timeouts_ms["a"]: must be a whole number'],
    [START, { taskTimeoutsMs: [] }, "task_timeouts_ms: must be an object, is []"],
    [ROUTED, { policy: { mode: "BEST" } }, "policy.mode: must be one of BEST_AVAILABLE, "],
    [ROUTED, { args: ["a", null] }, "args[1]: must be text, is null"],
    [GENERATE, { sampling: { seed: "1e3" } }, 'sampling.seed: must be a whole number, is "1e3"'],
    [GENERATE, { sampling: { temperature: "warm" } }, 'sampling.temperature: must be a number, is "warm"'],
    [START, { job: { text: { long: "x".repeat(200) } } }, 'job.text: must be text, is {"long":"xxx'],
  ];
  for (const [path, json, message] of cases) assertThrows(() => read(path, json), JsonFault, message);
});

Deno.test("answers have names in lowerCamelCase, 64-bit numbers as text, enums by name, and defaults", () => {
  const job = { job_id: "j", state: "DONE", created_at: 1_700_000_000, tasks_total: 2 };
  assertEquals(responseToJson(LIST, { jobs: [job] }), {
    jobs: [{
      jobId: "j",
      state: "DONE",
      createdAt: "1700000000",
      finishedAt: "0",
      summary: "",
      tasksTotal: 2,
      tasksDone: 0,
      tasksFailed: 0,
      reason: "",
    }],
    nextPageToken: "",
  });
  // What JSON has no numbers for is text, and a message that is not there is not there.
  const event = responseToJson(GENERATE, {
    start: null,
    text: "a",
    end: { stats: { prompt_tokens: 3, decode_ms: NaN } },
  });
  const { start, end } = event as { start: unknown; end: { stats: Record<string, unknown> } };
  assertEquals([start, end.stats.promptTokens, end.stats.decodeMs], [undefined, 3, "NaN"]);
});
