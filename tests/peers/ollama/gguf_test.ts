import { assertEquals, assertThrows } from "../../assert.ts";
import { type GgufValue, writeGguf } from "./gguf.ts";
import { readGguf } from "./read_gguf.ts";

const values: Record<string, GgufValue> = {
  "a.number": { type: "u32", value: 4_294_967_295 },
  "a.fraction": { type: "f32", value: -0.5 },
  "a.truth": { type: "bool", value: true },
  "a.lie": { type: "bool", value: false },
  "a.text": { type: "string", value: "größer ▁" },
  "no.text": { type: "string", value: "" },
  "signed.numbers": { type: "i32s", value: [-1, 2_147_483_647] },
  "fractions": { type: "f32s", value: [0.25, -1024] },
  "no.fractions": { type: "f32s", value: [] },
  "texts": { type: "strings", value: ["<0x00>", "▁", ""] },
};

Deno.test("a model file says what was written into it, and its tensors begin where they should", () => {
  const tensors = [
    { name: "odd", shape: [3], values: Float32Array.of(1, 2, 3) },
    { name: "matrix", shape: [2, 3], values: Float32Array.of(1, -2, 3, -4, 5, -6) },
    { name: "long", shape: [40_000], values: new Float32Array(40_000).fill(7) },
    { name: "last", shape: [1], values: Float32Array.of(0.5) },
  ];
  const file = writeGguf({ metadata: new Map(Object.entries(values)), tensors });
  const read = readGguf(file);
  assertEquals([read.magic, read.version], ["GGUF", 3]);
  for (const [key, { value }] of Object.entries(values)) {
    assertEquals(read.metadata.get(key), value, key);
  }
  assertEquals(read.metadata.size, Object.keys(values).length);
  assertEquals([...read.tensors.keys()], tensors.map(({ name }) => name));
  for (const { name, shape, values } of tensors) {
    const tensor = read.tensors.get(name);
    assertEquals([tensor?.shape, tensor?.type], [shape, 0], name);
    assertEquals(tensor?.values, values, name);
  }
  // 12, 24 and 160,000 bytes, each up to the next multiple of 32.
  assertEquals([...read.tensors.values()].map(({ offset }) => offset), [0, 32, 64, 160_064]);
});

Deno.test("a tensor whose values do not fit its shape is refused", () => {
  const tensor = { name: "short", shape: [2, 2], values: Float32Array.of(1, 2, 3) };
  assertThrows(
    () => writeGguf({ metadata: new Map(), tensors: [tensor] }),
    RangeError,
    "short has 3 values, its shape 4",
  );
});
