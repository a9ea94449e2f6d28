import { assert, assertAlmostEquals, assertEquals } from "../../tests/assert.ts";
import type { ModelRates } from "../../proto/messages.ts";
import type { GenerationSample, PromptOrigin } from "./measured_model.ts";
import { MeasuredRates } from "./model_rates.ts";
import type { RatesJournal } from "./rates_writer.ts";
import { generated } from "./scripted_server.ts";
import type { Generated } from "./types.ts";

const NO_JOURNAL: RatesJournal = { putModelRates: () => Promise.resolve() };

interface Told extends Partial<Omit<GenerationSample, "generated">>, Partial<PromptOrigin> {
  readonly generated?: Partial<Generated>;
  readonly prompt?: string;
  readonly said?: string;
}

/** Rates of one model, told of its generations. */
class Measuring implements AsyncDisposable {
  readonly all: MeasuredRates;
  #prompts = 0;

  constructor(kept?: ModelRates) {
    this.all = new MeasuredRates(NO_JOURNAL, kept ? new Map([["m", kept]]) : new Map());
    // What its server read before is known to be nothing.
    this.tell({
      isCold: true,
      generated: { promptTokens: 1, outputTokens: 1, prefillMs: 0, decodeMs: 0, loadMs: 0, finishReason: "length" },
    });
  }

  get rates(): ModelRates {
    const rates = this.all.of("m");
    assert(rates, "nothing was measured");
    return rates;
  }

