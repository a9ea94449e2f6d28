import { MeshError } from "../agent/core/errors.ts";
import { generateRequest } from "../agent/llm/generate_request.ts";
import type { TaskSpec } from "../proto/gen/edgemesh/TaskSpec.ts";
import type { GenerateEvent } from "../proto/messages.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "./assert.ts";
import { RestartedAgent } from "./faults/restarted_agent.ts";
import { MeshSession } from "./mesh_client.ts";
import { AgentProcess, edgemesh, eventually, TemporaryFolder } from "./processes.ts";
import { StandInOllama } from "./stand_in/ollama.ts";

const prompt = (task_id: string, part: Partial<TaskSpec> = {}): TaskSpec => ({
  task_id,
  kind: "LLM_GENERATE",
  input: `tell me of ${task_id}`,
  max_output_tokens: 4,
  ...part,
});

/** What a generation said, and who said it. */
async function said(session: MeshSession, part: Parameters<typeof generateRequest>[0]) {
  const devices: string[] = [];
  let text = "";
  let end: GenerateEvent["end"] = null;
  for await (const event of session.client.generate(generateRequest(part))) {
    if (event.start) devices.push(event.start.device_name);
    text += event.text;
    end = event.end ?? end;
  }
  return { devices, text, end };
}

Deno.test("models of two devices", async (t) => {
  await using ollamaA = await StandInOllama.start({
    models: [{ name: "tiny:1b" }, { name: "large:8b", loaded: false }],
  });
  await using ollamaB = await StandInOllama.start({ models: [{ name: "tiny:1b", parameterSize: "1B" }] });
  await using alpha = await AgentProcess.start({ name: "alpha", flags: ["--ollama", ollamaA.url] });
  await using beta = await AgentProcess.start({ name: "beta", join: [alpha.grpc], flags: ["--ollama", ollamaB.url] });
  using session = await MeshSession.open(alpha.grpc);
  const { client } = session;
  await session.online(2);

  await t.step("each device says which model it has, and where", async () => {
    const { devices } = await client.orchestrator("ListDevices", {});
    assertEquals(
      devices.map((one) => [one.device_name, one.has_local_model, one.local_model_name, one.local_chat_endpoint]),
      [["alpha", true, "tiny:1b", ollamaA.url], ["beta", true, "tiny:1b", ollamaB.url]],
    );
    const { models } = await client.mesh("ListModels", {});
    assertEquals(models.map((one) => [one.model?.name, one.device_name, one.is_default, one.model?.loaded]), [
      ["large:8b", "alpha", false, false],
      ["tiny:1b", "alpha", true, true],
      ["tiny:1b", "beta", true, true],
    ]);
  });

  await t.step("RunLLMTask answers on this device, with the server's own count", async () => {
    const answer = await client.orchestrator("RunLLMTask", { prompt: "one two three", model: "", max_tokens: 5 });
    assertEquals([answer.model_used, answer.tokens_generated, answer.error], ["tiny:1b", 5, ""]);
    assertEquals(answer.output.trim().split(/\s+/).length, 5);
    const unknown = await assertRejects(
      () => client.orchestrator("RunLLMTask", { prompt: "x", model: "nope" }),
      MeshError,
    );
    assertEquals(unknown.code, "NOT_FOUND");
    for (const name of ["nope", "tiny:1b", "large:8b"]) assertStringIncludes(unknown.message, name);
    ollamaA.fault = { kind: "answer", status: 500, body: '{"error":"llama runner exploded"}', times: 1 };
    const failed = await client.orchestrator("RunLLMTask", { prompt: "x" });
    assertStringIncludes(failed.error, "llama runner exploded");
  });

  await t.step("a prompt is answered piece by piece, by the device that is named or the one that is free", async () => {
    const named = await said(session, { prompt: "a b c", max_tokens: 3, device_id: beta.deviceId });
    assertEquals([named.devices, named.end?.finish_reason, named.end?.stats?.output_tokens], [["beta"], "length", 3]);
    const large = await said(session, {
      model: "large:8b",
      messages: [{ role: "user", content: "hi" }],
      max_tokens: 2,
    });
    assertEquals([large.devices, large.end?.stats?.model], [["alpha"], "large:8b"]);
  });

  await t.step("a caller that goes away stops the generation at the model server", async () => {
    ollamaB.speed = { ...ollamaB.speed, msPerToken: 20 };
    const before = ollamaB.requests.length;
    const events = client.generate(
      generateRequest({ prompt: "on and on", max_tokens: 5000, device_id: beta.deviceId }),
    );
    for await (const event of events) if (event.text) break;
    await ollamaB.until(() => ollamaB.requests[before]?.state === "stopped");
    ollamaB.speed = { ...ollamaB.speed, msPerToken: 0 };
  });

  await t.step("a device whose model server fails before the first piece is followed by the next one", async () => {
    // Known to be slow, beta is the second choice.
    ollamaB.speed = { ...ollamaB.speed, msPerToken: 20 };
    await said(session, { model: "tiny:1b", prompt: "slow", max_tokens: 20, device_id: beta.deviceId });
    ollamaB.speed = { ...ollamaB.speed, msPerToken: 0 };
    ollamaA.fault = { kind: "answer", status: 503, body: '{"error":"server busy"}', times: 1 };
    const { devices, text } = await said(session, { model: "tiny:1b", prompt: "x y", max_tokens: 20 });
    ollamaA.fault = null;
    assertEquals(devices, ["alpha", "beta"]);
    assert(text.trim() !== "");
  });

  await t.step("jobs spread prompts over the devices that have a model, with the limit of each task", async () => {
    const job = await session.ended(
      await session.submit([{ index: 0, tasks: [prompt("a"), prompt("b"), prompt("c")] }]),
    );
    assertEquals(job.state, "DONE", job.final_result);
    assertEquals(job.tasks.map(({ result }) => result.trim().split(/\s+/).length), [4, 4, 4]);
  });

  await t.step("a model server that dies under a task costs an attempt, not the task", async () => {
    ollamaA.fault = { kind: "die", after: 1, times: 1 };
    ollamaB.fault = { kind: "die", after: 1, times: 1 };
    const job = await session.ended(await session.submit([{ index: 0, tasks: [prompt("a"), prompt("b")] }]));
    assertEquals(job.state, "DONE", job.final_result);
    ollamaA.fault = ollamaB.fault = null;
  });

  await t.step("outputs are summarized by the largest model", async () => {
    const id = await session.start([{ index: 0, tasks: [{ kind: "ECHO", input: "all is well" }] }], {
      reduce: "LLM_SUMMARIZE",
    });
    const { final_result } = await session.ended(id);
    assertMatch(final_result, /^=== summary by \S+ on (alpha|beta) of 1 outputs ===\n/);
  });

  await t.step("what generations took is kept, and says how well it was predicted", async () => {
    const { errors } = await eventually(async () => {
      const report = await client.mesh("CostReport", {});
      return report.errors.length >= 2 ? report : undefined;
    }, "a cost report");
    assert(errors.every((one) => one.generations > 0 && one.p90_error >= one.median_error), JSON.stringify(errors));
    const { code, stdout } = await edgemesh(["cost-report", "--server", alpha.grpc]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "tiny:1b");
  });

  await t.step("calibration measures a device's model now", async () => {
    const answer = await client.mesh("Calibrate", { device_id: beta.deviceId });
    assertEquals([answer.device_name, answer.model, answer.runs.length], ["beta", "tiny:1b", 3]);
    const decode = answer.rates?.decode_toks_per_s ?? 0;
    assert(decode > 0);
    // Prices know it at once.
    const plan = { groups: [{ index: 0, tasks: [prompt("a", { prompt_tokens: 1, max_output_tokens: 1_000_000 })] }] };
    const { sessionId: session_id } = client;
    const cost = await client.orchestrator("PreviewPlanCost", { session_id, plan, device_ids: [beta.deviceId] });
    const predicted = cost.device_costs[0]?.total_ms ?? 0;
    assert(Math.abs(predicted / (1e9 / decode) - 1) < 0.01, `${predicted} ms at ${decode} tokens/s`);
  });

  await t.step("a placement names devices and models", async () => {
    const plan = { groups: [{ index: 0, tasks: [prompt("a"), prompt("b", { target_device_id: beta.deviceId })] }] };
    const placed = await client.mesh("PreviewPlacement", { plan });
    assertEquals(placed.tasks.map((one) => one.model), ["tiny:1b", "tiny:1b"]);
    assertEquals(placed.tasks[1]?.device_name, "beta");
    assert(placed.total_predicted_ms > 0);
  });
});

