import { assert, assertEquals, assertMatch } from "../assert.ts";
import { edgemesh, eventually, startEdgemesh } from "../processes.ts";
import type { RecordedRequest, StandInOllama } from "../stand_in/ollama.ts";
import { assertLine, ModelMesh, promptTask } from "./model_mesh.ts";

/** Tokens that no test waits for. */
const ENDLESS = 100_000;

/** The latest request at a model server, once it has said something, or with `pieces` 0 once it came. */
async function running(ollama: StandInOllama, pieces = 3): Promise<RecordedRequest> {
  const latest = () => ollama.requests.at(-1);
  await ollama.until(() => latest()?.state === "running" && (latest()?.pieces ?? 0) >= pieces);
  const request = latest();
  assert(request);
  return request;
}

/** Waits until a request was given up at its model server. */
async function stopped(ollama: StandInOllama, request: RecordedRequest): Promise<void> {
  await ollama.until(() => request.state === "stopped");
}

Deno.test("a device that is lost in mid-generation: one line says which, and the next prompt goes to another", async () => {
  await using mesh = await ModelMesh.start({ msPerToken: 10 });
  const { beta, ollamas, session } = mesh;
  const asked = mesh.ask({ device_id: beta.deviceId, max_tokens: ENDLESS });
  const request = await running(ollamas.beta);
  const overHttp = mesh.chat({ stream: true, max_tokens: ENDLESS }, beta.deviceId);
  const job = session.start([{ index: 0, tasks: [promptTask("one", { max_output_tokens: 20 })] }]);
  await beta.kill();
  const { text, failure } = await asked;
  assertMatch(text, /^[abc ]*$/);
  assertEquals(failure?.code, "UNAVAILABLE");
  assertLine(failure?.message ?? "", "beta: the device is gone (");
  await stopped(ollamas.beta, request);
  // It waited for its turn there, or came too late for that.
  const http = await overHttp;
  assertEquals(http.status, 503);
  assertMatch(JSON.parse(http.text).error.message, /^(beta: the device is gone \(.*\)|device beta is offline)$/);

  const named = await mesh.ask({ device_id: beta.deviceId });
  assertEquals([named.failure?.code, named.failure?.message], ["UNAVAILABLE", "device beta is offline"]);
  const next = await mesh.ask();
  assertEquals([next.text, next.starts.map((one) => one.device_name)], ["a b c a b c a b", ["alpha"]]);
  assertEquals((await session.end(await job)).state, "DONE");
  await mesh.recovered(1);
});

Deno.test("a device that is lost before its first token is followed by another, and its tasks are", async () => {
  await using mesh = await ModelMesh.start({ msPerToken: 1 });
  const { beta, ollamas, session } = mesh;
  ollamas.beta.fault = { kind: "hang", after: 0 };
  // Whoever asks often enough is given to beta, which says nothing.
  const asked = Array.from({ length: 4 }, () => mesh.ask());
  const chats = Array.from({ length: 4 }, () => mesh.chat());
  const jobId = await session.start([{ index: 0, tasks: ["one", "two", "three"].map((id) => promptTask(id)) }]);
  await running(ollamas.beta, 0);
  await eventually(async () => {
    const states = (await session.tasks(jobId)).map(({ status }) => status);
    return states.some((one) => one?.state === "RUNNING" && one.assigned_device_id === beta.deviceId) || undefined;
  }, "a task on beta");
  await beta.kill();
  for (const { text, failure, starts } of await Promise.all(asked)) {
    assertEquals([text, failure, starts.at(-1)?.device_name], ["a b c a b c a b", undefined, "alpha"]);
  }
  for (const { status, headers } of await Promise.all(chats)) {
    assertEquals([status, headers.get("x-edgemesh-device")], [200, "alpha"]);
  }
  const end = await session.end(jobId);
  assertEquals([end.state, end.reason], ["DONE", ""]);
  const reasons = (await session.tasks(jobId)).flatMap(({ failed_attempts }) => failed_attempts);
  assert(reasons.length > 0);
  for (const { device_name, reason } of reasons) {
    assertEquals(device_name, "beta");
    assertLine(reason, "lost beta");
  }
  await mesh.recovered(1);
});

