import { assert, assertEquals, assertMatch, assertStringIncludes } from "../assert.ts";
import { parseHostPort } from "../../agent/config/address.ts";
import { connect } from "../../cli/client.ts";
import { edgemesh, TEST_KEY } from "../processes.ts";
import type { Fault } from "../stand_in/ollama.ts";
import { OLLAMA_ERRORS } from "../stand_in/ollama.ts";
import { assertLine, heard, MODEL, ModelMesh, promptTask } from "./model_mesh.ts";

/** What a model server does wrong, and what its user then hears. */
interface Failing {
  readonly fault: Fault;
  /** How Generate fails, and what of the fault its message has. */
  readonly code: string;
  readonly says: string;
  /** Of an answer over HTTP that was not begun. */
  readonly status: number;
}

const answers = (status: number, body: string): Fault => ({ kind: "answer", status, body });

const FAILINGS: Readonly<Record<string, Failing>> = {
  "dies before it answers": {
    fault: { kind: "die", after: 0 },
    code: "UNAVAILABLE",
    says: "broke off before it answered",
    status: 503,
  },
  "dies in mid-stream": {
    fault: { kind: "die", after: 3 },
    code: "UNAVAILABLE",
    says: "broke off after 3 pieces",
    status: 503,
  },
  "ends its answer too early": {
    fault: { kind: "end", after: 3 },
    code: "UNAVAILABLE",
    says: "broke off after 3 pieces",
    status: 503,
  },
  "says in mid-stream that it failed": {
    fault: { kind: "error", after: 3, error: OLLAMA_ERRORS.runnerFailed },
    code: "INTERNAL",
    says: `failed after 3 pieces: ${OLLAMA_ERRORS.runnerFailed}`,
    status: 500,
  },
  "sends broken JSON": {
    fault: { kind: "line", after: 0, line: '{"response":"a' },
    code: "INTERNAL",
    says: "sent a line that is no JSON object",
    status: 500,
  },
  "sends broken JSON in mid-stream": {
    fault: { kind: "line", after: 3, line: "[1]" },
    code: "INTERNAL",
    says: 'sent a line that is no JSON object: "[1]"',
    status: 500,
  },
  "answers 404 for a model that it has just listed": {
    fault: answers(404, OLLAMA_ERRORS.notFound(MODEL)),
    code: "NOT_FOUND",
    says: `has no model '${MODEL}'`,
    status: 404,
  },
  "answers 404 for the path": {
    fault: { ...answers(404, "404 page not found"), contentType: "text/plain" } as Fault,
    code: "INTERNAL",
    says: "answered 404: 404 page not found; is it a model server of this kind?",
    status: 500,
  },
  "answers 500": {
    fault: answers(500, '{"error":"llama runner process has terminated:\\n exit status 2"}'),
    code: "INTERNAL",
    says: "answered 500: llama runner process has terminated: exit status 2",
    status: 500,
  },
  "answers 500 with a page": {
    fault: { ...answers(500, "<html>\n  <h1>Bad</h1>\n"), contentType: "text/html" } as Fault,
    code: "INTERNAL",
    says: "answered 500: <html> <h1>Bad</h1>",
    status: 500,
  },
  "answers 503": {
    fault: answers(503, OLLAMA_ERRORS.busy),
    code: "UNAVAILABLE",
    says: "answered 503: server busy, please try again. maximum pending requests exceeded",
    status: 503,
  },
};

/** Pieces that come before the fault. */
function before({ fault }: Failing): string {
  const pieces = "after" in fault ? fault.after : 0;
  return "a b c".split(" ").slice(0, pieces).join(" ");
}

