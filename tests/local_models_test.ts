import { MeshError } from "../agent/core/errors.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "./assert.ts";
import { assertLine, heard, MODEL, ModelMesh, promptTask } from "./faults/model_mesh.ts";
import { MeshSession } from "./mesh_client.ts";
import { AgentProcess, edgemesh, eventually } from "./processes.ts";
import { StandInOllama } from "./stand_in/ollama.ts";

/** What becomes of a model server is known within this, in ms. */
const MINUTE_MS = 60_000;

/** What ListDevices says of a device's model. */
async function modelOf(session: MeshSession, name: string) {
  const { devices } = await session.client.orchestrator("ListDevices", {});
  const device = devices.find(({ device_name }) => device_name === name);
  return [device?.has_local_model, device?.local_model_name, device?.local_chat_endpoint];
}

/** Waits until ListDevices says so. */
async function becomes(session: MeshSession, name: string, model: string, endpoint: string): Promise<void> {
  const wanted = JSON.stringify([model !== "", model, endpoint]);
  const what = `${name} to have ${model || "no model"}`;
  const look = async () => JSON.stringify(await modelOf(session, name)) === wanted || undefined;
  await eventually(look, what, undefined, MINUTE_MS);
}

Deno.test("what happens to a model server is followed", async (t) => {
  // All of them wait for most of their time, so they go on beside each other.
  const beside = { sanitizeExit: false, sanitizeOps: false, sanitizeResources: false };
  await Promise.all([
    t.step({ name: "an agent that is started before its model server finds it within a minute", fn: early, ...beside }),
    t.step({ name: "a job outlives the only model server, which is killed and comes back", fn: killed, ...beside }),
    t.step({ name: "a device whose model server hangs is followed by another one", fn: hanging, ...beside }),
  ]);
});

async function early(): Promise<void> {
  await using ollama = await StandInOllama.start({ models: [{ name: MODEL }] });
  const { url } = ollama;
  await ollama.stop();
  await using alpha = await AgentProcess.start({ name: "alpha" });
  await using beta = await AgentProcess.start({ name: "beta", join: [alpha.grpc], flags: ["--ollama", url] });
  using session = await MeshSession.open(alpha.grpc);
  using onBeta = await MeshSession.open(beta.grpc);
  await session.online(2);

  assertEquals(await modelOf(session, "beta"), [false, "", ""]);
  const prompt = await assertRejects(() => onBeta.client.orchestrator("RunLLMTask", { prompt: "hi" }), MeshError);
  const nothing = `this device has no local model (nothing answers at ${url})`;
  assertEquals([prompt.code, prompt.message], ["FAILED_PRECONDITION", nothing]);
  const program = await edgemesh(["llm", "hi", "--server", alpha.grpc]);
  assertEquals(program, { code: 1, stdout: "", stderr: "edgemesh: no device that is online has a local model\n" });
  const tasks = [promptTask("one")];
  const job = await assertRejects(() => session.start([{ index: 0, tasks }]), MeshError);
  assertEquals(job.code, "FAILED_PRECONDITION");
  assertLine(job.message, "plan.groups[0].tasks[0]", "no device that is online has one");
  await beta.log.line(/ info .* no model server answers at /);

  ollama.restart();
  await becomes(session, "beta", MODEL, url);
  const { output } = await onBeta.client.orchestrator("RunLLMTask", { prompt: "a b", max_tokens: 3 });
  assertEquals(output, "a b a");
  assertEquals((await session.ended(await session.start([{ index: 0, tasks }]))).state, "DONE");
  // A price asked of one device alone says that it is not the one that has a model.
  const plan = { groups: [{ index: 0, tasks }] };
  const price = { session_id: session.client.sessionId, plan, device_ids: [alpha.deviceId] };
  const { device_costs, warning } = await session.client.orchestrator("PreviewPlanCost", price);
  assertStringIncludes(device_costs[0]?.step_costs[0]?.notes ?? "", "this device has no local model");
  assertEquals(warning, "none of these that is online has a local model");
  await beta.log.line(/ info .* models at http:\S+ tiny:1b/);
}

async function killed(): Promise<void> {
  await using ollama = await StandInOllama.start({ models: [{ name: MODEL }], msPerToken: 20 });
  await using agent = await AgentProcess.start({ name: "only", flags: ["--ollama", ollama.url] });
  using session = await MeshSession.open(agent.grpc);
  const tasks = ["one", "two"].map((id) => promptTask(id, { max_output_tokens: 20 }));
  const jobId = await session.start([{ index: 0, tasks }]);
  await ollama.until(({ requests }) => (requests.at(-1)?.pieces ?? 0) > 3);
  const asked = heard(session.client, { max_tokens: 100 });
  await ollama.stop();

  const { failure } = await asked;
  assertEquals(failure?.code, "UNAVAILABLE");
  assertLine(failure?.message ?? "", "only: ", ollama.url);
  await becomes(session, "only", "", "");
  const next = await heard(session.client, {});
  assertEquals(next.failure?.message, "no device that is online has a local model");
  const fields = { headers: { authorization: "Bearer a key for tests", "content-type": "application/json" } };
  const body = JSON.stringify({ messages: [{ role: "user", content: "hi" }] });
  const http = await fetch(`http://${agent.http}/v1/chat/completions`, { method: "POST", body, ...fields });
  assertEquals([http.status, (await http.json()).error.message], [503, next.failure?.message]);
  assertEquals((await session.job(jobId)).state, "RUNNING");

  ollama.restart();
  await becomes(session, "only", MODEL, ollama.url);
  const job = await session.ended(jobId);
  assertEquals(job.state, "DONE", job.final_result);
  assertEquals(job.tasks.map(({ result }) => result.split(" ").length), [20, 20]);
  for (const { failed_attempts } of await session.tasks(jobId)) {
    for (const { reason } of failed_attempts) {
      assertMatch(
        reason,
        /^(Ollama at|cannot reach Ollama at|this device has no local model \(nothing answers at) http:\S+ ?/,
      );
    }
  }
  assertEquals((await heard(session.client, {})).text, "a b c a b c a b");
}

async function hanging(): Promise<void> {
  await using mesh = await ModelMesh.start({ msPerToken: 1 });
  const { ollamas, alpha, beta } = mesh;
  // The prompt goes to the other one only after this: for 30 s at least a device may be about to begin.
  ollamas.beta.fault = { kind: "hang", after: 0 };
  const asked = await Promise.all(Array.from({ length: 4 }, () => mesh.ask()));
  assert(asked.some(({ starts }) => starts[0]?.device_id === beta.deviceId), "nobody was given to beta");
  for (const { text, failure, starts } of asked) {
    assertEquals([text, failure, starts.at(-1)?.device_id], ["a b c a b c a b", undefined, alpha.deviceId]);
  }
  await mesh.idle();
  assertEquals([...new Set(ollamas.beta.requests.map(({ state }) => state))], ["stopped"]);
}
