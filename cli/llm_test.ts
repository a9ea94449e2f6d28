import * as grpc from "@grpc/grpc-js";
import { delay } from "../agent/core/abort.ts";
import { MeshError } from "../agent/core/errors.ts";
import type { GenerateEvent } from "../proto/gen/edgemesh/v1/GenerateEvent.ts";
import type { GenerateEvent as ReceivedEvent } from "../proto/messages.ts";
import { assert, assertEquals, assertMatch } from "../tests/assert.ts";
import { eventually } from "../tests/processes.ts";
import { CannedAgent, type CannedAnswers, Failure } from "./canned_agent.ts";
import { type Outcome, Recorder, runHere, runProgram, startProgram } from "./cli_harness.ts";
import { printDocument } from "./generation_view.ts";
import { Output } from "./output/output.ts";
import { runCommandLine } from "./run_command.ts";

const LAPTOP = "3f2a9c10-0000-4000-8000-000000000001";
const PHONE = "4f2a9c10-0000-4000-8000-000000000002";

const PLAIN_JSON = { json: true, color: false, verbose: false };

const STATS = {
  model: "llama3.2:3b",
  prompt_tokens: 50,
  output_tokens: 90,
  queue_ms: 300,
  load_ms: 1200,
  prefill_ms: 100,
  decode_ms: 2000,
  total_ms: 3400,
};

function started(device_id: string, device_name: string): GenerateEvent {
  return { start: { device_id, device_name, model: "llama3.2:3b", predicted_ms: 3300, load_ms: 1200, queue_ms: 250 } };
}

function ended(finish_reason = "stop"): GenerateEvent {
  return { end: { finish_reason, stats: STATS } };
}

/** A model on the laptop that says these pieces. */
function says(...pieces: string[]): CannedAnswers {
  return {
    ListDevices: () => ({
      devices: [{ device_id: LAPTOP, device_name: "laptop" }, { device_id: PHONE, device_name: "phone" }],
    }),
    Generate: () => [started(LAPTOP, "laptop"), ...pieces.map((text) => ({ text })), ended()],
  };
}

function line(agent: CannedAgent, ...args: string[]): string[] {
  return ["llm", "--server", agent.address, "--key", "right", "--no-color", ...args];
}

/** Runs `edgemesh llm` outside of any terminal. */
function ask(agent: CannedAgent, ...args: string[]): Promise<Outcome> {
  return runHere(line(agent, ...args));
}

Deno.test("llm prints what the model said and nothing else, with and without --stream", async () => {
  await using agent = await CannedAgent.start(says("Hel", "lo\n\t", "\x1b[1mworld"));
  for (const flags of [[], ["--stream"]]) {
    assertEquals(await ask(agent, "say", "hello", ...flags), {
      code: 0,
      stdout: "Hello\n\t\x1b[1mworld\n",
      stderr: "",
    });
  }
  const [request] = agent.requests("Generate");
  assertEquals([request.prompt, request.messages, request.model, request.device_id], ["say hello", [], "", ""]);
  assertEquals([request.max_tokens, request.sampling], [0, null]);
});

Deno.test("the output ends its line, once", async () => {
  for (const [pieces, stdout] of [[["yes\n"], "yes\n"], [["yes"], "yes\n"], [[], ""]] as const) {
    await using agent = await CannedAgent.start(says(...pieces));
    for (const flags of [[], ["--stream"]]) assertEquals((await ask(agent, "x", ...flags)).stdout, stdout);
  }
});

Deno.test("llm sends what was chosen: model, device, limit, system prompt and temperature", async () => {
  await using agent = await CannedAgent.start(says("x"));
  const chosen = ["--model", "phi4", "--max-tokens", "20", "--system", "Be brief.", "--temperature", "0"];
  await ask(agent, "why?", "--device", "phone", ...chosen);
  const [request] = agent.requests("Generate");
  assertEquals([request.device_id, request.model, request.max_tokens], [PHONE, "phi4", 20]);
  assertEquals([request.prompt, request.messages, request.sampling.temperature], ["", [
    { role: "system", content: "Be brief." },
    { role: "user", content: "why?" },
  ], 0]);
  const unknown = await ask(agent, "why?", "--device", "tablet");
  assertEquals([unknown.code, agent.requests("Generate").length], [1, 1]);
});