Deno.test("a model makes the plan that is previewed, submitted, and remembered", async () => {
  const plan = {
    rationale: "one greeting is enough",
    groups: [{ index: 0, tasks: [{ task_id: "greet", kind: "ECHO", input: "hello" }] }],
    reduce: "LINES",
  };
  await using ollama = await StandInOllama.start({ json: () => plan });
  await using agent = await AgentProcess.start({ name: "planner", flags: ["--ollama", ollama.url] });
  using session = await MeshSession.open(agent.grpc);
  const { client } = session;
  const { sessionId: session_id } = client;
  const preview = await client.orchestrator("PreviewPlan", { session_id, text: "greet everybody" });
  assertEquals(preview.used_ai, true, preview.notes);
  assertStringIncludes(preview.rationale, "one greeting is enough");
  const asked = ollama.requests.length;
  const { job_id } = await client.orchestrator("SubmitJob", { session_id, text: "greet everybody" });
  const job = await session.ended(job_id);
  assertEquals([job.state, job.final_result], ["DONE", "echo: hello"]);
  assertEquals(ollama.requests.length, asked);
  // An invalid plan is not used, and that is said.
  ollama.json = () => ({ ...plan, groups: [{ index: 0, tasks: [{ task_id: "x", kind: "FORMAT_DISK", input: "" }] }] });
  const other = await client.orchestrator("PreviewPlan", { session_id, text: "something else" });
  assertEquals([other.used_ai, other.plan?.groups[0]?.tasks[0]?.kind], [false, "SYSINFO"]);
  assertStringIncludes(other.notes, "FORMAT_DISK");
});

