import { assert, assertEquals, assertNotEquals, assertThrows } from "../../assert.ts";
import { readGguf, type ReadTensor } from "./read_gguf.ts";
import { tinyModel, type TinyModelOptions } from "./tiny_model.ts";

function tensorsOf(options: TinyModelOptions = {}): ReadonlyMap<string, ReadTensor> {
  return readGguf(tinyModel(options)).tensors;
}

function tensor(tensors: ReadonlyMap<string, ReadTensor>, name: string): ReadTensor {
  const found = tensors.get(name);
  assert(found, `there is no tensor ${name}`);
  return found;
}

Deno.test("a seed always gives the same model, and another one another", () => {
  assertEquals(tinyModel({ seed: 7 }), tinyModel({ seed: 7 }));
  const [one, other] = [1, 2].map((seed) => tensor(tensorsOf({ seed }), "output.weight").values);
  assertNotEquals(one, other);
});

Deno.test("the tiny model is small, and its weights are numbers around 0", () => {
  const file = tinyModel();
  assert(file.length < 600_000, `${file.length} bytes`);
  const { values } = tensor(tensorsOf(), "blk.1.ffn_up.weight");
  assert(values.every(Number.isFinite));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  // 8192 values; 1 / sqrt(64) is what keeps the size of what goes through a layer.
  assert(Math.abs(mean) < 0.01 && Math.abs(deviation - 1 / 8) < 0.01, `mean ${mean}, deviation ${deviation}`);
});

Deno.test("the tiny model has a token for each byte and for the space", () => {
  const { metadata } = readGguf(tinyModel());
  const tokens = metadata.get("tokenizer.ggml.tokens");
  assert(Array.isArray(tokens));
  assertEquals(tokens.length, 260);
  assertEquals([tokens[3], tokens[3 + 0x61], tokens[3 + 0xff], tokens[259]], ["<0x00>", "<0x61>", "<0xFF>", "▁"]);
  for (const list of ["scores", "token_type"]) {
    const entries = metadata.get(`tokenizer.ggml.${list}`);
    assert(Array.isArray(entries) && entries.length === 260, list);
  }
});

Deno.test("no layer of the tiny model changes the number that carries the likelihoods", () => {
  const tensors = tensorsOf({ layers: 3 });
  const embedding = tensor(tensors, "token_embd.weight").values;
  assertEquals(new Set(embedding.filter((_, at) => at % 64 === 0)), new Set([4]));
  for (const layer of [0, 1, 2]) {
    for (const [part, columns] of [["attn_output", 64], ["ffn_down", 128]] as const) {
      const { values } = tensor(tensors, `blk.${layer}.${part}.weight`);
      assert(values.subarray(0, columns).every((value) => value === 0), part);
      assert(values.subarray(columns).some((value) => value !== 0), part);
    }
  }
});

Deno.test("a model of another size has layers and widths of that size", () => {
  const tensors = tensorsOf({ layers: 1, width: 32 });
  assertEquals(tensor(tensors, "blk.0.ffn_down.weight").shape, [64, 32]);
  assertEquals(tensor(tensors, "output.weight").shape, [32, 260]);
  assert(!tensors.has("blk.1.attn_q.weight"));
  assertThrows(() => tinyModel({ width: 40 }), RangeError, "multiple of 16, got 40");
});
