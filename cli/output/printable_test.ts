import { assertEquals } from "../../tests/assert.ts";
import { EscapedPieces } from "./escaped_pieces.ts";
import { escapedLines, printable, printableLines } from "./printable.ts";

Deno.test("a name from elsewhere cannot control the terminal", () => {
  const hostile: [string, string][] = [
    ["laptop", "laptop"],
    ["\x1b[31mred\x1b[0m", "red"],
    ["\x1b]0;title\x07x", "x"],
    ["a\r\nb\tc", "a b c"],
    ["a\x1b", "a"],
    ["\u009b31mx", "x"],
    ["back\b\bx\x00\x7f", "backx"],
    ["gnp\u202e.exe", "gnp.exe"],
    ["zero\u200bwidth\ufeff", "zerowidth"],
    ["天地 👩‍👩‍👧 é", "天地 👩‍👩‍👧 é"],
  ];
  for (const [text, shown] of hostile) assertEquals(printable(text), shown);
});

Deno.test("output of several lines keeps its lines and nothing else that controls", () => {
  assertEquals(printableLines("a\tb\r\nc\x1b[2J\x07\rd\n"), "a\tb\ncd\n");
});

Deno.test("what a model says keeps its lines and tabs, and what would control the terminal is seen", () => {
  const cases: [string, string][] = [
    ["a\tb\r\nc\n", "a\tb\nc\n"],
    ["\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"],
    ["over\rwritten\b\x00", "over\\x0dwritten\\x08\\x00"],
    ["\u009b2J gnp\u202e.exe", "\\x9b2J gnp\\u202e.exe"],
    ["天地 👩‍👩‍👧 é", "天地 👩‍👩‍👧 é"],
  ];
  for (const [text, shown] of cases) {
    assertEquals(escapedLines(text), shown);
    const pieces = new EscapedPieces();
    // By its characters, as the worst that a stream may do.
    assertEquals([...text].map((piece) => pieces.add(piece)).join("") + pieces.end(), shown);
  }
});