Deno.test("what a device measured of its models is there after a restart", async () => {
  using folder = new TemporaryFolder();
  await using ollama = await StandInOllama.start({ msPerToken: 2, msPerPromptToken: 0.2 });
  const options = { name: "one", dataDir: folder.path, flags: ["--ollama", ollama.url] };
  let measured = 0;
  const isKnown = async (session: MeshSession) =>
    (await session.devices()).some(({ device }) =>
      Math.abs((device?.llm_decode_toks_per_s ?? 0) / measured - 1) < 0.05
    );
  {
    await using agent = await AgentProcess.start(options);
    using session = await MeshSession.open(agent.grpc);
    // Each of its runs changes the rates, and a change of 2 % what the device says of itself: the last one counts.
    measured = (await session.client.mesh("Calibrate", {})).rates?.decode_toks_per_s ?? 0;
    await eventually(async () => await isKnown(session) || undefined, "measured rates");
  }
  assert(measured > 0 && measured < 550, `${measured} tokens/s`);
  await using agent = await AgentProcess.start(options);
  using session = await MeshSession.open(agent.grpc);
  assert(await isKnown(session), `not ${measured} tokens/s`);
});

Deno.test("a summary that was being written when the agent was killed is written after its restart", async () => {
  await using ollama = await StandInOllama.start();
  ollama.fault = { kind: "hang", after: 1, times: 1 };
  await using agent = await RestartedAgent.start({ name: "only", flags: ["--ollama", ollama.url] });
  using session = await MeshSession.open(agent.grpc);
  const tasks = [{ kind: "ECHO", input: "all is well" }];
  const id = await session.start([{ index: 0, tasks }], { reduce: "LLM_SUMMARIZE" });
  await ollama.until(({ requests }) => requests.at(-1)?.pieces === 1);
  await agent.killAndRestart();
  using again = await MeshSession.open(agent.grpc);
  assertMatch((await again.ended(id)).final_result, /^=== summary by \S+ on only of 1 outputs ===\n/);
});

Deno.test("a device takes as many prompts as it was told, and turns others away with a time to come back", async () => {
  await using ollama = await StandInOllama.start({ msPerToken: 5, parallel: 8 });
  await using agent = await AgentProcess.start({
    name: "small",
    flags: ["--ollama", ollama.url, "--llm-parallel", "2", "--llm-queue", "20"],
  });
  const ask = () =>
    fetch(`http://${agent.http}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer a key for tests" },
      body: JSON.stringify({ model: "default", max_tokens: 4, messages: [{ role: "user", content: "hi" }] }),
    });
  const answers = await Promise.all(Array.from({ length: 200 }, async () => {
    const answer = await ask();
    await answer.body?.cancel();
    return answer;
  }));
  const codes = new Set(answers.map(({ status }) => status));
  assertEquals([...codes].sort(), [200, 429]);
  const turnedAway = answers.filter(({ status }) => status === 429);
  assert(turnedAway.every(({ headers }) => Number(headers.get("retry-after")) >= 1));
  assert(answers.length - turnedAway.length >= 22, `${answers.length - turnedAway.length} were answered`);
  assertEquals(ollama.requests.length, answers.length - turnedAway.length);
});
