import { assert, assertAlmostEquals, assertEquals, assertRejects } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import { type OllamaOptions, StandInOllama } from "../../tests/stand_in/ollama.ts";
import type { GenerateRequest } from "../../proto/messages.ts";
import { BusyError, MeshError } from "../core/errors.ts";
import { generateRequest } from "./generate_request.ts";
import type { QueueLimits } from "./generation_queue.ts";
import { LocalGeneration } from "./local_generation.ts";
import { LocalModels } from "./local_models.ts";
import { MeasuredRates } from "./model_rates.ts";
import { OllamaServer } from "./ollama.ts";

/** A device whose model server is spoken to over HTTP, both stopped at the end of the scope. */
class Device implements AsyncDisposable {
  readonly models: LocalModels;
  readonly rates = new MeasuredRates({ putModelRates: () => Promise.resolve() });
  readonly generation: LocalGeneration;

  private constructor(readonly ollama: StandInOllama, limits: QueueLimits) {
    this.models = new LocalModels([new OllamaServer(ollama.url)]);
    this.generation = new LocalGeneration({ models: this.models, rates: this.rates, ...limits });
  }

  static async start(options: OllamaOptions = {}, limits: Partial<QueueLimits> = {}): Promise<Device> {
    const device = new Device(await StandInOllama.start(options), { parallel: 1, queue: 256, ...limits });
    await device.models.start();
    device.generation.start();
    return device;
  }

