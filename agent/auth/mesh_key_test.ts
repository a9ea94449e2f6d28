import { Buffer } from "node:buffer";
import { join } from "node:path";
import { assert, assertEquals, assertMatch, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { keyMatches, newKey, resolveMeshKey } from "./mesh_key.ts";

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "edgemesh_key_" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0o600) & 0o777;
}

Deno.test("a key that was made can be typed after --key: it never looks like a flag", () => {
  const bytes = [0xf8, 0xfb, 0x01].map((first) => Buffer.alloc(32, first));
  assert(bytes[0]?.toString("base64url").startsWith("-"));
  assertEquals(newKey(() => bytes.shift() ?? Buffer.alloc(32)), Buffer.alloc(32, 0x01).toString("base64url"));
});

Deno.test("the first start makes a random key that only its owner can read, and later starts use it", () =>
  withFolder(async (folder) => {
    const starts = await Promise.all([1, 2, 3].map(() => resolveMeshKey({ from: "data-dir" }, folder)));
    const key = starts[0]?.key ?? "";
    assertMatch(key, /^[A-Za-z0-9_-]{43}$/);
    assertEquals(new Set(starts.map((start) => start.key)).size, 1);
    assertEquals(starts.filter((start) => start.created).length, 1);
    assertEquals(await resolveMeshKey({ from: "data-dir" }, folder), { key, created: false });
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["mesh.key"]);
    assertEquals(await modeOf(join(folder, "mesh.key")), 0o600);
  }));

Deno.test("two data folders get different keys", () =>
  withFolder((a) =>
    withFolder(async (b) => {
      const [first, second] = [
        await resolveMeshKey({ from: "data-dir" }, a),
        await resolveMeshKey({ from: "data-dir" }, b),
      ];
      assert(first.key !== second.key);
    })
  ));

Deno.test("a key that was given is kept where the command line finds it", () =>
  withFolder(async (folder) => {
    const path = join(folder, "mesh.key");
    assertEquals(await resolveMeshKey({ from: "value", key: "given" }, folder), { key: "given", created: false });
    assertEquals(await Deno.readTextFile(path), "given\n");
    assertEquals(await modeOf(path), 0o600);
    assertEquals((await resolveMeshKey({ from: "data-dir" }, folder)).key, "given");
  }));

Deno.test("a different key that is already kept is never overwritten", () =>
  withFolder(async (folder) => {
    const path = join(folder, "mesh.key");
    await Deno.writeTextFile(path, "first\n");
    assertEquals((await resolveMeshKey({ from: "value", key: "second" }, folder)).key, "second");
    assertEquals(await Deno.readTextFile(path), "first\n");
  }));

Deno.test("a kept key that others could read is closed to them", () =>
  withFolder(async (folder) => {
    const path = join(folder, "mesh.key");
    await Deno.writeTextFile(path, "open\n", { mode: 0o644 });
    assertEquals((await resolveMeshKey({ from: "data-dir" }, folder)).key, "open");
    assertEquals(await modeOf(path), 0o600);
  }));

Deno.test("a key file is read without its line end, and a bad one is named without its content", () =>
  withFolder(async (folder) => {
    const path = join(folder, "given.key");
    const source = { from: "file", path } as const;
    await Deno.writeTextFile(path, "from a file\r\n");
    assertEquals((await resolveMeshKey(source, folder)).key, "from a file");
    const wrong: [string, string][] = [["", "the key is empty"], ["\n\n", "the key is empty"], [
      "se\ncret\n",
      "longer than one line",
    ]];
    for (const [text, reason] of wrong) {
      await Deno.writeTextFile(path, text);
      const error = await assertRejects(() => resolveMeshKey(source, folder), MeshError, reason);
      assertEquals(error.message, `Cannot read mesh key ${path}: the key is ${reason.replace("the key is ", "")}`);
    }
    const missing = { from: "file", path: join(folder, "none") } as const;
    await assertRejects(() => resolveMeshKey(missing, folder), MeshError, "none: no such file or folder");
  }));

Deno.test("an emptied key in the data folder stops the start and says what to do", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "mesh.key"), "");
    const start = () => resolveMeshKey({ from: "data-dir" }, folder);
    await assertRejects(start, MeshError, "the key is empty; write the mesh key into it, or delete it for a new one");
  }));

Deno.test("only the whole key matches", () => {
  assert(keyMatches("key", "key"));
  for (const wrong of ["", "k", "keyy", "KEY", "key "]) assert(!keyMatches(wrong, "key"), wrong);
});
