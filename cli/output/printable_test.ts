import { assertEquals } from "../../tests/assert.ts";
import { printable, printableLines } from "./printable.ts";

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
