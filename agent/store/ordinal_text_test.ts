import { assert, assertEquals } from "../../tests/assert.ts";
import { ordinalsOfText, textOfOrdinals } from "./ordinal_text.ts";

Deno.test("ordinals come back from their text, in their order", () => {
  const cases = [
    [],
    [7],
    [4_294_967_295, 0],
    [0, 4, 8, 12],
    [3, 2, 1, 0, 5, 5, 5, 9],
    [1, 2, 4, 8, 9, 10, 11, 100, 50, 0],
    Array.from({ length: 500 }, (_, i) => i * i % 97),
  ];
  for (const ordinals of cases) assertEquals(ordinalsOfText(textOfOrdinals(ordinals)), ordinals);
});

Deno.test("ordinals at equal distances make a short text", () => {
  const text = textOfOrdinals([...Array.from({ length: 500 }, (_, i) => 3 + 4 * i), 9_000]);
  assertEquals(text, "3+4*500 9000");
  assert(textOfOrdinals([0, 1]) === "0 1");
});