Deno.test("wrong usage of llm is named before anything is asked", async () => {
  await using agent = await CannedAgent.start(says("x"));
  const wrong: [string[], RegExp][] = [
    [[], /^edgemesh: llm needs an argument: edgemesh llm PROMPT/],
    [[" "], /llm needs a PROMPT/],
    [["x", "--max-tokens", "0"], /--max-tokens "0": not a whole number from 1 to 2147483647/],
    [["x", "--temperature", "hot"], /--temperature "hot": not a number from 0 to 2/],
    [["x", "--temperature=-1"], /--temperature "-1": not a number from 0 to 2/],
    [["x", "--modle", "m"], /unknown flag --modle \(did you mean --model\?\)/],
  ];
  for (const [args, message] of wrong) {
    const { code, stdout, stderr } = await ask(agent, ...args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, message);
  }
  assertEquals(agent.calls.length, 0);
});

Deno.test("a terminal shows what would control it, and who answered; --verbose says so elsewhere, too", async () => {
  await using agent = await CannedAgent.start(says("a\x1b[2J\r", "\nb\tc\u202e", "\r"));
  for (const flags of [[], ["--stream"]]) {
    const { stdout, stderr } = await runHere(line(agent, "x", ...flags), 60);
    assertEquals(stdout, "a\\x1b[2J\nb\tc\\u202e\\x0d\n");
    assertMatch(stderr, /edgemesh: laptop, llama3\.2:3b: 90 tokens, 45\.0 tokens\/s, \S+ m?s\n$/);
  }
  const { stdout, stderr } = await ask(agent, "x", "--verbose");
  assertEquals(stdout, "a\x1b[2J\r\nb\tc\u202e\r\n");
  const [given, summary] = stderr.split("\n");
  assertEquals(
    given,
    "edgemesh: given to laptop, llama3.2:3b: predicted 3.3 s, 1.2 s of it to load the model, after a wait of 250 ms",
  );
  assertMatch(
    summary ?? "",
    /^edgemesh: laptop, .*, a prompt of 50 tokens read in 100 ms, loading 1\.2 s, waiting 300 ms$/,
  );
});

Deno.test("llm says when a limit ended the output, and which device took over", async () => {
  await using agent = await CannedAgent.start({
    Generate: () => [started(LAPTOP, "laptop"), started(PHONE, "phone"), { text: "and so" }, ended("length")],
  });
  const { stdout, stderr } = await ask(agent, "x", "--verbose", "--stream");
  assertEquals(stdout, "and so\n");
  assertMatch(stderr, /given to laptop.*\n.*given to phone.*\nedgemesh: phone, .*, ended by its limit of tokens\n$/);
});

Deno.test("llm --json is one document, with --stream one event a line", async () => {
  await using agent = await CannedAgent.start(says("Hel", "lo"));
  const { code, stdout } = await ask(agent, "x", "--json");
  assertEquals([code, JSON.parse(stdout)], [0, {
    output: "Hello",
    model_used: "llama3.2:3b",
    tokens_generated: 90,
    error: "",
    device_id: LAPTOP,
    device_name: "laptop",
    finish_reason: "stop",
    stats: STATS,
  }]);
  const lines = (await ask(agent, "x", "--json", "--stream")).stdout.trimEnd().split("\n");
  const [start, ...more] = lines.map((text) => JSON.parse(text));
  assertEquals([start.start.device_name, start.text, start.end], ["laptop", "", null]);
  assertEquals(more.map(({ text, end }) => [text, end?.finish_reason]), [
    ["Hel", undefined],
    ["lo", undefined],
    ["", "stop"],
  ]);
});

const BROKE_OFF = "laptop: the model server broke off after 1 piece";

/** What an agent says of a model that breaks off; `heard` resolves when its caller has taken in what came before. */
async function* breaksOff(heard: () => Promise<unknown>) {
  yield started(LAPTOP, "laptop");
  yield { text: "Half a" };
  // gRPC's client drops what it has not handed over when a failure arrives.
  await heard();
  yield new Failure(grpc.status.UNAVAILABLE, BROKE_OFF);
}

