import { assert, assertAlmostEquals, assertEquals, assertRejects } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import type { GenerateRequest, ModelRates } from "../../proto/messages.ts";
import { BusyError, MeshError } from "../core/errors.ts";
import { generateRequest } from "./generate_request.ts";
import { LocalGeneration } from "./local_generation.ts";
import { LocalModels } from "./local_models.ts";
import { MeasuredRates } from "./model_rates.ts";
import { ScriptedServer, servedModel } from "./scripted_server.ts";

/** A device with one model server, stopped at the end of the scope. */
class Device implements AsyncDisposable {
  readonly server = new ScriptedServer("http://localhost:11434", [
    servedModel("small", { loaded: true, memoryBytes: 3 * 1024 * 1024 }),
    servedModel("embed", { generates: false, embeds: true, loaded: true }),
    servedModel("cold", { modifiedAt: 1_700_000_000_500, embeds: true }),
  ]);
  readonly models = new LocalModels([this.server]);
  readonly written = new Map<string, ModelRates>();
  readonly rates = new MeasuredRates({
    putModelRates: (model, rates) => Promise.resolve(void this.written.set(model, rates)),
  });
  readonly generation: LocalGeneration;

  private constructor(limits: { parallel: number; queue: number }) {
    this.generation = new LocalGeneration({ models: this.models, rates: this.rates, ...limits });
  }

  static async start(limits: { parallel?: number; queue?: number } = {}): Promise<Device> {
    const device = new Device({ parallel: 1, queue: 10, ...limits });
    await device.models.start();
    device.generation.start();
    return device;
  }

  generate(given: Partial<GenerateRequest>, options: Parameters<LocalGeneration["generate"]>[1] = {}) {
    return this.generation.generate(generateRequest(given), options);
  }

