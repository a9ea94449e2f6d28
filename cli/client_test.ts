import * as grpc from "@grpc/grpc-js";
import { parseHostPort } from "../agent/config/address.ts";
import { MeshError } from "../agent/core/errors.ts";
import { assert, assertEquals, assertRejects } from "../tests/assert.ts";
import { failureOf } from "./call_failure.ts";
import { CannedAgent, Failure, SESSION_ID } from "./canned_agent.ts";
import { connect, type ConnectOptions } from "./client.ts";
import { Interrupted } from "./failure.ts";

function options(agent: { address: string }, others: Partial<ConnectOptions> = {}): ConnectOptions {
  return {
    server: parseHostPort(agent.address),
    key: "right",
    deviceName: "tester",
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    ...others,
  };
}

Deno.test("every call carries the session that the key opened", async () => {
  await using agent = await CannedAgent.start({ ListDevices: () => ({ devices: [] }), ListJobs: () => ({ jobs: [] }) });
  using client = await connect(options(agent));
  assertEquals(client.sessionId, SESSION_ID);
  await client.orchestrator("ListDevices", {});
  await client.mesh("ListJobs", {});
  assertEquals(agent.requests("CreateSession"), [{ device_name: "tester", security_key: "right" }]);
  assertEquals(agent.calls.map((call) => call.authorization), [
    undefined,
    `Bearer ${SESSION_ID}`,
    `Bearer ${SESSION_ID}`,
  ]);
});

Deno.test("a wrong key is refused with the agent's words and the way to give another", async () => {
  await using agent = await CannedAgent.start({});
  const error = await assertRejects(() => connect(options(agent, { key: "wrong" })), MeshError);
  assertEquals(error.code, "UNAUTHENTICATED");
  assertEquals(error.message, "wrong mesh key (give the mesh key with --key, --key-file or EDGEMESH_KEY)");
});

Deno.test("a failed call has the agent's code and message as they are", async () => {
  await using agent = await CannedAgent.start({
    GetJob: () => new Failure(grpc.status.NOT_FOUND, 'no job "x"'),
    ListDevices: () => new Failure(grpc.status.ABORTED, "odd"),
  });
  using client = await connect(options(agent));
  const error = await assertRejects(() => client.orchestrator("GetJob", { job_id: "x" }), MeshError);
  assertEquals([error.code, error.message], ["NOT_FOUND", 'no job "x"']);
  const odd = await assertRejects(() => client.orchestrator("ListDevices", {}), MeshError);
  assertEquals([odd.code, odd.message], ["INTERNAL", "odd"]);
});

Deno.test("a call that is never answered ends at its deadline and says how to wait longer", async () => {
  await using agent = await CannedAgent.start({ GetJob: () => new Promise(() => {}) });
  using client = await connect(options(agent, { timeoutMs: 300 }));
  const error = await assertRejects(() => client.orchestrator("GetJob", { job_id: "x" }), MeshError);
  assertEquals(error.code, "DEADLINE_EXCEEDED");
  assertEquals(error.message, `${agent.address} did not answer within 0.3 s: allow more with --timeout`);
});

Deno.test("an interrupt cancels the call at the agent too", async () => {
  await using agent = await CannedAgent.start({ ExecuteCommand: () => new Promise(() => {}) });
  const interrupt = new AbortController();
  using client = await connect(options(agent, { signal: interrupt.signal }));
  const running = client.orchestrator("ExecuteCommand", { command: "sleep" });
  const call = await agent.called("ExecuteCommand");
  const cancelled = new Promise((resolve) => call.cancelled.addEventListener("abort", resolve));
  interrupt.abort(new Interrupted("interrupted"));
  await assertRejects(() => running, Interrupted);
  await cancelled;
  await assertRejects(() => client.orchestrator("ListDevices", {}), Interrupted);
});

Deno.test("an answer far over gRPC's usual 4 MB is taken", async () => {
  const stdout = "x".repeat(20_000_000);
  await using agent = await CannedAgent.start({ ExecuteCommand: () => ({ exit_code: 0, stdout, stderr: "" }) });
  using client = await connect(options(agent));
  const answer = await client.orchestrator("ExecuteCommand", { command: "cat" });
  assertEquals(answer.stdout.length, stdout.length);
});

for (const status of [200, 404]) {
  Deno.test(`a web server that answers ${status} is said to be no agent`, async () => {
    const serving = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    await using server = Deno.serve(serving, () => new Response("hello", { status }));
    const address = `127.0.0.1:${server.addr.port}`;
    const error = await assertRejects(() => connect(options({ address })), MeshError);
    assert(error.message.startsWith(`${address} does not answer as an edgemesh agent does`), error.message);
  });
}

Deno.test("a program that ends every connection is said to be no agent", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const connection of listener) connection.close();
  })();
  const address = `127.0.0.1:${listener.addr.port}`;
  const error = await assertRejects(() => connect(options({ address })), MeshError);
  assertEquals(error.code, "UNAVAILABLE");
  assert(error.message.startsWith(`${address} does not answer as an edgemesh agent does`), error.message);
  assert(!error.message.endsWith("note:"), error.message);
  listener.close();
  await accepting;
});

Deno.test("a lost connection is told apart from an agent that says it is unavailable", () => {
  const call = { method: "GetJob", server: { host: "::1", port: 5 }, timeoutMs: 30_000 };
  const messageOf = (code: number, details: string) =>
    failureOf(Object.assign(new Error(details), { code, details }), call).message;
  const cases: [number, string, string][] = [
    [
      14,
      "No connection established. Last error: x",
      "lost the connection to [::1]:5: No connection established. Last error: x",
    ],
    [14, "device phone is offline", "device phone is offline"],
    [4, "Deadline exceeded after 30.001s", "[::1]:5 did not answer within 30 s: allow more with --timeout"],
    [4, 'command "x" was stopped after 120 s', 'command "x" was stopped after 120 s'],
    [7, 'command "rm" is not allowed', 'command "rm" is not allowed'],
  ];
  for (const [code, details, message] of cases) assertEquals(messageOf(code, details), message);
});

