import { assertEquals, assertMatch } from "../../tests/assert.ts";
import type { TaskOutcome } from "../../proto/messages.ts";
import { checkedFile, outputLine, unreadNote } from "./output_files.ts";
import { finalResult } from "./reduce.ts";

const FILE = { name: "n".repeat(43), size_bytes: 3_355_443, sha256: "ab12".repeat(16) };

Deno.test("a file is believed only with a name and a digest that can be", () => {
  assertEquals(checkedFile(FILE), FILE);
  for (const part of [{ name: "../x" }, { name: `${"n".repeat(42)}/` }, { sha256: "" }, { sha256: "AB".repeat(32) }]) {
    assertEquals(checkedFile({ ...FILE, ...part } as NonNullable<TaskOutcome["output_file"]>), undefined);
  }
});

Deno.test("one line says how much it is, where, and how to have it", () => {
  assertEquals(
    outputLine("1234", "t1", "desktop", FILE),
    "[output of 3.2 MB, SHA-256 ab12ab12ab12…, on desktop: edgemesh job 1234 --output t1]",
  );
  assertMatch(outputLine("1234", "t1", "desktop", { ...FILE, size_bytes: 262_145 }), /^\[output of 257 kB, /);
});

Deno.test("a final result names files as what they are, and takes none for an output", () => {
  const spec = { task_id: "a", kind: "ECHO", input: "", target_device_id: "", prompt_tokens: 0, max_output_tokens: 0 };
  const line = outputLine("1", "a", "desk", FILE);
  const task = {
    ...{ ordinal: 0, group: 0, spec, state: "DONE" as const, timeoutMs: 1, attempt: 1, deviceId: "d" },
    ...{ deviceName: "desk", result: line, error: "", failedAttempts: [], outputFile: FILE },
  };
  const { size_bytes, sha256 } = FILE;
  assertEquals(JSON.parse(finalResult("JSON", "", [task])), [
    { task_id: "a", device_id: "d", device_name: "desk", output_file: { size_bytes, sha256 } },
  ]);
  assertEquals(finalResult("LINES", "", [task]), line);
  assertEquals(finalResult("FIRST", "", [task]), line);
});

Deno.test("a summary says which outputs it is not of", () => {
  assertEquals(unreadNote([]), "");
  const many = Array.from({ length: 12 }, (_, at) => `t${at}`);
  assertMatch(unreadNote(many), /^=== not summarized, since .* files: t0, t1, .*, t9 and 2 more ===$/);
});