Deno.test("a model server that fails", async (t) => {
  await using mesh = await ModelMesh.start({ msPerToken: 1 });
  const { beta } = mesh;
  const { url } = mesh.ollamas.beta;
  for (const [what, failing] of Object.entries(FAILINGS)) {
    await t.step(`${what}: one line says so and where, others answer, and the next request works`, async () => {
      const { code, says, status } = failing;
      const begun = before(failing);
      mesh.ollamas.beta.fault = failing.fault;

      const named = await mesh.ask({ device_id: beta.deviceId });
      assertEquals(named.failure?.code, code);
      // grpc-js drops messages that were not read yet when a failure comes.
      assert(begun.startsWith(named.text), named.text);
      assertLine(named.failure?.message ?? "", "beta: ", url, says);

      const whole = await mesh.chat({}, beta.deviceId);
      assertEquals(whole.status, status);
      const { error } = JSON.parse(whole.text);
      assertLine(error.message, "beta: ", url, says);

      const streamed = await mesh.chat({ stream: true }, beta.deviceId);
      assertEquals(streamed.status, begun ? 200 : status);
      const last = begun ? streamed.text.trim().split("\n\n").at(-1)?.replace(/^data: /, "") ?? "" : streamed.text;
      assertLine(JSON.parse(last).error.message, "beta: ", url, says);

      // Whoever names no device is answered, unless something was said already.
      const unnamed = await mesh.ask();
      if (begun === "") assertEquals([unnamed.text, unnamed.failure], ["a b c a b c a b", undefined]);

      const job = await mesh.job([promptTask("one"), promptTask("two"), promptTask("three")]);
      assertEquals([job.state, job.reason], ["DONE", ""]);
      for (const { failed_attempts, status } of job.tasks) {
        assertEquals(status?.result.split(" ").length, 6);
        for (const { device_name, reason } of failed_attempts) {
          assertEquals(device_name, "beta");
          assertLine(reason, url, says);
        }
      }

      mesh.ollamas.beta.fault = null;
      await mesh.recovered(2);
      const next = await mesh.ask({ device_id: beta.deviceId });
      assertEquals([next.text, next.failure], ["a b c a b c a b", undefined]);
    });
  }

  await t.step("the coordinator's own failure is in RunLLMTask's error, beside what was said", async () => {
    const { url } = mesh.ollamas.alpha;
    for (const failing of Object.values(FAILINGS)) {
      mesh.ollamas.alpha.fault = failing.fault;
      const asked = mesh.prompt().then(({ output, error }) => [output, error], (error) => ["", error.message]);
      const [output = "", error = ""] = await asked;
      assertEquals(output, before(failing));
      assertLine(error, url, failing.says);
      mesh.ollamas.alpha.fault = null;
      assertEquals((await mesh.prompt()).tokens_generated, 8);
    }
  });

  await t.step("when every model server fails, the job says which did, and the prompt as well", async () => {
    const failing = FAILINGS["answers 500"];
    assert(failing);
    for (const ollama of Object.values(mesh.ollamas)) ollama.fault = failing.fault;
    const job = await mesh.job([promptTask("one")]);
    assertEquals(job.state, "FAILED");
    assertLine(job.reason, "task one failed on ", failing.says);
    assertEquals(job.tasks[0]?.failed_attempts.map((one) => one.device_name).sort(), ["alpha", "beta"]);
    const { failure } = await mesh.ask();
    assertLine(failure?.message ?? "", "no device could do it; ", "alpha: ", "beta: ", failing.says);
    for (const ollama of Object.values(mesh.ollamas)) ollama.fault = null;
    await mesh.recovered(2);
    assertEquals((await mesh.job([promptTask("one")])).state, "DONE");
  });

  await t.step("`edgemesh llm` shows what was said, one line on standard error, and exit code 1", async () => {
    mesh.ollamas.beta.fault = { kind: "die", after: 3 };
    const args = ["a", "b", "c", "--max-tokens", "8", "--device", "beta", "--server", mesh.alpha.grpc];
    const streamed = await edgemesh(["llm", "--stream", ...args]);
    assertEquals(streamed.code, 1);
    assertMatch(streamed.stdout, /^(a( b( c)?)?\n)?$/);
    assertMatch(streamed.stderr, /^edgemesh: beta: Ollama at http:\S+ broke off after 3 pieces: .*\n$/);
    const json = await edgemesh(["llm", "--json", ...args]);
    const { output, error } = JSON.parse(json.stdout);
    assertEquals([json.code, error.code, json.stderr], [1, "UNAVAILABLE", ""]);
    assert("a b c".startsWith(output ?? ""), output);
    assertStringIncludes(error.message, "beta: ");
    mesh.ollamas.beta.fault = null;
    await mesh.recovered(2);
    assertEquals((await edgemesh(["llm", ...args])).stdout, "a b c a b c a b\n");
  });
});

