import { assertEquals } from "../../tests/assert.ts";
import { archName, platformName } from "./platform.ts";

Deno.test("platform and processor are told in the mesh's terms", () => {
  assertEquals(["darwin", "windows", "linux", "android"].map(platformName), ["darwin", "windows", "linux", "android"]);
  assertEquals(["x86_64", "aarch64", "riscv64"].map(archName), ["amd64", "arm64", "riscv64"]);
});