  /** The generation that the server was asked for at that place in the order, once it was. */
  async asked(place: number) {
    return await eventually(() => this.server.generations[place], `generation ${place}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.generation.stop();
    await this.rates.stop();
    await this.models.stop();
  }
}

function failure(promise: Promise<unknown>): Promise<MeshError> {
  return assertRejects(() => promise, MeshError);
}

const PROMPT = "Tell me how it goes on from here, word by word. ".repeat(8);

Deno.test("a prompt is answered by the model in memory, piece by piece, and what it took is told", async () => {
  await using device = await Device.start();
  const pieces: string[] = [];
  const answer = device.generate({ prompt: "hello", max_tokens: 50 }, { onText: (text) => pieces.push(text) });
  const { request, say, end } = await device.asked(0);
  assertEquals(request, {
    model: "small",
    prompt: "hello",
    messages: [],
    maxTokens: 50,
    sampling: null,
    format: "",
  });
  say("one ");
  say("two");
  end({ finishReason: "length" });
  const { finish_reason, stats: { queue_ms, total_ms, ...stats } } = await answer;
  assertEquals([pieces, finish_reason], [["one ", "two"], "length"]);
  assertEquals(stats, {
    model: "small",
    prompt_tokens: 100,
    output_tokens: 50,
    load_ms: 2,
    prefill_ms: 200,
    decode_ms: 1000,
  });
  assert(queue_ms >= 0 && total_ms > 0);
});

Deno.test("a chat goes to the model that it names, with all that it asks for", async () => {
  await using device = await Device.start();
  const messages = [{ role: "user", content: "hello" }];
  const sampling = { temperature: 0, stop: ["\n"] };
  const answer = device.generate({ messages, model: "cold", sampling, format: "json" });
  const { request, end } = await device.asked(0);
  assertEquals(request, { model: "cold", prompt: "", messages, maxTokens: 0, sampling, format: "json" });
  end();
  await answer;
});

Deno.test("what cannot be asked is refused before the model server hears of it", async () => {
  await using device = await Device.start();
  const refused: [Partial<GenerateRequest>, string, string][] = [
    [{}, "INVALID_ARGUMENT", "prompt: is empty; give a prompt, or messages"],
    [{ prompt: "x", model: "nope" }, "NOT_FOUND", 'model "nope" is not on this device; it has: cold, embed, small'],
    [{ prompt: "x", model: "embed" }, "FAILED_PRECONDITION", 'model "embed" generates no text; use cold, small'],
  ];
  for (const [request, code, message] of refused) {
    const error = await failure(device.generate(request));
    assertEquals([error.code, error.message], [code, message]);
  }
  assertEquals(device.server.generations.length, 0);
});

Deno.test("prompts take turns; past the queue they are turned away", async () => {
  await using device = await Device.start({ queue: 1 });
  const first = device.generate({ prompt: "a" });
  const second = device.generate({ prompt: "b" });
  const third = await failure(device.generate({ prompt: "c" }));
  assert(third instanceof BusyError && third.retryAfterMs >= 1000);
  const load = device.generation.load();
  assertEquals([load.running, load.waiting], [1, 1]);
  assert(load.backlog_ms > 0);
  (await device.asked(0)).end();
  assertEquals((await first).stats.model, "small");
  const { request, end } = await device.asked(1);
  assertEquals(request.prompt, "b");
  end();
  assert((await second).stats.queue_ms > 0);
  assertEquals(device.generation.load(), { running: 0, waiting: 0, backlog_ms: 0 });
});

Deno.test("as many run at once as the device allows", async () => {
  await using device = await Device.start({ parallel: 2 });
  const answers = ["a", "b", "c"].map((prompt) => device.generate({ prompt }));
  await device.asked(1);
  assertEquals(device.generation.load().running, 2);
  for (let n = 0; n < 3; n++) (await device.asked(n)).end();
  await Promise.all(answers);
});

Deno.test("a generation past its time is stopped at the model server, and says so; waiting does not count", async () => {
  await using device = await Device.start();
  const first = device.generate({ prompt: "a" });
  const second = device.generate({ prompt: "b" }, { timeoutMs: 20 });
  await new Promise((resolve) => setTimeout(resolve, 40));
  (await device.asked(0)).end();
  await first;
  const { code, message } = await failure(second);
  assertEquals([code, message], ["DEADLINE_EXCEEDED", "stopped after 20 ms, its time limit"]);
  assert((await device.asked(1)).signal.aborted);
});

Deno.test("a caller who goes away stops the generation at the model server, and the next one begins", async () => {
  await using device = await Device.start();
  const caller = new AbortController();
  const running = device.generate({ prompt: "a" }, { signal: caller.signal });
  const next = device.generate({ prompt: "b" });
  const { signal } = await device.asked(0);
  caller.abort(new MeshError("CANCELLED", "the caller went away"));
  assertEquals((await failure(running)).code, "CANCELLED");
  assert(signal.aborted);
  (await device.asked(1)).end();
  await next;
  assertEquals(device.rates.of("small")?.samples, 1);
});

Deno.test("a device that stops ends what runs and what waits", async () => {
  await using device = await Device.start();
  const answers = ["a", "b"].map((prompt) => failure(device.generate({ prompt })));
  const { signal } = await device.asked(0);
  await device.generation.stop();
  for (const { code, message } of await Promise.all(answers)) {
    assertEquals([code, message], ["UNAVAILABLE", "the agent is stopping"]);
  }
  assert(signal.aborted);
  assertEquals((await failure(device.generate({ prompt: "c" }))).message, "the agent is stopping");
  assertEquals(device.server.generations.length, 1);
});

Deno.test("a failure of the model server is told as it is; one that is gone is noticed at once", async () => {
  await using device = await Device.start();
  const failing = device.generate({ prompt: "a" });
  const looks = device.server.looks;
  (await device.asked(0)).fail(new MeshError("INTERNAL", "it ran out of memory"));
  assertEquals((await failure(failing)).message, "it ran out of memory");
  assertEquals(device.server.looks, looks);
  const gone = device.generate({ prompt: "a" });
  device.server.goAway();
  (await device.asked(1)).fail(new MeshError("UNAVAILABLE", "cannot reach it"));
  assertEquals((await failure(gone)).code, "UNAVAILABLE");
  await eventually(() => device.generation.report().models.length === 0 || undefined, "no models");
  assertEquals((await failure(device.generate({ prompt: "a" }))).code, "FAILED_PRECONDITION");
  assertEquals(device.rates.of("small"), null);
});

Deno.test("the report says what the models are, which one answers, and how fast they are", async () => {
  await using device = await Device.start();
  const { models, ...rest } = device.generation.report();
  assertEquals(rest, { default_model: "small", parallel: 1, queue: 10 });
  assertEquals(models.map(({ name }) => name), ["cold", "embed", "small"]);
  assertEquals(models[2], {
    name: "small",
    endpoint: "http://localhost:11434",
    loaded: true,
    size_bytes: 1_000_000_000,
    memory_mb: 3,
    parameter_size: "1B",
    quantization: "Q4_K_M",
    modified_at: 0,
    generates: true,
    embeds: false,
    rates: null,
  });
  assertEquals(models[0]?.modified_at, 1_700_000_000);
  const answer = device.generate({ prompt: PROMPT, model: "cold" });
  const { end } = await device.asked(0);
  device.server.has(servedModel("cold", { loaded: true }));
  end({ loadMs: 3000 });
  await answer;
  const cold = device.generation.report().models[0];
  assertEquals([cold?.loaded, cold?.rates?.prefill_toks_per_s, cold?.rates?.load_ms], [true, 500, 3000]);
});

Deno.test("whoever listens hears of models that changed, and of rates", async () => {
  await using device = await Device.start();
  let heard = 0;
  const unlisten = device.generation.onReport(() => heard++);
  device.server.has(servedModel("small", { loaded: true }));
  await device.models.refresh();
  assertEquals(heard, 1);
  const answer = device.generate({ prompt: PROMPT });
  (await device.asked(0)).end();
  await answer;
  await eventually(() => heard === 2 || undefined, "the rates");
  unlisten();
  device.server.goAway();
  await device.models.refresh();
  assertEquals(heard, 2);
});

Deno.test("only the first prompt of a model that is not in memory is predicted to load it", async () => {
  await using device = await Device.start();
  const first = device.generate({ prompt: "a", model: "cold", max_tokens: 3 });
  await device.asked(0);
  // Loading 1 GB at 500 MB/s, a token read at 300/s and three written at 30/s.
  const { backlog_ms: one } = device.generation.load();
  assert(one > 1500 && one <= 2104, `${one}`);
  const second = device.generate({ prompt: "b", model: "cold", max_tokens: 3 });
  const { backlog_ms: both } = device.generation.load();
  assert(both - one > 50 && both - one <= 104, `${both - one}`);
  for (let n = 0; n < 2; n++) (await device.asked(n)).end({ loadMs: n === 0 ? 1000 : 2 });
  await Promise.all([first, second]);
});

Deno.test("the backlog is predicted by the rates that were measured", async () => {
  await using device = await Device.start();
  const measured = device.generate({ prompt: PROMPT });
  (await device.asked(0)).end({
    promptTokens: PROMPT.length,
    prefillMs: 0.001,
    outputTokens: 101,
    decodeMs: 1_000_000,
  });
  await measured;
  const long = device.generate({ prompt: "x", max_tokens: 100 });
  const { end } = await device.asked(1);
  const { backlog_ms } = device.generation.load();
  assert(backlog_ms > 900_000 && backlog_ms < 1_001_000, `${backlog_ms}`);
  end();
  await long;
});

Deno.test("a cold model's first prompt counts in full, even if it was read before", async () => {
  await using device = await Device.start();
  const run = async (n: number, result: { loadMs: number; prefillMs: number }) => {
    const answer = device.generate({ prompt: PROMPT, model: "cold" });
    const { end } = await device.asked(n);
    device.server.has(servedModel("cold", { loaded: true }));
    end(result);
    await answer;
  };
  await run(0, { loadMs: 3000, prefillMs: 200 });
  await run(1, { loadMs: 2, prefillMs: 1 });
  device.server.has(servedModel("cold"));
  await device.models.refresh();
  await run(2, { loadMs: 3000, prefillMs: 100 });
  assertEquals(device.rates.of("cold")?.prefill_toks_per_s, 750);
});

Deno.test("a server that says wrongly that a model is not in memory does not spoil what is known of its speed", async () => {
  await using device = await Device.start();
  for (const [n, loadMs, prefillMs] of [[0, 3000, 200], [1, 2, 1]] as const) {
    const answer = device.generate({ prompt: PROMPT, model: "cold" });
    (await device.asked(n)).end({ loadMs, prefillMs });
    await answer;
    await device.models.refresh();
  }
  assertEquals(device.rates.of("cold")?.prefill_toks_per_s, 500);
});

Deno.test("texts are embedded in their order, in turns with the prompts", async () => {
  await using device = await Device.start();
  const embed = (model: string) =>
    device.generation.embed({ model, inputs: ["abc", "a"], device_id: "" }, { signal: AbortSignal.timeout(60_000) });
  const answer = { embeddings: [{ values: [3, 1] }, { values: [1, 1] }], prompt_tokens: 2 };
  assertEquals(await embed("embed"), { model: "embed", ...answer });
  assertEquals(await embed(""), { model: "embed", ...answer });
  const running = device.generate({ prompt: "a" });
  const waiting = embed("cold");
  await device.asked(0);
  assertEquals(device.generation.load().waiting, 1);
  (await device.asked(0)).end();
  await running;
  assertEquals((await waiting).model, "cold");
  assertEquals(
    (await failure(device.generation.embed({ model: "", inputs: [], device_id: "" }))).code,
    "INVALID_ARGUMENT",
  );
  assertEquals((await failure(embed("small"))).message, 'model "small" makes no embeddings; use cold, embed');
});

Deno.test("a calibration measures with three different prompts, and its rates replace what was known", async () => {
  await using device = await Device.start();
  for (let n = 0; n < 4; n++) {
    const answer = device.generate({ prompt: `${n} ${PROMPT}` });
    (await device.asked(n)).end();
    await answer;
  }
  device.server.script = ({ end }) => end({ promptTokens: 100, prefillMs: 50, outputTokens: 31, decodeMs: 100 });
  const calibrated = await device.generation.calibrate({ device_id: "", model: "" });
  const { device_id, device_name, model, rates, runs } = calibrated;
  assertEquals([device_id, device_name, model, runs.length], ["", "", "small", 3]);
  assertAlmostEquals(rates?.prefill_toks_per_s ?? 0, 2000);
  assertAlmostEquals(rates?.decode_toks_per_s ?? 0, 310);
  assertEquals(rates, device.rates.of("small"));
  const asked = device.server.generations.slice(4).map(({ request }) => request);
  assertEquals(new Set(asked.map(({ prompt }) => prompt.slice(0, 10))).size, 3);
  assertEquals(asked.map(({ maxTokens, sampling }) => [maxTokens, sampling]), new Array(3).fill([32, null]));
  await device.rates.stop();
  assertEquals(device.written.get("small"), device.rates.of("small") ?? undefined);
});

Deno.test("a calibration waits for its turn like any other prompt, and one that fails changes nothing", async () => {
  await using device = await Device.start();
  const answer = device.generate({ prompt: PROMPT });
  const calibration = device.generation.calibrate({ device_id: "", model: "small" });
  await eventually(() => device.generation.load().waiting === 1 || undefined, "the calibration in the queue");
  (await device.asked(0)).end();
  await answer;
  const before = device.rates.of("small");
  (await device.asked(1)).fail(new MeshError("INTERNAL", "no memory"));
  assertEquals((await failure(calibration)).message, "no memory");
  assertEquals(device.rates.of("small"), before);
});
