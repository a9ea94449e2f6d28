import { assert, assertEquals } from "../../tests/assert.ts";
import { calibrationPrompts } from "./calibration.ts";

Deno.test("a model is measured with three short prompts of growing length", () => {
  const lengths = calibrationPrompts().map((prompt) => prompt.length);
  assertEquals(lengths.length, 3);
  for (const [n, expected] of [160, 320, 640].entries()) {
    const length = lengths[n] ?? 0;
    assert(length >= expected && length < expected + 20, `prompt ${n}: ${length} characters`);
  }
});

Deno.test("no prompt to measure with begins as another one did", () => {
  const beginnings = Array.from({ length: 50 }, () => calibrationPrompts()).flat().map((prompt) => prompt.slice(0, 16));
  assertEquals(new Set(beginnings).size, beginnings.length);
});