Deno.test("a watched job is told change by change, and its end or failure ends the watching", async () => {
  await using agent = await CannedAgent.start({
    WatchJob: ({ job_id }) =>
      job_id === "x"
        ? [{ job_id, state: "RUNNING", snapshot: true }, { job_id, state: "DONE" }]
        : [{ job_id, state: "RUNNING" }, new Failure(grpc.status.UNAVAILABLE, "the agent is stopping")],
  });
  using client = await connect(options(agent, { timeoutMs: 5000 }));
  const updates = await Array.fromAsync(client.watch({ job_id: "x" }));
  assertEquals(updates.map(({ state, snapshot, groups }) => [state, snapshot, groups]), [
    ["RUNNING", true, []],
    ["DONE", false, []],
  ]);
  const error = await assertRejects(() => Array.fromAsync(client.watch({ job_id: "y" })), MeshError);
  assertEquals([error.code, error.message], ["UNAVAILABLE", "the agent is stopping"]);
});

/** A watched job of which nothing more is heard after its first message. */
async function* silent() {
  yield { state: "RUNNING" };
  await new Promise(() => {});
}

Deno.test("watching ends at the agent too when its reader stops", async () => {
  await using agent = await CannedAgent.start({ WatchJob: silent });
  using client = await connect(options(agent, { timeoutMs: 5000 }));
  for await (const { state } of client.watch({ job_id: "x" })) {
    assertEquals(state, "RUNNING");
    break;
  }
  const { cancelled } = await agent.called("WatchJob");
  await aborted(cancelled);
});

Deno.test("an interrupt ends watching, here and at the agent", async () => {
  await using agent = await CannedAgent.start({ WatchJob: silent });
  const interrupt = new AbortController();
  using client = await connect(options(agent, { signal: interrupt.signal }));
  const updates = client.watch({ job_id: "x" });
  await updates.next();
  const next = updates.next();
  interrupt.abort(new Interrupted("interrupted"));
  await assertRejects(() => next, Interrupted);
  await aborted((await agent.called("WatchJob")).cancelled);
});

Deno.test("watching ends with the connection that was lost", async () => {
  const agent = await CannedAgent.start({ WatchJob: silent });
  using client = await connect(options(agent));
  const updates = client.watch({ job_id: "x" });
  await updates.next();
  const next = updates.next();
  await agent[Symbol.asyncDispose]();
  const error = await assertRejects(() => next, MeshError);
  assertEquals(error.code, "UNAVAILABLE");
});

/** A model that has said one word, and thinks about the next. */
async function* thinking() {
  yield { start: { device_id: "a", device_name: "laptop", model: "m" } };
  yield { text: "Well" };
  await new Promise(() => {});
}

Deno.test("a generation is told piece by piece, and ends at the agent when its reader stops", async () => {
  await using agent = await CannedAgent.start({ Generate: thinking });
  using client = await connect(options(agent));
  const request = { prompt: "hello", sampling: { temperature: 0 }, max_tokens: 5 };
  for await (const { text } of client.generate(request)) if (text === "Well") break;
  const { request: received, cancelled } = await agent.called("Generate");
  await aborted(cancelled);
  assertEquals([received.prompt, received.max_tokens, received.sampling.temperature], ["hello", 5, 0]);
  assertEquals("top_p" in received.sampling, false);
});

Deno.test("a model takes longer than other calls may, but not longer than was allowed", async () => {
  const never = () => new Promise<never>(() => {});
  const answer = Promise.withResolvers<{ output: string }>();
  await using agent = await CannedAgent.start({
    RunLLMTask: () => answer.promise,
    Calibrate: never,
    Generate: thinking,
    GetJob: never,
  });
  using patient = await connect(options(agent, { timeoutMs: 200 }));
  const asked = patient.orchestrator("RunLLMTask", {});
  await assertRejects(() => patient.orchestrator("GetJob", {}), MeshError, "did not answer within 0.2 s");
  // The model has had as long as other calls may take, and more.
  answer.resolve({ output: "done" });
  assertEquals((await asked).output, "done");
  // Where nothing was said, a device would end it after 250 s.
  const { remainingMs } = await agent.called("RunLLMTask");
  assert(remainingMs > 86_000_000 && remainingMs <= 86_400_000, String(remainingMs));
  using hurried = await connect(options(agent, { modelTimeoutMs: 200 }));
  const calls = [() => hurried.mesh("Calibrate", {}), () => Array.fromAsync(hurried.generate({ prompt: "x" }))];
  for (const call of calls) {
    const error = await assertRejects(call, MeshError);
    assertEquals([error.code, error.message], [
      "DEADLINE_EXCEEDED",
      `${agent.address} did not answer within 0.2 s: allow more with --timeout`,
    ]);
  }
});

Deno.test("a submission carries the key that makes it count once", async () => {
  await using agent = await CannedAgent.start({ SubmitJob: () => ({ job_id: "x" }) });
  using client = await connect(options(agent));
  await client.orchestrator("SubmitJob", { text: "x" }, { idempotencyKey: "once" });
  await client.orchestrator("SubmitJob", { text: "x" });
  const keys = agent.calls.filter((call) => call.method === "SubmitJob").map((call) => call.idempotencyKey);
  assertEquals(keys, ["once", undefined]);
});

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
