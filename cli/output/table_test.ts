import { stripVTControlCharacters } from "node:util";
import { assert, assertEquals } from "../../tests/assert.ts";
import { type Column, renderTable, type Row, tableFits } from "./table.ts";
import { displayWidth } from "./width.ts";

const COLUMNS: Column[] = [
  { header: "NAME", shrinkTo: 8 },
  { header: "ID" },
  { header: "PLATFORM", shrinkTo: 8, dropAt: 2 },
  { header: "LOAD", align: "right", dropAt: 3 },
  { header: "LAST SEEN", dropAt: 1 },
];
const ROWS: Row[] = [
  ["laptop", "3f2a9c10", "linux/amd64", "37 %", "2 s ago"],
  ["the old machine under the stairs", "4f2a9c10", "windows/arm64", "100 %", "3 min ago (offline)"],
  ["天地玄黃宇宙洪荒天地玄黃", "5f2a9c10", "android/arm64", "-", "now"],
  ["👩‍👩‍👧 family 🇩🇪", "6f2a9c10", "darwin/arm64", "5 %", "now"],
];

function lines(width?: number, rows = ROWS): string[] {
  return renderTable(COLUMNS, rows, width).trimEnd().split("\n");
}

Deno.test("a table is aligned, numbers on the right, wide characters counted", () => {
  assertEquals(lines().slice(0, 4), [
    "NAME                              ID        PLATFORM        LOAD  LAST SEEN",
    "laptop                            3f2a9c10  linux/amd64     37 %  2 s ago",
    "the old machine under the stairs  4f2a9c10  windows/arm64  100 %  3 min ago (offline)",
    "天地玄黃宇宙洪荒天地玄黃          5f2a9c10  android/arm64      -  now",
  ]);
});

for (const width of [20, 40, 80, 200]) {
  Deno.test(`no line of a table is wider than a terminal of ${width} columns, and each row keeps to one line`, () => {
    const shown = lines(width);
    assertEquals(shown.length, ROWS.length + 1);
    for (const line of shown) assert(displayWidth(line) <= width, `${displayWidth(line)} columns: ${line}`);
  });
}

Deno.test("the widest text is cut first, then columns are left out by their rank, and a full one is never touched", () => {
  assertEquals(lines(80)[2], "the old machine under the…   4f2a9c10  windows/arm64  100 %  3 min ago (offline)");
  assertEquals(lines(40)[0], "NAME       ID        LAST SEEN");
  assertEquals(lines(40)[2], "the old…   4f2a9c10  3 min ago (offline)");
  assertEquals(lines(200), lines());
});

Deno.test("a hostile name stays one harmless cell", () => {
  const rows: Row[] = [["evil\nlaptop2  9999\x1b[2J\x1b]0;owned\x07\r\u202e", "1", "x", "1 %", "now"]];
  assertEquals(lines(undefined, rows), [
    "NAME                ID  PLATFORM  LOAD  LAST SEEN",
    "evil laptop2  9999  1   x          1 %  now",
  ]);
});

Deno.test("colour changes no width", () => {
  const red = (text: string) => `\x1b[31m${text}\x1b[39m`;
  const plain = renderTable(COLUMNS, [["a-long-name", "1", "x", "1 %", "now"]], 30);
  const painted = renderTable(COLUMNS, [[
    { text: "a-long-name", paint: red },
    "1",
    "x",
    { text: "1 %", paint: red },
    "now",
  ]], 30);
  assert(painted.includes("\x1b[31m"));
  assertEquals(stripVTControlCharacters(painted), plain);
});

Deno.test("an empty table is its header", () => {
  assertEquals(renderTable(COLUMNS, []), "NAME  ID  PLATFORM  LOAD  LAST SEEN\n");
});

Deno.test("a table fits where nothing needs to be left out", () => {
  assertEquals([tableFits(COLUMNS, ROWS, 200), tableFits(COLUMNS, ROWS, 30), tableFits(COLUMNS, ROWS, 60)], [
    true,
    false,
    true,
  ]);
});
