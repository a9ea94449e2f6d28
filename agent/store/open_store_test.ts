import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { openSqliteStore, openStore } from "./open_store.ts";
import { setAside } from "./set_aside.ts";
import { sampleChange, sampleJob, sampleTasks } from "./store_samples.ts";

async function inFolder(run: (folder: string, path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder, `${folder}/edgemesh.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

/**
 * Stores a job of 2,000 tasks, and another one with `ballast` MB after it, and writes noise over pages in the middle of
 * the former.
 */
async function makeDamagedFile(folder: string, path: string, ballast = 0): Promise<void> {
  const store = await openSqliteStore(folder, () => {});
  await store.insertJob(sampleJob("j1"), sampleTasks(2_000));
  await store.update({ tasks: sampleTasks(2_000).map(({ ordinal }) => sampleChange("j1", ordinal)) });
  await store.insertJob(sampleJob("j2"), sampleTasks(ballast, "x".repeat(1_000_000)));
  await store.close();
  using file = await Deno.open(path, { write: true });
  await file.seek(20 * 4096, Deno.SeekMode.Start);
  await file.write(new Uint8Array(10 * 4096).fill(0xa5));
}

const CORRUPT_NAME = /^edgemesh\.db\.corrupt-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/;

Deno.test("a file that is no database is kept aside with its companions, and a new store is begun", () =>
  inFolder(async (folder, path) => {
    await Deno.writeTextFile(path, "this was never a database ".repeat(500));
    await Deno.writeTextFile(`${path}-wal`, "its log");
    const notices: string[] = [];
    const store = await openStore("sqlite", folder, (notice) => notices.push(notice));
    await store.insertJob(sampleJob("j1"), sampleTasks(1));
    await store.close();

    const [fresh, kept = "", log] = names(folder);
    assertEquals(fresh, "edgemesh.db");
    assertMatch(kept, CORRUPT_NAME);
    assertEquals(log, `${kept}-wal`);
    assertStringIncludes(await Deno.readTextFile(`${folder}/${kept}`), "this was never a database");
    assertEquals(await Deno.readTextFile(`${folder}/${log}`), "its log");
    assertEquals(notices.length, 1);
    assertStringIncludes(notices[0] ?? "", `"${path}" is damaged (file is not a database)`);
    assertStringIncludes(notices[0] ?? "", kept);
  }));

Deno.test("a file with a damaged page is noticed at the start and kept aside unchanged", () =>
  inFolder(async (folder, path) => {
    await makeDamagedFile(folder, path);
    const damaged = await Deno.readFile(path);
    const notices: string[] = [];
    const store = await openStore("sqlite", folder, (notice) => notices.push(notice));
    assertEquals(await store.listJobs({ limit: 1 }), []);
    await store.close();
    assertEquals(notices.length, 1);
    const kept = names(folder).find((name) => CORRUPT_NAME.test(name));
    assertEquals(await Deno.readFile(`${folder}/${kept}`), damaged);
  }));

Deno.test("damage that is met in use fails that call and has the next start put the file aside", () =>
  inFolder(async (folder, path) => {
    // Too large to be checked at every start.
    await makeDamagedFile(folder, path, 35);
    const store = await openSqliteStore(folder, () => {});
    assertEquals((await store.listJobs({ limit: 9 })).length, 2);
    const error = await assertRejects(() => store.job("j1"), MeshError, "is damaged");
    assertEquals(error.code, "INTERNAL");
    assert(names(folder).includes("edgemesh.db.damaged"));
    await store.close();
    const notices: string[] = [];
    await (await openSqliteStore(folder, (notice) => notices.push(notice))).close();
    assertEquals(notices.length, 1);
    assert(!names(folder).includes("edgemesh.db.damaged"));
  }));

Deno.test("a damaged file never takes the name of one that was kept before", () =>
  inFolder(async (folder, path) => {
    const now = new Date("2026-11-22T16:20:05.678Z");
    for (const content of ["one", "two"]) {
      await Deno.writeTextFile(path, content);
      await setAside(path, now);
    }
    await Deno.writeTextFile(`${path}.corrupt-2026-11-22T16-20-05Z-3-wal`, "a log alone");
    await Deno.writeTextFile(path, "three");
    assertEquals(await setAside(path, now), `${path}.corrupt-2026-11-22T16-20-05Z-4`);
    assertEquals(names(folder), [
      "edgemesh.db.corrupt-2026-11-22T16-20-05Z",
      "edgemesh.db.corrupt-2026-11-22T16-20-05Z-2",
      "edgemesh.db.corrupt-2026-11-22T16-20-05Z-3-wal",
      "edgemesh.db.corrupt-2026-11-22T16-20-05Z-4",
    ]);
  }));

for (
  const { what, sql, says } of [
    { what: "of a newer version", sql: "PRAGMA user_version = 5", says: "newer version of edgemesh" },
    { what: "of another program", sql: "CREATE TABLE notes (text)", says: "database of another program" },
  ]
) {
  Deno.test(`a file ${what} is refused and left alone`, () =>
    inFolder(async (folder, path) => {
      const db = new DatabaseSync(path);
      db.exec(sql);
      db.close();
      const before = await Deno.readFile(path);
      const error = await assertRejects(() => openStore("sqlite", folder, () => {}), MeshError, says);
      assertEquals(error.code, "FAILED_PRECONDITION");
      assertStringIncludes(error.message, path);
      assertEquals(await Deno.readFile(path), before);
      assertEquals(names(folder), ["edgemesh.db"]);
    }));
}

Deno.test("a folder that cannot be written is refused in one line that names the file", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.mkdir(`${folder}/taken/edgemesh.db`, { recursive: true });
    for (const dataDir of [`${folder}/file/data`, `${folder}/file`, `${folder}/taken`]) {
      const error = await assertRejects(() => openStore("sqlite", dataDir, () => {}), MeshError);
      assertEquals(error.code, "FAILED_PRECONDITION");
      assertMatch(error.message, /^Cannot open the store ".*edgemesh\.db": [^\n']+$/);
      assertStringIncludes(error.message, dataDir);
    }
  }));

Deno.test("a store in memory leaves nothing in the data folder", () =>
  inFolder(async (folder) => {
    const store = await openStore("memory", folder, () => {});
    await store.insertJob(sampleJob("j1"), sampleTasks(1));
    await store.close();
    assertEquals(names(folder), []);
  }));
