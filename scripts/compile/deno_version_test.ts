import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { versionOf, warningFor } from "./deno_version.ts";

Deno.test("a Deno that is too old for gRPC, or crashes with it, is warned of", () => {
  const verdict = (version: string) => warningFor(version)?.replace(/^Deno \S+ (cannot|can crash).*$/, "$1");
  assertEquals(
    ["1.46.3", "2.6.10", "2.7.13", "2.7.14", "2.9.3", "2.9.4", "2.9.6", "2.9.7", "2.10.4", "3.0.0"].map(verdict),
    ["cannot", "cannot", "cannot", undefined, undefined, "can crash", "can crash", undefined, undefined, undefined],
  );
});

Deno.test("the version of an executable is asked for; what is no Deno is refused", async () => {
  assertEquals(await versionOf(Deno.execPath()), Deno.version.deno);
  await assertRejects(() => versionOf("/nowhere/deno"), Error, 'Cannot use "/nowhere/deno" as Deno: ');
});
