import { join } from "node:path";
import { assertEquals, assertRejects, assertStringIncludes } from "../../../tests/assert.ts";
import { MeshError } from "../../core/errors.ts";
import { placeLibrary } from "./placed_library.ts";

const posix = { ignore: Deno.build.os === "windows" };
const content = new TextEncoder().encode("library");

/** A data folder that is gone after the test. */
async function withFolder(test: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  try {
    await test(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("the library is copied once, for its user alone", posix, () =>
  withFolder(async (dataDir) => {
    const folder = join(dataDir, "lib");
    const path = await placeLibrary(content, folder, "jpeg.so");
    const first = await Deno.stat(path);
    assertEquals(await Deno.readFile(path), content);
    assertEquals([(first.mode ?? 0) & 0o777, ((await Deno.stat(folder)).mode ?? 0) & 0o777], [0o600, 0o700]);
    assertEquals(await placeLibrary(content, folder, "jpeg.so"), path);
    assertEquals((await Deno.stat(path)).ino, first.ino);
  }));

Deno.test(
  "another content goes to another file, and several that start at once agree",
  posix,
  () =>
    withFolder(async (dataDir) => {
      const folder = join(dataDir, "lib");
      const paths = await Promise.all(Array.from({ length: 8 }, () => placeLibrary(content, folder, "jpeg.so")));
      const other = await placeLibrary(new Uint8Array(5), folder, "jpeg.so");
      assertEquals(new Set([...paths, other]).size, 2);
      assertEquals([...Deno.readDirSync(folder)].length, 2);
    }),
);

const PLANTED: Record<string, (path: string) => Promise<void>> = {
  "of another content and the same length": (path) => Deno.writeTextFile(path, "lubrary", { mode: 0o600 }),
  "that was cut off": (path) => Deno.writeTextFile(path, "lib", { mode: 0o600 }),
  "that others may write": async (path) => {
    await Deno.writeFile(path, content);
    await Deno.chmod(path, 0o666);
  },
  "that is a link": async (path) => {
    await Deno.writeFile(`${path}.elsewhere`, content);
    await Deno.symlink(`${path}.elsewhere`, path);
  },
};

for (const [what, plant] of Object.entries(PLANTED)) {
  Deno.test(`a file ${what} is replaced`, posix, () =>
    withFolder(async (dataDir) => {
      const folder = join(dataDir, "lib");
      const path = await placeLibrary(content, folder, "jpeg.so");
      await Deno.remove(path);
      await plant(path);
      assertEquals(await placeLibrary(content, folder, "jpeg.so"), path);
      const { isFile, mode } = await Deno.lstat(path);
      assertEquals([isFile, (mode ?? 0) & 0o777, await Deno.readFile(path)], [true, 0o600, content]);
    }));
}

const UNSAFE: Record<string, { prepare(dataDir: string): Promise<void>; reason: string }> = {
  "a folder that others may write to": {
    prepare: async (dataDir) => {
      await Deno.mkdir(join(dataDir, "lib"));
      await Deno.chmod(join(dataDir, "lib"), 0o777);
    },
    reason: "can be written by other users",
  },
  "a folder that others may exchange": {
    prepare: (dataDir) => Deno.chmod(dataDir, 0o777),
    reason: "can be written by other users",
  },
  "a link to a folder": {
    prepare: (dataDir) => Deno.symlink("/tmp", join(dataDir, "lib")),
    reason: "is not a folder",
  },
  "a file in the folder's place": {
    prepare: (dataDir) => Deno.writeTextFile(join(dataDir, "lib"), ""),
    reason: "is not a folder",
  },
  "a data folder that is not there": {
    prepare: (dataDir) => Deno.remove(dataDir),
    reason: "Cannot copy jpeg.so",
  },
};

for (const [what, { prepare, reason }] of Object.entries(UNSAFE)) {
  Deno.test(`nothing is loaded from ${what}`, posix, () =>
    withFolder(async (root) => {
      const dataDir = join(root, "data");
      await Deno.mkdir(dataDir);
      await prepare(dataDir);
      const { code, message } = await assertRejects(
        () => placeLibrary(content, join(dataDir, "lib"), "jpeg.so"),
        MeshError,
      );
      assertEquals(code, "FAILED_PRECONDITION");
      assertStringIncludes(message, reason);
    }));
}