Deno.test("a model server that hangs keeps nobody longer than they wait, and no request stays there", async (t) => {
  await using mesh = await ModelMesh.start({ msPerToken: 1 });
  const { beta, alpha, ollamas } = mesh;
  const modelTimeoutMs = 700;
  using hurried = await connect({
    server: parseHostPort(alpha.grpc),
    key: TEST_KEY,
    deviceName: "a caller in a hurry",
    timeoutMs: 30_000,
    modelTimeoutMs,
    signal: new AbortController().signal,
  });
  const late = `${alpha.grpc} did not answer within 0.7 s: allow more with --timeout`;
  for (const [when, after] of [["before", 0], ["after", 3]] as const) {
    await t.step(`${when} its first token`, async () => {
      const begun = after === 0 ? "" : "a b c";
      for (const ollama of Object.values(ollamas)) ollama.fault = { kind: "hang", after };

      for (const device_id of [alpha.deviceId, beta.deviceId, ""]) {
        const { text, failure } = await heard(hurried, { device_id });
        assertEquals([text, failure?.code, failure?.message], [begun, "DEADLINE_EXCEEDED", late]);
      }
      const prompt = await hurried.orchestrator("RunLLMTask", { prompt: "a b c", max_tokens: 8 }).catch((error) =>
        error
      );
      assertEquals([prompt.code, prompt.message], ["DEADLINE_EXCEEDED", late]);
      await mesh.idle();

      const gone = AbortSignal.timeout(modelTimeoutMs);
      const http = await mesh.chat({ stream: true }, beta.deviceId, gone).catch((error) => error);
      assert(http instanceof DOMException, JSON.stringify(http));

      const job = await mesh.job([promptTask("one"), promptTask("two")], modelTimeoutMs);
      assertEquals(job.state, "FAILED");
      assertLine(job.reason, "stopped after 700 ms, its time limit");

      const args = ["a b c", "--stream", "--timeout", "1", "--server", alpha.grpc];
      const { code, stdout, stderr } = await edgemesh(["llm", ...args]);
      const expected = `edgemesh: ${alpha.grpc} did not answer within 1 s: allow more with --timeout\n`;
      assertEquals([code, stdout, stderr], [1, begun && `${begun}\n`, expected]);

      await mesh.idle();
      const states = Object.values(ollamas).flatMap(({ requests }) => requests.map(({ state }) => state));
      assertEquals(states.filter((state) => state !== "stopped" && state !== "done"), []);
      for (const ollama of Object.values(ollamas)) ollama.fault = null;
      for (const device_id of [alpha.deviceId, beta.deviceId]) {
        assertEquals((await heard(hurried, { device_id })).text, "a b c a b c a b");
      }
      assertEquals((await mesh.job([promptTask("one"), promptTask("two")])).state, "DONE");
    });
  }
});

Deno.test("a model that is slow to load is waited for, is loaded once, and that is foretold and told apart", async () => {
  const loadMs = 1500;
  await using mesh = await ModelMesh.start({ models: [{ name: MODEL, loaded: false, sizeBytes: 1e9 }], loadMs });
  const { beta, ollamas } = mesh;
  const device_id = beta.deviceId;

  // A caller who does not wait for it leaves no request behind.
  const impatient = new AbortController();
  const left = mesh.chat({}, device_id, impatient.signal);
  await ollamas.beta.until(({ requests }) => requests.length === 1);
  impatient.abort();
  assert(await left.catch((error) => error) instanceof DOMException);
  await ollamas.beta.until(({ requests }) => requests[0]?.state === "stopped");
  ollamas.beta.setLoaded(MODEL, false);

  const [first, ...others] = await Promise.all(
    [1, 2, 3].map((n) => mesh.ask({ device_id, prompt: `prompt ${n}`, max_tokens: 3 })),
  );
  const loads = [first, ...others].map((one) => one?.end?.stats?.load_ms ?? 0);
  assertEquals([first, ...others].map((one) => one?.failure), [undefined, undefined, undefined]);
  assert(loads.filter((ms) => ms > 1000).length >= 1, `loads of ${loads} ms`);
  assert((first?.starts[0]?.load_ms ?? 0) > 0, "loading was not foretold");

  const warm = await mesh.ask({ device_id });
  assertEquals([warm.starts[0]?.load_ms, warm.failure], [0, undefined]);
  const { models } = await mesh.session.client.mesh("ListModels", {});
  const model = models.find((one) => one.device_id === device_id)?.model;
  assertEquals(model?.loaded, true);
  assert((model?.rates?.load_ms ?? 0) > 1000, `it remembers ${model?.rates?.load_ms} ms`);
});

Deno.test("two devices with a model of one name share its prompts, and where one loses it the other answers", async () => {
  await using mesh = await ModelMesh.start({ msPerToken: 5 });
  const { ollamas, session } = mesh;
  const { models } = await session.client.mesh("ListModels", {});
  assertEquals(models.map((one) => [one.model?.name, one.device_name]), [[MODEL, "alpha"], [MODEL, "beta"]]);
  const answers = await Promise.all(Array.from({ length: 8 }, () => mesh.ask({ model: MODEL })));
  assertEquals(answers.map(({ text, failure }) => [text, failure]), answers.map(() => ["a b c a b c a b", undefined]));
  assertEquals([...new Set(answers.map(({ starts }) => starts.at(-1)?.device_name))].sort(), ["alpha", "beta"]);

  ollamas.beta.models = [{ name: "other:1b" }];
  const more = await Promise.all(Array.from({ length: 8 }, () => mesh.ask({ model: MODEL })));
  assertEquals(more.map(({ failure }) => failure?.message), more.map(() => undefined));
  assertEquals([...new Set(more.map(({ starts }) => starts.at(-1)?.device_name))], ["alpha"]);
  const job = await mesh.job([promptTask("one"), promptTask("two"), promptTask("three"), promptTask("four")]);
  assertEquals([job.state, job.reason], ["DONE", ""]);
  await mesh.idle();
});
