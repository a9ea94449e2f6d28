import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import type { TaskRecord } from "../store/store.ts";
import { finalResult, reduceKind } from "./reduce.ts";

function done(id: string, result: string, change: Partial<TaskRecord> = {}): TaskRecord {
  return {
    ordinal: 0,
    group: 0,
    spec: { task_id: id, kind: "ECHO", input: "", target_device_id: "", prompt_tokens: 0, max_output_tokens: 0 },
    state: "DONE",
    timeoutMs: 1000,
    attempt: 1,
    deviceId: "device-123456",
    deviceName: "desk",
    result,
    error: "",
    failedAttempts: [],
    ...change,
  };
}

const ODD = 'quote " backslash \\ newline\nnul \0 é 漢 🎉 lone \ud800';

Deno.test("JSON holds every output as it was, however odd, and only those of tasks that are done", () => {
  const tasks = [done("a", ODD), done("b", ""), done("c", "x", { state: "FAILED" })];
  const result = finalResult("JSON", "", tasks);
  assertEquals(JSON.parse(result), [
    { task_id: "a", device_id: "device-123456", device_name: "desk", output: ODD },
    { task_id: "b", device_id: "device-123456", device_name: "desk", output: "" },
  ]);
  assertEquals(finalResult("JSON", "", [done("a", "x", { state: "CANCELLED" })]), "[]");
});

Deno.test("LINES begins each output on a line of its own: one line break at its end is not doubled", () => {
  const tasks = [done("a", "one\n"), done("b", "two\r\n"), done("c", ""), done("d", "x\n\n"), done("e", "end")];
  assertEquals(finalResult("LINES", "", tasks), "one\ntwo\n\nx\n\nend");
});

Deno.test("CONCAT shows each output under its device", () => {
  assertEquals(
    finalResult("CONCAT", "", [done("a", "x\n"), done("b", "")]),
    "=== desk (device-1) ===\nx\n\n\n=== desk (device-1) ===\n",
  );
});

Deno.test("FIRST is the success of the last group", () => {
  assertEquals(
    finalResult("FIRST", "", [done("a", "early"), done("b", "", { state: "FAILED" }), done("c", "won")]),
    "won",
  );
});

Deno.test("the reason of a job that failed comes first, then what did succeed", () => {
  assertEquals(finalResult("LINES", "task b failed", [done("a", "x")]), "task b failed\n\nx");
  for (const kind of ["LINES", "JSON", "CONCAT", "FIRST"]) assertEquals(finalResult(kind, "no luck", []), "no luck");
  assertEquals(finalResult("FIRST", "no luck", [done("a", "of an earlier group")]), "no luck");
});

Deno.test("an unknown reduce is refused with the known ones, and the case does not matter", () => {
  assertEquals([reduceKind(""), reduceKind(undefined), reduceKind("lines")], ["CONCAT", "CONCAT", "LINES"]);
  const error = assertThrows(() => reduceKind("JSN"), MeshError, "known: CONCAT, JSON, LINES, FIRST");
  assertEquals(error.code, "INVALID_ARGUMENT");
  for (const name of ["constructor", "__proto__", "x".repeat(100_000)]) assertThrows(() => reduceKind(name), MeshError);
});
