import { Buffer } from "node:buffer";
import { assertEquals, assertRejects, assertThrows } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import type { JobRequest__Output as JobRequest } from "../../proto/gen/edgemesh/JobRequest.ts";
import { contract } from "../../proto/load.ts";
import { type RawRequest, requireWhole, wholeMessages } from "./whole_messages.ts";

const { orchestrator } = contract();

const PLAN = { groups: [{ index: 1, tasks: [{ task_id: "a", kind: "ECHO", input: "x".repeat(200) }] }] };

const raw = (bytes: Buffer) => wholeMessages(orchestrator).SubmitJob?.requestDeserialize(bytes) as RawRequest;
const read = (bytes: Buffer) => raw(bytes).read() as JobRequest;

Deno.test("a request that is whole is read as it is", () => {
  const bytes = orchestrator.SubmitJob.requestSerialize({ text: "hello", max_workers: -1, plan: PLAN });
  const { text, max_workers, plan } = read(bytes);
  assertEquals([text, max_workers, plan?.groups[0]?.tasks[0]?.input], ["hello", -1, "x".repeat(200)]);
  assertEquals(read(Buffer.alloc(0)).text, "");
});

Deno.test("a request that is cut off anywhere is refused: half a plan does not run", () => {
  const bytes = orchestrator.SubmitJob.requestSerialize({ plan: PLAN });
  for (let length = 1; length < bytes.length; length++) {
    assertThrows(
      () => read(bytes.subarray(0, length)),
      MeshError,
      "the request cannot be read: the message is cut off",
    );
  }
});

Deno.test("a large request that is read in turns comes out as one that is read at once", async () => {
  const tasks = Array.from(
    { length: 5000 },
    (_, at) => ({ task_id: `t${at}`, kind: "ECHO", input: "ü".repeat(at % 200) }),
  );
  const groups = [{ index: 1, tasks }, { index: 2, tasks: [{ kind: "SYSINFO" }] }, { index: 3 }];
  const bytes = orchestrator.SubmitJob.requestSerialize({ text: "hello", plan: { groups }, reduce: { kind: "LINES" } });
  assertEquals(await raw(bytes).readInTurns(), read(bytes));
  assertEquals(await raw(Buffer.alloc(0)).readInTurns(), read(Buffer.alloc(0)));
  await assertRejects(() => raw(bytes.subarray(0, -1)).readInTurns(), MeshError, "the request cannot be read");
  const within = Buffer.from(bytes);
  // The length of a task that ends beyond its group.
  within[bytes.indexOf("t4999") - 3] = 127;
  await assertRejects(() => raw(within).readInTurns(), MeshError, "the request cannot be read");
});

Deno.test("millions of empty messages in a few bytes are refused before they are made", async () => {
  const { mesh } = contract();
  const attach = wholeMessages(mesh).Attach;
  const outcomes = Buffer.alloc(400_000, Uint8Array.of(0x22, 0));
  assertThrows(() => attach?.requestDeserialize(outcomes), RangeError, "more than 100000 fields");
  // The same within its greeting.
  const hello = Buffer.concat([Uint8Array.of(0x0a, 0x80, 0xb5, 0x18), Buffer.alloc(400_000, Uint8Array.of(0x22, 0))]);
  assertThrows(() => attach?.requestDeserialize(hello), RangeError, "more than 100000 fields");
  const tasks = Buffer.alloc(2_040_000, Uint8Array.of(0x12, 0));
  const length = (bytes: number) => [bytes & 127 | 128, bytes >> 7 & 127 | 128, bytes >> 14];
  const group = Buffer.concat([Uint8Array.of(0x0a, ...length(tasks.length)), tasks]);
  const plan = Buffer.concat([Uint8Array.of(0x22, ...length(group.length)), group]);
  await assertRejects(() => raw(plan).readInTurns(), MeshError, "it has more than 1010000 parts");
});

Deno.test("every kind of field is walked over, unknown ones too", () => {
  requireWhole(new Uint8Array());
  requireWhole(Uint8Array.of(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01));
  requireWhole(Uint8Array.of(0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x12, 1, 0, 0x1d, 1, 2, 3, 4));
  requireWhole(Uint8Array.of(0x0b, 0x08, 1, 0x0c));
});

Deno.test("what is no message is refused", () => {
  const wrong: [string, number[]][] = [
    ["cut off", [0x0a]],
    ["cut off", [0x0a, 2, 0]],
    ["cut off", [0x09, 1, 2, 3]],
    ["cut off", [0x0d, 1, 2, 3]],
    ["cut off", [0x08, 0x80]],
    ["cut off", [0x0b, 0x08, 1]],
    ["no end", [0x08, ...Array(11).fill(0xff)]],
    ["no valid number", [0, 0]],
    ["does not exist", [0x0f, 1]],
    // A length that only a careless adder takes for a small or negative one.
    ["cut off", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0]],
  ];
  for (const [said, bytes] of wrong) assertThrows(() => requireWhole(Uint8Array.from(bytes)), RangeError, said);
});

Deno.test("whose request it is can be seen before it is read", () => {
  const of = (session_id: string) => raw(orchestrator.SubmitJob.requestSerialize({ session_id, text: "hello" }));
  assertEquals(of("live").leadingText, "live");
  assertEquals(of("").leadingText, "");
  assertEquals(of("x".repeat(200)).leadingText, "");
  assertEquals(raw(Buffer.from([10, 100, 65])).leadingText, "A");
  assertEquals(raw(Buffer.from([10])).leadingText, "");
});