Deno.test("a coordinator that is told to stop lets generations end, and stops those that take longer than 10 s", async () => {
  await using mesh = await ModelMesh.start({ msPerToken: 50, parallel: 8 }, ["--llm-parallel", "8"]);
  const { alpha, beta, ollamas } = mesh;
  const endless = [alpha, beta].map(({ deviceId }) => mesh.ask({ device_id: deviceId, max_tokens: ENDLESS }));
  for (const ollama of Object.values(ollamas)) await running(ollama);
  // These have some 2 s to go.
  const short = [alpha, beta].map(({ deviceId }) => mesh.ask({ device_id: deviceId, max_tokens: 40 }));
  const chats = [false, true].map((stream) => mesh.chat({ stream, max_tokens: 40 }, beta.deviceId));
  const prompt = mesh.prompt("a b c", 10);
  await ollamas.alpha.until(({ requests }) => requests.filter(({ pieces }) => pieces > 3).length === 3);
  await ollamas.beta.until(({ requests }) => requests.filter(({ pieces }) => pieces > 3).length === 4);
  const began = performance.now();
  const exit = alpha.stop();
  await alpha.log.line(/stopping/);

  for (const { text, failure } of await Promise.all(short)) {
    assertEquals([failure, text.split(" ").length], [undefined, 40]);
  }
  const [whole, streamed] = await Promise.all(chats);
  assertEquals(JSON.parse(whole?.text ?? "").usage.completion_tokens, 40);
  assertMatch(streamed?.text ?? "", /"finish_reason":"length"[^]*data: \[DONE\]\n\n$/);
  assertEquals((await prompt).tokens_generated, 10);

  for (const { text, failure } of await Promise.all(endless)) {
    assert(text.startsWith("a b c"), text);
    assertEquals([failure?.code, failure?.message], ["UNAVAILABLE", "the agent is stopping"]);
  }
  assertEquals(await exit, 0);
  // As tests/shutdown_test.ts has it for commands.
  assert(performance.now() - began < 14_000, "it ended within its 10 s");
  await mesh.idle();
  assertEquals(alpha.log.text.match(/ (warning|error) .*/g), null);
});

Deno.test("a coordinator with nothing but chats over HTTP lets them end before it stops", async () => {
  await using mesh = await ModelMesh.start({ msPerToken: 50 });
  const { alpha, beta, ollamas } = mesh;
  const whole = mesh.chat({ max_tokens: 30 }, alpha.deviceId);
  const streamed = mesh.chat({ max_tokens: 30, stream: true }, beta.deviceId);
  for (const ollama of Object.values(ollamas)) await running(ollama);
  const exit = alpha.stop();
  await alpha.log.line(/stopping/);
  assertEquals(JSON.parse((await whole).text).usage?.completion_tokens, 30);
  assertMatch((await streamed).text, /"finish_reason":"length"[^]*data: \[DONE\]\n\n$/);
  assertEquals(await exit, 0);
});

Deno.test("a coordinator that is killed leaves no generation behind on its devices", async () => {
  await using mesh = await ModelMesh.start({ msPerToken: 10 });
  const { alpha, beta, ollamas } = mesh;
  const asked = mesh.ask({ device_id: beta.deviceId, max_tokens: ENDLESS });
  const request = await running(ollamas.beta);
  await alpha.kill();
  const { failure } = await asked;
  assertEquals(failure?.code, "UNAVAILABLE");
  assertLine(failure?.message ?? "", `lost the connection to ${alpha.grpc}`);
  await stopped(ollamas.beta, request);
});

Deno.test("a device that leaves the mesh lets its generation end first", async () => {
  await using mesh = await ModelMesh.start({ msPerToken: 20 });
  const { beta, ollamas, alpha } = mesh;
  const asked = mesh.ask({ device_id: beta.deviceId, max_tokens: 50 });
  await running(ollamas.beta);
  const exit = beta.stop();
  await beta.log.line(/stopping/);
  const { text, failure } = await asked;
  assertEquals([failure, text.split(" ").length], [undefined, 50]);
  assertEquals(await exit, 0);
  await alpha.log.line(/device beta is offline: it left the mesh/);
});

Deno.test("Ctrl-C in `edgemesh llm` stops the model, and ends with exit code 130 and no complaint", async (t) => {
  await using mesh = await ModelMesh.start({ msPerToken: 10 });
  const { alpha, ollamas } = mesh;
  const args = ["llm", "a b c", "--server", alpha.grpc, "--max-tokens", String(ENDLESS), "--device"];
  for (const device of ["alpha", "beta"] as const) {
    for (const flag of ["--stream", "--json", ""]) {
      await t.step(`${flag || "without a flag"}, on ${device}`, async () => {
        const program = startEdgemesh([...args, device, ...(flag ? [flag] : [])]);
        const request = await running(ollamas[device]);
        program.signal("SIGINT");
        const { code, stdout, stderr } = await program.outcome;
        assertEquals([code, stderr], [130, ""]);
        assertMatch(stdout, flag === "--stream" ? /^([abc ]+\n)?$/ : /^$/);
        await stopped(ollamas[device], request);
      });
    }
  }

  await t.step("before the first token", async () => {
    ollamas.beta.fault = { kind: "hang", after: 0 };
    const program = startEdgemesh([...args, "beta", "--stream"]);
    const request = await running(ollamas.beta, 0);
    program.signal("SIGINT");
    assertEquals(await program.outcome, { code: 130, stdout: "", stderr: "" });
    await stopped(ollamas.beta, request);
    ollamas.beta.fault = null;
  });

  await t.step("and the next prompt is answered", async () => {
    const { stdout } = await edgemesh([
      "llm",
      "a b c",
      "--server",
      alpha.grpc,
      "--max-tokens",
      "3",
      "--device",
      "beta",
    ]);
    assertEquals(stdout, "a b c\n");
    await mesh.idle();
  });
});
