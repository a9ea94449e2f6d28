import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { MeshError, UsageError } from "../../agent/core/errors.ts";
import { lastStep, normalized, remotePath } from "./remote_path.ts";
import { safeSteps } from "./safe_name.ts";

Deno.test("the first colon divides a device from a path, which may be empty or hold others", () => {
  assertEquals(remotePath("desktop:a/b c.txt"), { device: "desktop", path: "a/b c.txt" });
  assertEquals(remotePath("my desktop:12:30.log"), { device: "my desktop", path: "12:30.log" });
  assertEquals(remotePath("3f2a:"), { device: "3f2a", path: "" });
  assertEquals(remotePath("c:/absolute"), { device: "c", path: "/absolute" });
  for (const wrong of ["desktop", ":a", "C:\\a", "", "desktop:a\0b"]) assertThrows(() => remotePath(wrong), UsageError);
});

Deno.test("what a path is called here is its last step", () => {
  assertEquals(["a/b", "a/b/", "./a//b/.", "a/x/../b", "", ".", "a/.."].map(lastStep), [
    "b",
    "b",
    "b",
    "b",
    "",
    "",
    "",
  ]);
  assertEquals([normalized("../a"), normalized("a/../../b"), lastStep("..")], ["../a", "../b", ".."]);
});

Deno.test("names that a device tells are refused where they lead elsewhere, and on Windows what cannot be a file", () => {
  for (const name of ["..", "a/../b", "", "/a", "a//b", "a/", ".", "a\0"]) {
    for (const os of ["linux", "windows"] as const) {
      assertThrows(() => safeSteps(name, os), MeshError, "refused the name");
    }
  }
  const windowsOnly = [
    "C:",
    "a\\..\\b",
    "con",
    "NUL.txt",
    "a/Com1.log",
    "lpt³",
    "a.",
    "b ",
    "a\nb",
    'q"',
    "a:stream",
    "x*",
  ];
  for (const name of windowsOnly) {
    assertThrows(() => safeSteps(name, "windows"), MeshError, "refused the name");
    assertEquals(safeSteps(name, "linux"), name.split("/"));
  }
  assertEquals(safeSteps("a/console/com10.txt/🌍 .gitignore", "windows").length, 4);
});