  generate(given: Partial<GenerateRequest>, options: Parameters<LocalGeneration["generate"]>[1] = {}) {
    return this.generation.generate(generateRequest(given), options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.generation.stop();
    await this.rates.stop();
    await this.models.stop();
    await this.ollama.stop();
  }
}

/** Forty words that begin with this one. */
const wordsAfter = (word: string) => [word, ...Array.from({ length: 39 }, (_, n) => `${word}${n}`)].join(" ");

Deno.test("a model server's models are the device's, and go and come back with it", async () => {
  await using device = await Device.start({ models: [{ name: "a", loaded: false }, { name: "b:3b" }] });
  const { models, default_model } = device.generation.report();
  assertEquals(models.map(({ name, loaded }) => [name, loaded]), [["a:latest", false], ["b:3b", true]]);
  assertEquals(default_model, "b:3b");
  await device.ollama.stop();
  await device.models.refresh();
  assertEquals(device.generation.report(), { models: [], default_model: "", parallel: 1, queue: 256 });
  const { code, message } = await assertRejects(() => device.generate({ prompt: "x" }), MeshError);
  assertEquals([code, message], [
    "FAILED_PRECONDITION",
    `this device has no local model (nothing answers at ${device.ollama.url})`,
  ]);
  device.ollama.restart();
  await device.models.refresh();
  assertEquals(device.models.names, ["a:latest", "b:3b"]);
});

Deno.test("rates are what the model server says that it took, and a prompt in its cache does not spoil them", async () => {
  await using device = await Device.start({
    models: [{ name: "m", loaded: false, loadMs: 150 }],
    msPerPromptToken: 1,
    msPerToken: 1,
  });
  const first = await device.generate({ prompt: wordsAfter("one"), max_tokens: 20 });
  const { prompt_tokens, output_tokens, load_ms, prefill_ms, decode_ms, total_ms } = first.stats;
  assertEquals([prompt_tokens, output_tokens, first.finish_reason], [40, 20, "length"]);
  assert(load_ms >= 140 && total_ms >= load_ms + prefill_ms, `${load_ms} ${prefill_ms} ${total_ms}`);
  const rates = device.rates.of("m:latest");
  assertAlmostEquals(rates?.prefill_toks_per_s ?? 0, 40 / prefill_ms * 1000, 1e-6);
  assertAlmostEquals(rates?.decode_toks_per_s ?? 0, 20 / decode_ms * 1000, 1e-6);
  assertAlmostEquals(rates?.overhead_ms ?? 0, total_ms - load_ms - prefill_ms - decode_ms, 1e-6);
  assertEquals(rates?.load_ms, load_ms);
  await eventually(() => device.models.find("m")?.loaded || undefined, "the model in memory");
  await device.generate({ prompt: wordsAfter("one"), max_tokens: 20 });
  assertEquals(device.rates.of("m:latest")?.prefill_toks_per_s, rates?.prefill_toks_per_s);
  assertEquals(device.rates.of("m:latest")?.load_ms, load_ms);
});

Deno.test("a caller who goes away stops the generation, seen at the model server", async () => {
  await using device = await Device.start({ msPerToken: 5 });
  const caller = new AbortController();
  const onText = () => caller.abort(new MeshError("CANCELLED", "gone"));
  const { code } = await assertRejects(
    () => device.generate({ prompt: "go on", max_tokens: 100_000 }, { onText, signal: caller.signal }),
    MeshError,
  );
  assertEquals(code, "CANCELLED");
  await device.ollama.until(({ requests }) => requests[0]?.state === "stopped");
  assertEquals(device.generation.load().running, 0);
});

Deno.test("a generation past its time limit is stopped at the model server", async () => {
  await using device = await Device.start({ msPerToken: 5 });
  const { code, message } = await assertRejects(
    () => device.generate({ prompt: "go on", max_tokens: 100_000 }, { timeoutMs: 50 }),
    MeshError,
  );
  assertEquals([code, message], ["DEADLINE_EXCEEDED", "stopped after 50 ms, its time limit"]);
  await device.ollama.until(({ requests }) => requests[0]?.state === "stopped");
});

Deno.test("a model server that dies in mid-stream fails the generation, and the device has no model any more", async () => {
  await using device = await Device.start({ msPerToken: 5 });
  const heard: string[] = [];
  const answer = device.generate({ prompt: "go on", max_tokens: 100_000 }, { onText: (text) => heard.push(text) });
  const failure = assertRejects(() => answer, MeshError);
  await eventually(() => heard.length > 2 || undefined, "some text");
  await device.ollama.stop();
  assertEquals((await failure).code, "UNAVAILABLE");
  await eventually(() => device.generation.report().models.length === 0 || undefined, "no models");
  assertEquals(device.rates.of("llama3.2:latest"), null);
});

Deno.test("of 200 prompts at once no more run than the device allows, those past its queue are told when to come again", async () => {
  await using device = await Device.start({ parallel: 64, msPerToken: 1 }, { parallel: 4, queue: 96 });
  let most = 0;
  const answers = await Promise.allSettled(
    Array.from({ length: 200 }, (_, n) =>
      device.generate({ prompt: `prompt ${n}`, max_tokens: 3 }, {
        onText: () => {
          most = Math.max(most, device.ollama.requests.filter(({ state }) => state === "running").length);
        },
      })),
  );
  assertEquals(answers.filter(({ status }) => status === "fulfilled").length, 100);
  for (const answer of answers) {
    if (answer.status === "rejected") assert(answer.reason instanceof BusyError && answer.reason.retryAfterMs >= 1000);
  }
  assert(most > 0 && most <= 4, `${most} at once`);
  assertEquals(device.generation.load(), { running: 0, waiting: 0, backlog_ms: 0 });
});

Deno.test("a calibration of a cold model measures its loading, reading and writing", async () => {
  await using device = await Device.start({
    models: [{ name: "m", loaded: false, loadMs: 150 }],
    msPerPromptToken: 0.5,
    msPerToken: 1,
  });
  const { rates, runs } = await device.generation.calibrate({ device_id: "", model: "m" });
  const mean = (rate: (run: typeof runs[number]) => number) => runs.reduce((sum, run) => sum + rate(run), 0) / 3;
  assertAlmostEquals(rates?.prefill_toks_per_s ?? 0, mean((run) => run.prompt_tokens / run.prefill_ms * 1000), 1e-6);
  assertAlmostEquals(rates?.decode_toks_per_s ?? 0, mean((run) => 32 / run.decode_ms * 1000), 1e-6);
  assertEquals(rates?.load_ms, runs[0]?.load_ms);
  assertEquals(runs.map(({ output_tokens }) => output_tokens), [32, 32, 32]);
});