  tell({ prompt, said = "", isRandom = false, isCold = false, ...sample }: Told): void {
    const text = prompt ?? `${++this.#prompts} is where this prompt begins: ${"word ".repeat(80)}`;
    const run = this.all.begin("m", text, { isRandom, isCold });
    run.text.add(said);
    this.all.learn("m", run, {
      totalMs: 1250,
      isAfresh: false,
      ...sample,
      generated: generated(sample.generated),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.all.stop();
  }
}

Deno.test("a generation tells how fast its prompt was read and its text written, and what it took beside", async () => {
  await using model = new Measuring();
  model.tell({ prompt: "p".repeat(420) });
  const { prefill_toks_per_s, decode_toks_per_s, overhead_ms, characters_per_token, samples } = model.rates;
  assertEquals([prefill_toks_per_s, decode_toks_per_s, overhead_ms, samples], [500, 50, 50, 1]);
  assertAlmostEquals(characters_per_token, 4.2);
});

Deno.test("when it was measured last is a time in seconds", async () => {
  await using model = new Measuring();
  const before = Math.floor(Date.now() / 1000);
  model.tell({});
  assert(model.rates.measured_at >= before && model.rates.measured_at <= Date.now() / 1000);
});

Deno.test("a prompt that the server had in its cache does not count as one that was read fast", async () => {
  await using model = new Measuring();
  const prompt = "p".repeat(400);
  model.tell({ prompt });
  model.tell({ prompt, generated: { prefillMs: 2 } });
  assertEquals(model.rates.prefill_toks_per_s, 500);
  assertEquals(model.rates.samples, 2);
});

Deno.test("a chat that grows does not count as one that was read fast", async () => {
  await using model = new Measuring();
  let chat = "Tell me something. ";
  for (let turn = 0; turn < 5; turn++) {
    const said = `What is said in turn ${turn} is this and that. `.repeat(20);
    model.tell({ prompt: chat, said, ...(turn > 0 ? { generated: { promptTokens: 1000, prefillMs: 10 } } : {}) });
    chat += `${said}And then? `;
  }
  assertEquals(model.rates.prefill_toks_per_s, 500);
});

Deno.test("prompts that share less than a tenth do count", async () => {
  await using model = new Measuring();
  const system = "Be brief. ";
  for (let n = 0; n < 3; n++) {
    model.tell({ prompt: `${system}${n} ${`text ${n} `.repeat(40)}`, generated: { prefillMs: 100 } });
  }
  assertEquals(model.rates.prefill_toks_per_s, 1000);
});

Deno.test("a few tokens tell a rate for want of a better one, and no longer", async () => {
  await using model = new Measuring();
  const rates = () => [model.rates.prefill_toks_per_s, model.rates.decode_toks_per_s];
  model.tell({ generated: { promptTokens: 15, prefillMs: 10, outputTokens: 15, decodeMs: 100 } });
  assertEquals([...rates(), model.rates.characters_per_token], [1500, 150, 0]);
  model.tell({});
  assertEquals(rates(), [500, 50]);
  model.tell({ generated: { promptTokens: 15, prefillMs: 10, outputTokens: 15, decodeMs: 100 } });
  assertEquals(rates(), [500, 50]);
});

Deno.test("the same prompt again and again tells a rate where the server has no cache", async () => {
  await using model = new Measuring();
  const prompt = "p".repeat(400);
  for (const prefillMs of [200, 250, 160]) model.tell({ prompt, generated: { prefillMs } });
  assertAlmostEquals(model.rates.prefill_toks_per_s, (500 + 400 + 625) / 3);
});

Deno.test("a prompt whose past is not known tells a rate until a better one is known", () => {
  const rates = new MeasuredRates(NO_JOURNAL);
  const tell = (prompt: string, prefillMs: number) => {
    const run = rates.begin("m", prompt.padEnd(400, "p"), { isRandom: false, isCold: false });
    rates.learn("m", run, { totalMs: 1250, isAfresh: false, generated: generated({ prefillMs }) });
    return rates.of("m")?.prefill_toks_per_s;
  };
  // The server had it in its cache since before this program began.
  assertEquals(tell("a", 1), 100_000);
  assertEquals(tell("b", 200), 500);
  assertEquals(tell("b", 1), 500);
  return rates.stop();
});

Deno.test("what a server does not say leaves the rates as they are", async () => {
  await using model = new Measuring();
  model.tell({ generated: { promptTokens: 0, outputTokens: 0, loadMs: 0, prefillMs: 0, decodeMs: 0 } });
  assertEquals(model.all.of("m"), null);
  model.tell({});
  const { rates } = model;
  model.tell({ generated: { promptTokens: 0, outputTokens: 0, loadMs: 0, prefillMs: 0, decodeMs: 0 } });
  assertEquals(model.rates, rates);
});

Deno.test("only a generation that loaded the model tells how long that takes", async () => {
  await using model = new Measuring();
  model.tell({ generated: { loadMs: 20 } });
  assertEquals(model.rates.load_ms, 0);
  model.tell({ isCold: true, generated: { loadMs: 30 } });
  assertEquals(model.rates.load_ms, 0);
  model.tell({ isCold: true, totalMs: 4250, generated: { loadMs: 3000 } });
  assertEquals(model.rates.load_ms, 3000);
  // A busy moment of a model that was in memory is not a fast load; one that was put out of memory meanwhile is a load.
  model.tell({ isCold: false, generated: { loadMs: 200 } });
  assertEquals(model.rates.load_ms, 3000);
  model.tell({ isCold: false, totalMs: 3250, generated: { loadMs: 2000 } });
  assertEquals(model.rates.load_ms, 2500);
});

Deno.test("what was spent on loading is no overhead", async () => {
  await using model = new Measuring();
  model.tell({ isCold: true, totalMs: 4250, generated: { loadMs: 3000 } });
  assertEquals(model.rates.overhead_ms, 50);
});

Deno.test("a model that was loaded by a server that does not say so leaves the overhead as it is", async () => {
  await using model = new Measuring();
  model.tell({ isCold: true, totalMs: 60_000, generated: { loadMs: 0 } });
  assertEquals(model.rates.overhead_ms, 0);
});

Deno.test("durations that say more than our clock leave no overhead below 0", async () => {
  await using model = new Measuring();
  model.tell({ totalMs: 1000 });
  assertEquals(model.rates.overhead_ms, 0);
});

Deno.test("how much a model writes is told by those generations that no limit ended", async () => {
  await using model = new Measuring();
  model.tell({ generated: { outputTokens: 50, finishReason: "length" } });
  assertEquals(model.rates.output_tokens, 0);
  model.tell({ generated: { outputTokens: 300 } });
  assertEquals(model.rates.output_tokens, 300);
  model.tell({ generated: { outputTokens: 200, finishReason: "length" } });
  assertEquals(model.rates.output_tokens, 300);
});

Deno.test("answers that are cut again and again, and longer than usual, are the usual ones", async () => {
  await using model = new Measuring();
  model.tell({ generated: { outputTokens: 5 } });
  for (let n = 0; n < 12; n++) model.tell({ generated: { outputTokens: 200, finishReason: "length" } });
  assert(model.rates.output_tokens > 180 && model.rates.output_tokens <= 200, `${model.rates.output_tokens}`);
});

Deno.test("a prompt that was cut to the model's context does not say how long a token is", async () => {
  await using model = new Measuring();
  model.tell({ prompt: "p".repeat(40_000), generated: { promptTokens: 2000, prefillMs: 4000 } });
  assertEquals([model.rates.characters_per_token, model.rates.prefill_toks_per_s], [0, 500]);
});

Deno.test("the latest generations weigh most, and one that is out of all proportion does not spoil it", async () => {
  await using model = new Measuring();
  for (let n = 0; n < 6; n++) model.tell({});
  model.tell({ generated: { prefillMs: 100 } });
  assertAlmostEquals(model.rates.prefill_toks_per_s, 650);
  model.tell({ generated: { prefillMs: 0.001 } });
  assertAlmostEquals(model.rates.prefill_toks_per_s, 650 * 1.6);
});

Deno.test("measurements made on purpose replace what was known of the speed, and nothing else", async () => {
  await using model = new Measuring();
  for (let n = 0; n < 5; n++) model.tell({ prompt: `${n}`.padEnd(400, "p") });
  const before = model.rates;
  assertEquals(before.characters_per_token, 4);
  const fast = { prefillMs: 10, decodeMs: 100, outputTokens: 31 };
  model.tell({ isRandom: true, isAfresh: true, totalMs: 200, generated: fast });
  model.tell({ isRandom: true, totalMs: 200, generated: { ...fast, prefillMs: 20 } });
  model.tell({ isRandom: true, totalMs: 200, generated: { ...fast, prefillMs: 40 } });
  const { prefill_toks_per_s, decode_toks_per_s, characters_per_token, output_tokens, samples } = model.rates;
  assertAlmostEquals(prefill_toks_per_s, (10_000 + 5000 + 2500) / 3);
  assertAlmostEquals(decode_toks_per_s, 310);
  assertEquals([characters_per_token, output_tokens, samples], [4, before.output_tokens, 8]);
});

Deno.test("measuring on purpose counts for prompts whose past is not known", () => {
  const rates = new MeasuredRates(NO_JOURNAL);
  const sample = { totalMs: 1250, isAfresh: true, generated: generated() };
  const cached = { ...sample, isAfresh: false, generated: generated({ prefillMs: 1 }) };
  rates.learn("m", rates.begin("m", "used before?", { isRandom: false, isCold: false }), cached);
  rates.learn("m", rates.begin("m", "random", { isRandom: true, isCold: false }), sample);
  assertEquals(rates.of("m")?.prefill_toks_per_s, 500);
  return rates.stop();
});

Deno.test("rates are taken up where they were left", async () => {
  await using before = new Measuring();
  for (let n = 0; n < 3; n++) before.tell({});
  await using model = new Measuring(before.rates);
  assertEquals(model.rates, before.rates);
  model.tell({ generated: { prefillMs: 100 } });
  assertAlmostEquals(model.rates.prefill_toks_per_s, 650);
  assertEquals(model.rates.samples, 4);
});
