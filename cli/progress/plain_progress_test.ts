import { assertEquals } from "../../tests/assert.ts";
import { Recorder } from "../cli_harness.ts";
import { Output } from "../output/output.ts";
import { progressOfUpdate } from "./job_progress.ts";
import { PlainProgress, progressLine } from "./plain_progress.ts";

const groups = (...done: number[]) =>
  progressOfUpdate({
    groups: done.map((done) => ({ tasks: 10, queued: 10 - done, running: 0, done, failed: 0, cancelled: 0 })),
  });

/** What was said, each a state and its time in ms. */
async function said(isNew: boolean, ...states: [ReturnType<typeof groups>, number][]): Promise<string[]> {
  const err = new Recorder();
  const output = new Output({ escapes: true, out: new Recorder(), err }, { json: false, color: false, verbose: false });
  let now = 0;
  {
    await using progress = new PlainProgress(output, { isNew, now: () => now });
    for (const [state, atMs] of states) {
      now = atMs;
      progress.update(state);
    }
  }
  return err.text.split("\n").slice(0, -1);
}

Deno.test("a line says of a group what there is to say", () => {
  const counts = { tasks: 20_000, done: 1200, failed: 3, cancelled: 0 };
  assertEquals(
    progressLine("group 1 of 2", counts, { perSecond: 5000, leftMs: 3759 }),
    "group 1 of 2: 1200 of 20000 tasks done, 3 failed, 5000/s, 4 s left",
  );
  assertEquals(
    progressLine("job", { tasks: 1, done: 0, failed: 0, cancelled: 1 }, {}),
    "job: 0 of 1 task done, 1 cancelled",
  );
});

Deno.test("a group that goes on is told of every 2 s, and its end at once", async () => {
  const lines = await said(
    true,
    [groups(0, 0), 0],
    [groups(1, 0), 1000],
    [groups(4, 0), 2000],
    [groups(5, 0), 2500],
    [groups(10, 0), 3000],
    [groups(10, 10), 4000],
  );
  assertEquals(lines, [
    "group 1 of 2: 4 of 10 tasks done, 2/s, 3 s left",
    "group 1 of 2: 10 of 10 tasks done, 3.3/s, took 3.0 s",
    "group 2 of 2: 10 of 10 tasks done, 10/s, took 1.0 s",
  ]);
});

Deno.test("the groups of a job of very many share lines", async () => {
  const of1000 = (ended: number) => groups(...Array.from({ length: 1000 }, (_, at) => at < ended ? 10 : 0));
  const lines = await said(
    true,
    [of1000(0), 0],
    [of1000(100), 500],
    [of1000(400), 2000],
    [of1000(500), 3000],
    [of1000(501), 3999],
    [of1000(501), 4000],
    [of1000(502), 6000],
    [of1000(502), 8000],
    [of1000(1000), 8100],
  );
  assertEquals(lines, [
    "groups 1 to 400 of 1000: 4000 of 4000 tasks done",
    "groups 401 to 501 of 1000: 1010 of 1010 tasks done",
    "group 502 of 1000: 10 of 10 tasks done, 5/s, took 2.0 s",
    "group 503 of 1000: 0 of 10 tasks done",
    "groups 503 to 1000 of 1000: 4980 of 4980 tasks done",
  ]);
});

Deno.test("a change after which nothing comes is told too", async () => {
  const err = new Recorder();
  const output = new Output({ escapes: true, out: new Recorder(), err }, { json: false, color: false, verbose: false });
  let passedMs = 0;
  await using progress = new PlainProgress(output, { isNew: true, now: () => performance.now() + passedMs });
  passedMs = 1950;
  progress.update(groups(3));
  assertEquals(err.text, "");
  while (err.text === "") await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(err.text, "group 1 of 1: 3 of 10 tasks done\n");
});

Deno.test("what had ended before is told of a job that was just submitted, and not of one that is joined", async () => {
  assertEquals(await said(true, [groups(10, 10), 0]), [
    "group 1 of 2: 10 of 10 tasks done",
    "group 2 of 2: 10 of 10 tasks done",
  ]);
  assertEquals(await said(false, [groups(10, 10), 0]), []);
  assertEquals(await said(false, [groups(10, 5), 0], [groups(10, 10), 500]), ["group 2 of 2: 10 of 10 tasks done"]);
});
