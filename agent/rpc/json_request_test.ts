import { clearImmediate, setImmediate } from "node:timers";
import { assertEquals, assertRejects, assertThrows } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { JsonRequest } from "./json_request.ts";

const START = "/edgemesh.v1.MeshService/StartJob";

function request(text: string): JsonRequest {
  return new JsonRequest(START, new TextEncoder().encode(text));
}

Deno.test("a request in JSON is read whole or step by step, with the same outcome", async () => {
  const tasks = Array.from({ length: 5000 }, (_, index) => ({ taskId: `t${index}`, kind: "ECHO", input: "x" }));
  const text = JSON.stringify({ job: { text: "many", plan: { groups: [{ tasks }] } } });
  assertEquals(request(text).size, text.length);
  let turns = 0;
  let counting = setImmediate(function count() {
    turns++;
    counting = setImmediate(count);
  });
  const inTurns = await request(text).readInTurns();
  clearImmediate(counting);
  assertEquals(inTurns, request(text).read());
  assertEquals(turns > 0, true, "nothing else had a turn meanwhile");
});

Deno.test("what is no JSON, no UTF-8, empty, or not of the method's type is refused", async () => {
  const cases: [JsonRequest, string][] = [
    [request(""), "the body is empty: a message without fields is {}"],
    [request("{"), "the body is not JSON: "],
    [new JsonRequest(START, Uint8Array.of(0x22, 0xff, 0x22)), "the body is not UTF-8"],
    [request('{"job":1}'), "job: must be an object, is 1"],
  ];
  for (const [wrong, message] of cases) {
    const error = assertThrows(() => wrong.read(), MeshError, message);
    assertEquals(error.code, "INVALID_ARGUMENT");
    await assertRejects(() => wrong.readInTurns(), MeshError, message);
  }
});

Deno.test("millions of empty objects are refused before they are made; as many commas in a text are not", () => {
  const many = `{"job":{"plan":{"groups":[${"{},".repeat(1_100_000)}{}]}}}`;
  assertThrows(() => request(many).read(), MeshError, "the body has more than 1010000 parts");
  const text = '{[",\\'.repeat(1_100_000);
  const { job } = request(JSON.stringify({ job: { text } })).read() as { job: { text: string } };
  assertEquals(job.text.length, text.length);
});
