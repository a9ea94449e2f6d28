import { assertEquals, assertMatch, assertStringIncludes } from "../../tests/assert.ts";
import { draw } from "./picture.ts";

/** What stands in a picture, line by line from the top, with the column that each piece begins at. */
function linesOf(svg: string): string[][] {
  const lines = new Map<number, string[]>();
  for (const [, x, y, text] of svg.matchAll(/<text[^>]* x="([\d.]+)" y="(\d+)" textLength[^>]*>(.*)<\/text>/g)) {
    lines.set(Number(y), [...lines.get(Number(y)) ?? [], `${Math.round((Number(x) - 20) / 8.43)}:${text}`]);
  }
  return [...lines].sort(([a], [b]) => a - b).map(([, pieces]) => pieces);
}

Deno.test("picture: a table keeps its columns, and colours stay where they were", () => {
  const svg = draw([{ line: "edgemesh devices", output: "NAME     ID\n\x1b[32mlaptop\x1b[39m   3f\n" }], 40);
  assertEquals(linesOf(svg), [["0:$", "2:edgemesh devices"], ["0:NAME", "9:ID"], ["0:laptop", "9:3f"]]);
  assertMatch(svg, /class="green"[^>]*>laptop</);
  assertMatch(svg, /<text x=[^>]*>3f</);
});

Deno.test("picture: a line too long goes on in the next one", () => {
  const svg = draw([{ line: "edgemesh help", output: "0123456789abcdefghijABC\n" }], 20);
  assertEquals(linesOf(svg).slice(1), [["0:0123456789abcdefghij"], ["0:ABC"]]);
});

Deno.test("picture: text is shown as text", () => {
  const svg = draw([{ line: "edgemesh exec cat '<b>'", output: "a < b & c\x1b[2K\n" }], 40);
  assertStringIncludes(svg, ">a &lt; b &amp; c</text>");
  assertStringIncludes(svg, "&lt;b&gt;");
});
