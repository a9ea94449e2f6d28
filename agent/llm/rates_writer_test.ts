import { assertEquals } from "../../tests/assert.ts";
import { eventually } from "../../tests/processes.ts";
import type { ModelRates } from "../../proto/messages.ts";
import { RatesWriter } from "./rates_writer.ts";

function ratesWith(samples: number): ModelRates {
  return {
    prefill_toks_per_s: 1,
    decode_toks_per_s: 1,
    load_ms: 0,
    overhead_ms: 0,
    characters_per_token: 0,
    output_tokens: 0,
    samples,
    measured_at: 0,
  };
}

/** Notes what is written, as `model samples`. */
class Journal {
  readonly written: string[] = [];
  isBroken = false;

  putModelRates(model: string, { samples }: ModelRates): Promise<void> {
    if (this.isBroken) return Promise.reject(new Error("the disk is full"));
    this.written.push(`${model} ${samples}`);
    return Promise.resolve();
  }
}

Deno.test("many changes of a model are written once, as they are then, and of each model that changed", async () => {
  const journal = new Journal();
  let samples = 0;
  const writer = new RatesWriter(journal, () => ratesWith(samples), 5);
  for (; samples < 100; samples++) writer.changed("a");
  writer.changed("b");
  await eventually(() => journal.written.length >= 2 || undefined, "the rates");
  await writer.stop();
  assertEquals(journal.written, ["a 100", "b 100"]);
});

Deno.test("what is not written yet is written at the end, once", async () => {
  const journal = new Journal();
  const writer = new RatesWriter(journal, () => ratesWith(1));
  writer.changed("a");
  await writer.stop();
  await writer.stop();
  assertEquals(journal.written, ["a 1"]);
});

Deno.test("a write that fails is tried again at the end, and fails nobody", async () => {
  const journal = new Journal();
  journal.isBroken = true;
  const writer = new RatesWriter(journal, () => ratesWith(1));
  writer.changed("a");
  await writer.stop();
  journal.isBroken = false;
  await writer.stop();
  assertEquals(journal.written, ["a 1"]);
});
