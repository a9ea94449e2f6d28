import { assertEquals } from "../../tests/assert.ts";
import { Recorder } from "../cli_harness.ts";
import { Output } from "./output.ts";

function outputs(
  columns: number | undefined,
  color: boolean,
  escapes = true,
): { output: Output; out: Recorder; err: Recorder } {
  const out = new Recorder(columns);
  const err = new Recorder(columns);
  return { output: new Output({ escapes, out, err }, { json: false, color, verbose: false }), out, err };
}

Deno.test("colour is for terminals only, and only where it is wanted", () => {
  assertEquals(outputs(80, true).output.paint.red("x"), "\x1b[31mx\x1b[39m");
  assertEquals(outputs(80, false).output.paint.red("x"), "x");
  assertEquals(outputs(undefined, true).output.paint.red("x"), "x");
});

Deno.test("a result from elsewhere is shown harmless on a terminal, and unchanged in a file", async () => {
  const hostile = "a\x1b[2Jb\nc";
  const terminal = outputs(80, true);
  await terminal.output.text(hostile);
  assertEquals(terminal.out.text, "ab\nc\n");
  const file = outputs(undefined, true);
  await file.output.text(hostile);
  assertEquals(file.out.text, `${hostile}\n`);
});

Deno.test("a document is indented for a person and on one line for a program", async () => {
  const terminal = outputs(80, false);
  await terminal.output.json({ a: 1 });
  assertEquals(terminal.out.text, '{\n  "a": 1\n}\n');
  const file = outputs(undefined, false);
  await file.output.json({ a: 1 });
  assertEquals(file.out.text, '{"a":1}\n');
});

Deno.test("a document on a terminal cannot control it, and means the same", async () => {
  const hostile = { name: "a\x1b[31m\u009b31m\u202eb" };
  const { output, out } = outputs(80, false);
  await output.json(hostile);
  await output.event(hostile);
  assertEquals(out.text.match(/[^\n -~]/), null);
  assertEquals(JSON.parse(out.text.split("}\n")[0] + "}"), hostile);
});

Deno.test("only a terminal that understands it is drawn anew", () => {
  assertEquals([80, undefined].map((columns) => outputs(columns, false).output.redraws), [true, false]);
  const plain = outputs(80, false, false).output;
  assertEquals([plain.redraws, plain.animates], [false, false]);
  assertEquals(outputs(80, false).output.animates, true);
});

Deno.test("remarks stay on one line, and details are for those who ask", async () => {
  const { output, out, err } = outputs(undefined, false);
  await output.note("two\nlines\x07");
  await output.detail("more");
  assertEquals([out.text, err.text], ["", "edgemesh: two lines\n"]);
});
