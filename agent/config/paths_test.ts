import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { UsageError } from "../core/errors.ts";
import { defaultDataDir, processEnvironment, resolvePath } from "./paths.ts";

Deno.test("where HOME is not set, as services are started, the account's home folder counts", () => {
  const home = Deno.env.get("HOME");
  try {
    for (const unset of [() => Deno.env.delete("HOME"), () => Deno.env.set("HOME", "")]) {
      unset();
      assertEquals(processEnvironment("HOME"), userInfo().homedir ?? undefined);
    }
  } finally {
    if (home !== undefined) Deno.env.set("HOME", home);
  }
});

Deno.test("a home folder that nobody knows is said to be missing, and a path without it still works", () => {
  const nowhere = () => undefined;
  assertThrows(() => defaultDataDir(nowhere), UsageError, "give the data folder with --data-dir");
  assertThrows(() => resolvePath("~/x", nowhere), UsageError, "HOME is not set");
  assertEquals(resolvePath("/x", nowhere), resolve("/x"));
  assertEquals(resolvePath("~/x", () => "/home/ada"), resolve(join("/home/ada", "x")));
});