/** Runs `edgemesh llm`, whose model breaks off once standard output holds `text`. */
async function askUntil(text: string, ...args: string[]): Promise<Outcome> {
  const [out, err] = [new Recorder(), new Recorder()];
  const heard = () => eventually(() => Promise.resolve(out.text.includes(text) || undefined), `${text} on the output`);
  await using agent = await CannedAgent.start({ Generate: () => breaksOff(heard) });
  const code = await runCommandLine(line(agent, ...args), { escapes: true, out, err });
  return { code, stdout: out.text, stderr: err.text };
}

Deno.test("a failure after some text ends the line, and is told in one", async () => {
  const stderr = `edgemesh: ${BROKE_OFF}\n`;
  assertEquals(await askUntil("Half a", "x", "--stream"), { code: 1, stdout: "Half a\n", stderr });
  const { code, stdout } = await askUntil("Half a", "x", "--stream", "--json");
  const [, piece, last] = stdout.trimEnd().split("\n").map((text) => JSON.parse(text));
  assertEquals([code, piece.text, last.error.code], [1, "Half a", "UNAVAILABLE"]);
  assertEquals(await askUntil("", "x"), { code: 1, stdout: "", stderr });
});

Deno.test("a document of a generation that failed has its failure, and what was said before", async () => {
  const output = (out: Recorder) => new Output({ escapes: true, out, err: new Recorder() }, PLAIN_JSON);
  const broken = async function* (): AsyncGenerator<ReceivedEvent> {
    yield { start: null, text: "Half a", end: null };
    await Promise.reject(new MeshError("UNAVAILABLE", BROKE_OFF));
  };
  const out = new Recorder();
  assertEquals(await printDocument(broken(), output(out)), 1);
  const document = JSON.parse(out.text);
  assertEquals([document.output, document.error], ["Half a", { code: "UNAVAILABLE", message: BROKE_OFF }]);
});

Deno.test("a mesh without a model is told as the agent says it", async () => {
  const nobody = new Failure(grpc.status.FAILED_PRECONDITION, "no device has a local model");
  await using agent = await CannedAgent.start({ Generate: () => [nobody] });
  assertEquals(await ask(agent, "x"), { code: 1, stdout: "", stderr: "edgemesh: no device has a local model\n" });
  const { error } = JSON.parse((await ask(agent, "x", "--json")).stdout);
  assertEquals(error, { code: "FAILED_PRECONDITION", message: "no device has a local model" });
});

Deno.test("an answer that ends before the generation has is a failure", async () => {
  await using agent = await CannedAgent.start({ Generate: () => [started(LAPTOP, "laptop"), { text: "Half" }] });
  const { code, stdout, stderr } = await ask(agent, "x", "--stream");
  assertEquals([code, stdout], [1, "Half\n"]);
  assertEquals(stderr, "edgemesh: the agent ended its answer before the generation had ended\n");
});

