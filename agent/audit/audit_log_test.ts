import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../../tests/assert.ts";
import { eventually, TemporaryFolder } from "../../tests/processes.ts";
import type { AuditEvent } from "./audit_event.ts";
import { type LineFile, openLineFile } from "./audit_file.ts";
import { AuditLog } from "./audit_log.ts";

const seen = (what: string): AuditEvent => ({ event: "screen.started", who: "ada", what });

function lines(path: string): Record<string, unknown>[] {
  const text = Deno.readTextFileSync(path);
  assert(text === "" || text.endsWith("\n"), "the last line has no end");
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

const whats = (path: string) => lines(path).map(({ what }) => what);

/** Waits until the file is there and has so many lines. */
async function holds(path: string, count: number): Promise<void> {
  const length = () => Deno.readTextFileSync(path).split("\n").length - 1;
  await eventually(() => {
    try {
      return length() === count || undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }, `${count} lines`);
}

/** A file whose disk is full for as long as `full` says. */
function fullDisk(full: () => boolean): (path: string) => Promise<LineFile> {
  return async (path) => {
    const file = await openLineFile(path);
    return {
      get size() {
        return file.size;
      },
      append: (bytes) => full() ? Promise.reject(new Error("No space left on device")) : file.append(bytes),
      close: () => file.close(),
    };
  };
}

Deno.test("an event is a line of JSON that says when, what and who, in a file that only its owner may read", async () => {
  using folder = new TemporaryFolder();
  const audit = new AuditLog({ dataDir: folder.path });
  audit.record({
    event: "screen.refused",
    who: "ada's\nlaptop",
    from: "10.0.0.7:4711",
    device: "d1",
    why: "x".repeat(2000),
    details: { monitor: 1, video: "vp8", event: "other" },
  });
  await audit.stop();
  const path = folder.file("audit.jsonl");
  const [{ time, why, ...rest } = {}, ...more] = lines(path);
  assertEquals(rest, {
    event: "screen.refused",
    monitor: 1,
    video: "vp8",
    who: "ada's\nlaptop",
    from: "10.0.0.7:4711",
    device: "d1",
  });
  assertEquals([more, why], [[], `${"x".repeat(512)}…`]);
  assertMatch(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  if (Deno.build.os !== "windows") assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
});

Deno.test("events stand in their order, over restarts, and after a line that a crash cut off", async () => {
  using folder = new TemporaryFolder();
  const path = folder.file("audit.jsonl");
  const first = new AuditLog({ dataDir: folder.path });
  for (let at = 0; at < 1500; at++) first.record(seen(`a${at}`));
  await Promise.all([first.stop(), first.stop()]);
  assertEquals(whats(path), Array.from({ length: 1500 }, (_, at) => `a${at}`));

  Deno.writeTextFileSync(path, '{"time":"2026', { append: true });
  const second = new AuditLog({ dataDir: folder.path });
  second.record(seen("b"));
  await second.stop();
  second.record(seen("after the end"));
  await second.stop();
  const text = Deno.readTextFileSync(path).split("\n").slice(1500);
  assertEquals([text.length, text[0], text[3]], [4, '{"time":"2026', ""]);
  assertEquals(text.slice(1, 3).map((line) => JSON.parse(line).what), ["b", "after the end"]);
});

Deno.test("a file that has grown is moved aside, and only a few old ones are kept", async () => {
  using folder = new TemporaryFolder();
  const audit = new AuditLog({ dataDir: folder.path, maxBytes: 300, oldFiles: 2 });
  for (let at = 0; at < 12; at++) {
    audit.record(seen(`e${at}`));
    // One write each: as soon as the one before is done.
    await audit.stop();
  }
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  assertEquals(names, ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]);
  const kept = ["audit.jsonl.2", "audit.jsonl.1", "audit.jsonl"].map((name) => join(folder.path, name));
  for (const path of kept) assert(Deno.statSync(path).size <= 300, path);
  const all = kept.flatMap(whats);
  assertEquals(all, Array.from({ length: all.length }, (_, at) => `e${12 - all.length + at}`));
});

Deno.test("what a full disk did not take is written once it takes it again, whole and in order", async () => {
  using folder = new TemporaryFolder();
  let [full, refused] = [false, 0];
  const open = fullDisk(() => full && ++refused > 0);
  const audit = new AuditLog({ dataDir: folder.path, retryMs: 5, maxWaiting: 3, open });
  const path = folder.file("audit.jsonl");
  audit.record(seen("before"));
  await holds(path, 1);
  full = true;
  for (const what of ["a", "b", "c", "d", "e"]) audit.record(seen(what));
  await eventually(() => refused >= 3 || undefined, "more than one attempt");
  assertEquals(whats(path), ["before"]);
  full = false;
  await holds(path, 5);
  await audit.stop();
  assertEquals(whats(path), ["before", "a", "b", "c", undefined]);
  const lost = lines(path)[4];
  assertEquals([lost?.event, lost?.count], ["audit.lost", 2]);
});

Deno.test("a disk that stays full does not keep an agent from stopping", async () => {
  using folder = new TemporaryFolder();
  const audit = new AuditLog({ dataDir: folder.path, retryMs: 5, open: fullDisk(() => true) });
  audit.record(seen("a"));
  await audit.stop();
  assertEquals(whats(folder.file("audit.jsonl")), []);
});
