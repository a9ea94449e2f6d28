import { assert, assertEquals, assertStringIncludes } from "../../tests/assert.ts";
import { Recorder } from "../cli_harness.ts";
import { paintFor } from "../output/paint.ts";
import { displayWidth } from "../output/width.ts";
import { BarCanvas } from "./bar_canvas.ts";
import { BarProgress } from "./bar_progress.ts";
import { rowsOf } from "./bar_rows.ts";
import { type JobProgress, progressOfUpdate } from "./job_progress.ts";

function groups(...done: number[]): JobProgress {
  return progressOfUpdate({
    groups: done.map((done) => ({ tasks: 20, queued: 20 - done, running: 0, done, failed: 0, cancelled: 0 })),
  });
}

/** The picture of a job on a terminal of this size. */
function picture(progress: JobProgress, columns: number, most: number, pace = {}): string[] {
  const bar = (size: number) => "#".repeat(size);
  return rowsOf(progress, () => pace, most, paintFor(false)).map(({ draw }) => draw(columns, bar));
}

Deno.test("each group has a bar with what there is to say of it", () => {
  assertEquals(picture(groups(20, 5), 80, 23, { perSecond: 5, leftMs: 3000 }), [
    "group 1 of 2  ####################  20/20, 5/s, 3 s left",
    "group 2 of 2  ####################   5/20, 5/s, 3 s left",
  ]);
});

Deno.test("a narrow terminal gets less of it, and no line that it would break", () => {
  for (let columns = 1; columns <= 120; columns++) {
    for (const row of picture(groups(20, 5, 0, 0, 0), columns, 4, { perSecond: 5, leftMs: 3000 })) {
      assert(displayWidth(row) < Math.max(columns, 2), `${columns}: ${row}`);
    }
  }
  assertEquals(picture(groups(5), 30, 23, { perSecond: 5, leftMs: 3000 }), ["group 1 of 1   5/20, 5/s"]);
  assertEquals(picture(groups(5), 12, 23), ["group… 5/20"]);
  assertEquals(picture(groups(5), 6, 23), ["5/20"]);
});

Deno.test("of more groups than there are rows, those about the running one are shown and the others summed up", () => {
  const rows = (...done: number[]) => picture(groups(...done), 60, 4).map((row) => row.replace(/ *#+ +/, " "));
  assertEquals(rows(20, 20, 20, 5, 0, 0, 0), [
    "group 3 of 7 20/20",
    "group 4 of 7 5/20",
    "group 5 of 7 0/20",
    "and 4 other groups: 40/80",
  ]);
  assertEquals(rows(5, 0, 0, 0, 0).at(-1), "and 2 other groups: 0/40");
  assertEquals(rows(20, 20, 20, 20, 20).slice(-2), ["group 5 of 5 20/20", "and 2 other groups: 40/40"]);
  assertEquals(picture(groups(20, 5, 0), 60, 1).length, 2);
});

Deno.test("on a terminal the bars are drawn over each other, and are gone in the end", async () => {
  const screen = new Recorder(60);
  {
    await using progress = new BarProgress(screen, paintFor(false));
    progress.update(groups(20, 5));
    while (!screen.text.includes("5/20")) await new Promise((resolve) => setTimeout(resolve, 10));
    progress.away("the agent is stopping; trying again");
    while (!screen.text.includes("trying again")) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertStringIncludes(screen.text, "group 1 of 2  ███████████████  20/20");
  assertStringIncludes(screen.text, "group 2 of 2  ████░░░░░░░░░░░   5/20");
  assert(screen.text.endsWith("\x1b[2A\r\x1b[J"), JSON.stringify(screen.text));
});

Deno.test("a job that ends at once draws nothing", async () => {
  const screen = new Recorder(60);
  await using progress = new BarProgress(screen, paintFor(false));
  progress.update(groups(20));
  await progress[Symbol.asyncDispose]();
  assertEquals(screen.text, "");
});

Deno.test("a terminal that was made narrower is cleaned of the lines that this broke", async () => {
  let columns = 60;
  const screen = { isTerminal: true, columns: () => columns, rows: () => 24, text: "", write, writeBytes };
  function write(text: string): Promise<void> {
    screen.text += text;
    return Promise.resolve();
  }
  function writeBytes(bytes: Uint8Array): Promise<void> {
    return write(new TextDecoder().decode(bytes));
  }
  const canvas = new BarCanvas(screen);
  canvas.cursorRelativeReset();
  canvas.write("a".repeat(50));
  canvas.newline();
  canvas.write("b".repeat(50));
  canvas.paint();
  columns = 20;
  await canvas.clear();
  // Each of the two lines takes three rows now.
  assert(screen.text.endsWith("\x1b[5A\r\x1b[J"), JSON.stringify(screen.text));
});