Deno.test("an agent with the specification's service only answers by its own model", async () => {
  const answers: CannedAnswers = {
    ...says(),
    RunLLMTask: ({ prompt }) => ({ output: `you said ${prompt}`, model_used: "old:1b", tokens_generated: 7 }),
  };
  await using agent = await CannedAgent.start(answers, { withMesh: false });
  const limited = ["--max-tokens", "9", "--model", "old:1b"];
  const { code, stdout, stderr } = await ask(agent, "hi", "--stream", "--verbose", ...limited);
  assertEquals([code, stdout], [0, "you said hi\n"]);
  assertMatch(stderr, /given to the agent's own model, old:1b\nedgemesh: old:1b: 7 tokens, /);
  assertEquals(agent.requests("RunLLMTask"), [{ prompt: "hi", model: "old:1b", max_tokens: 9 }]);
  const document = JSON.parse((await ask(agent, "hi", "--json")).stdout);
  assertEquals([document.output, document.model_used, document.tokens_generated, document.device_id], [
    "you said hi",
    "old:1b",
    7,
    "",
  ]);
  for (const beyond of [["--device", "phone"], ["--system", "x"], ["--temperature", "1"]]) {
    const refused = await ask(agent, "hi", ...beyond);
    assertEquals([refused.code, refused.stdout], [1, ""]);
    assertMatch(refused.stderr, /^edgemesh: the agent is too old for .*: update it\n$/);
  }
});

Deno.test("a model's failure that an older agent reports in its answer is a failure", async () => {
  const answer = { output: "Half", model_used: "old:1b", error: "the model server went away" };
  await using agent = await CannedAgent.start({ RunLLMTask: () => answer }, { withMesh: false });
  const { code, stdout, stderr } = await ask(agent, "x", "--stream");
  assertEquals([code, stdout, stderr], [1, "Half\n", "edgemesh: the model server went away\n"]);
});

Deno.test("llm - takes the prompt from standard input, up to 4 MiB of text", async () => {
  await using agent = await CannedAgent.start(says("x"));
  const prompt = "Zürich\n".repeat(500_000);
  assertEquals((await runProgram(line(agent, "-"), { stdin: prompt })).code, 0);
  assert(agent.requests("Generate")[0].prompt === prompt);
  const empty = await runProgram(line(agent, "-"), { stdin: " \n" });
  assertEquals([empty.code, empty.stderr], [2, "edgemesh: Cannot use standard input as prompt: it is empty\n"]);
  const child = startProgram(line(agent, "-"), { stdin: "" });
  // It stops reading when there is too much.
  const writing = new Blob(["x".repeat(4 * 1024 * 1024 + 1)]).stream().pipeTo(child.stdin).catch(() => {});
  const { code, stderr } = await child.output();
  await writing;
  assertEquals([code, new TextDecoder().decode(stderr)], [
    2,
    "edgemesh: Cannot read standard input: it is larger than 4 MiB\n",
  ]);
});

/** A model on the laptop that never stops talking. */
const ENDLESS: CannedAnswers = {
  async *Generate() {
    yield started(LAPTOP, "laptop");
    for (let at = 0;; at++) {
      yield { text: `line ${at}\nand ` };
      await delay(2);
    }
  },
};

async function stopped(agent: CannedAgent): Promise<void> {
  const { cancelled } = await agent.called("Generate");
  if (!cancelled.aborted) await new Promise((resolve) => cancelled.addEventListener("abort", resolve));
}

for (const flags of [[], ["--stream"]]) {
  Deno.test(`Ctrl-C stops the model and ends with 130${flags.length > 0 ? ", and ends the line" : ""}`, async () => {
    await using agent = await CannedAgent.start(ENDLESS);
    const child = startProgram(line(agent, "x", ...flags));
    const reader = child.stdout.getReader();
    if (flags.length > 0) await reader.read();
    else await agent.called("Generate");
    child.kill("SIGINT");
    let last = "\n";
    for (let piece = await reader.read(); piece.value; piece = await reader.read()) {
      last = new TextDecoder().decode(piece.value);
    }
    const [{ code }, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
    assertEquals([code, last.endsWith("\n"), stderr], [130, true, ""]);
    await stopped(agent);
  });
}

Deno.test("a reader that goes away, as head does, stops the model", async () => {
  await using agent = await CannedAgent.start(ENDLESS);
  const child = startProgram(line(agent, "x", "--stream"));
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [{ code }, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
  assertEquals([code, stderr], [0, ""]);
  await stopped(agent);
});

Deno.test("a terminal that is gone ends the stream of events, too", async () => {
  await using agent = await CannedAgent.start(ENDLESS);
  const [out, err] = [new Recorder(), new Recorder()];
  out.closed = true;
  const code = await runCommandLine(line(agent, "x", "--stream", "--json"), { escapes: true, out, err });
  assertEquals([code, err.text], [0, ""]);
  await stopped(agent);
});

Deno.test("--timeout ends a model that takes too long", async () => {
  await using agent = await CannedAgent.start(ENDLESS);
  const { code, stdout, stderr } = await ask(agent, "x", "--stream", "--timeout", "0.5");
  assertEquals([code, stdout.endsWith("\n")], [1, true]);
  assertMatch(stderr, /^edgemesh: .* did not answer within 0\.5 s: allow more with --timeout\n$/);
});
