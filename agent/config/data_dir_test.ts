import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { isUuid } from "../core/ids.ts";
import { deviceId, lockDataDir, prepareDataDir } from "./data_dir.ts";

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "edgemesh_data_dir_" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  const { mode } = await Deno.stat(path);
  return mode === null ? undefined : mode & 0o777;
}

const windows = Deno.build.os === "windows";

Deno.test("the data folder is made for its owner alone, and an empty one that is open is closed", () =>
  withFolder(async (folder) => {
    const dataDir = join(folder, "deep", "data");
    await prepareDataDir(dataDir);
    await prepareDataDir(dataDir);
    if (windows) return;
    assertEquals(await modeOf(dataDir), 0o700);
    await Deno.chmod(dataDir, 0o755);
    await prepareDataDir(dataDir);
    assertEquals(await modeOf(dataDir), 0o700);
  }));

Deno.test("a folder that holds something already keeps its mode, since it may be /tmp", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "somebody's file"), "");
    await Deno.chmod(folder, 0o755);
    await prepareDataDir(folder);
    if (!windows) assertEquals(await modeOf(folder), 0o755);
  }));

Deno.test("a data folder that cannot be is refused in one line that names it", () =>
  withFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    const taken = await assertRejects(() => prepareDataDir(file), MeshError, "it is a file, not a folder");
    assertEquals(
      taken.message,
      `Cannot create data folder ${file}: it is a file, not a folder; choose another with --data-dir`,
    );
    const below = await assertRejects(() => prepareDataDir(join(file, "x")), MeshError, "Cannot create data folder");
    assert(!below.message.includes("\n"));
    await assertRejects(() => deviceId(join(folder, "none")), MeshError, "no such file or folder");
    await assertRejects(() => lockDataDir(join(folder, "none")), MeshError, "no such file or folder");
  }));

Deno.test("a device keeps the id of its first start", () =>
  withFolder(async (folder) => {
    const ids = await Promise.all([deviceId(folder), deviceId(folder), deviceId(folder)]);
    assert(isUuid(ids[0] ?? ""));
    assertEquals(new Set(ids).size, 1);
    assertEquals(await deviceId(folder), ids[0]);
    assertEquals(await deviceId(folder, "given"), "given");
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["device_id"]);
    if (!windows) assertEquals(await modeOf(join(folder, "device_id")), 0o600);
  }));

Deno.test("a corrupt device id is refused, not replaced", () =>
  withFolder(async (folder) => {
    const path = join(folder, "device_id");
    for (const text of ["", "nonsense\n"]) {
      await Deno.writeTextFile(path, text);
      await assertRejects(
        () => deviceId(folder),
        MeshError,
        `${path} does not hold a UUID; write the device's id into it`,
      );
      assertEquals(await Deno.readTextFile(path), text);
    }
  }));

Deno.test("a second agent on a data folder is refused until the first one ends", () =>
  withFolder(async (folder) => {
    const first = await lockDataDir(folder);
    const error = await assertRejects(
      () => lockDataDir(folder),
      MeshError,
      `data folder ${folder} is used by another agent`,
    );
    assertMatch(error.message, /give this one its own with --data-dir$/);
    if (!windows) assert(error.message.includes(`(pid ${Deno.pid})`), error.message);
    first.release();
    first.release();
    using _second = await lockDataDir(folder);
  }));

Deno.test("the lock of an agent that was killed does not outlive it", () =>
  withFolder(async (folder) => {
    const source = `
      import { lockDataDir } from ${JSON.stringify(new URL("./data_dir.ts", import.meta.url).href)};
      await lockDataDir(${JSON.stringify(folder)});
      console.log("locked");
      setInterval(() => {}, 60_000);`;
    const script = join(folder, "holder.ts");
    await Deno.writeTextFile(script, source);
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--config", config, script],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.getReader();
    try {
      assertEquals(new TextDecoder().decode((await reader.read()).value), "locked\n");
      const error = await assertRejects(() => lockDataDir(folder), MeshError, "is used by another agent");
      if (!windows) assert(error.message.includes(`(pid ${child.pid})`), error.message);
    } finally {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    }
    using _lock = await lockDataDir(folder);
  }));
