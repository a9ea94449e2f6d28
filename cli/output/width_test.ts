import { assertEquals } from "../../tests/assert.ts";
import { cutToWidth, displayWidth } from "./width.ts";

Deno.test("text is cut by columns of the terminal, never in the middle of a character", () => {
  const cases: [string, number, string][] = [
    ["laptop", 6, "laptop"],
    ["laptop", 5, "lapt…"],
    ["laptop", 1, "…"],
    ["laptop", 0, ""],
    ["my laptop", 4, "my…"],
    ["天地玄黃", 8, "天地玄黃"],
    ["天地玄黃", 7, "天地玄…"],
    ["天地玄黃", 6, "天地…"],
    ["👩‍👩‍👧👩‍👩‍👧", 3, "👩‍👩‍👧…"],
    ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
  ];
  for (const [text, width, cut] of cases) {
    assertEquals(cutToWidth(text, width), cut);
    assertEquals(displayWidth(cut) <= width, true);
  }
});
