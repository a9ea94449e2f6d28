import { stripVTControlCharacters } from "node:util";
import { assert, assertEquals, assertStringIncludes } from "../../tests/assert.ts";
import { Recorder } from "../cli_harness.ts";
import { Output } from "../output/output.ts";
import { paintFor } from "../output/paint.ts";
import { displayWidth } from "../output/width.ts";
import { BarTransfer } from "./bar_transfer.ts";
import { PlainTransfer } from "./plain_transfer.ts";
import { TransferState } from "./transfer_state.ts";
import { TransferPace } from "./transfer_words.ts";

const MIB = 1024 * 1024;

/** Waits until a text was written. */
async function shows(screen: Recorder, text: string): Promise<void> {
  while (!screen.text.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
}

Deno.test("bytes of earlier attempts count as done, but not as moved", () => {
  const state = new TransferState();
  state.expect(0);
  state.expect(50);
  const file = state.begin("a", 0);
  file.begins(100, 40);
  file.moved(10);
  assertEquals([state.files, state.sizeBytes, state.doneBytes, state.movedBytes], [2, 150, 50, 10]);
  state.end(file, true);
  state.end(state.begin("b", 50), false);
  assertEquals([state.doneFiles, state.failedFiles, state.doneBytes], [1, 1, 150]);
});

Deno.test("the rate is of what moved, and the time left of what is still to come", () => {
  const state = new TransferState();
  state.expect(100 * MIB);
  const file = state.begin("a", 100 * MIB);
  file.begins(100 * MIB, 50 * MIB);
  const pace = new TransferPace(state);
  assertEquals(pace.remarks(0), []);
  file.moved(10 * MIB);
  assertEquals(pace.remarks(1000), ["10 MB/s", "4 s left"]);
});

Deno.test("on a terminal each file has a bar, and all of them one, on lines that fit", async () => {
  const state = new TransferState();
  state.expect(4 * MIB);
  state.expect(4 * MIB);
  const screen = new Recorder(70);
  {
    await using view = new BarTransfer(screen, paintFor(false), state);
    const file = state.begin("a folder/a file with a name that is very long indeed.jpg", 4 * MIB);
    state.begin("b\x1b[2J.jpg", 4 * MIB);
    file.moved(2 * MIB);
    await shows(screen, "0 of 2 files");
    view.away("the device is away; trying again");
    await shows(screen, "trying again");
    // It is gone when something moves again.
    screen.text = "";
    file.moved(1 * MIB);
    await shows(screen, "3 MB of 4 MB");
  }
  const lines = stripVTControlCharacters(screen.text).split(/[\r\n]+/).map((line) => line.trimEnd());
  const bar = (line: string) => line.replace(/ +[█░]+ +/, " | ");
  assertEquals(lines.map(bar).filter((line) => line.includes("|")).slice(-3), [
    "a folder/a file with a name t… | 3 MB of 4 MB",
    "b.jpg | 0 kB of 4 MB",
    "0 of 2 files | 3 MB of 8 MB",
  ]);
  for (const line of lines) assert(displayWidth(line) < 70, line);
});

Deno.test("elsewhere there are lines, only while something moves", async () => {
  const state = new TransferState();
  state.expect(4 * MIB);
  const [out, err] = [new Recorder(), new Recorder()];
  const output = new Output({ escapes: true, out, err }, { json: false, color: false, verbose: false });
  {
    await using _view = new PlainTransfer(output, state, performance.now.bind(performance), 10);
    const file = state.begin("a.jpg", 4 * MIB);
    file.moved(MIB);
    await shows(err, "a.jpg: 1 MB of 4 MB");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(err.text.split("a.jpg").length, 2);
  assertStringIncludes(err.text, "\n");
});
