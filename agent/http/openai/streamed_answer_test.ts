import { assert, assertEquals } from "../../../tests/assert.ts";
import { MeshError } from "../../core/errors.ts";
import type { HttpCall } from "../http_call.ts";
import { CHAT } from "./answer_shape.ts";
import { chatRequest } from "./chat_request.ts";
import { COMMENT } from "./event_format.ts";
import { FakeModels, say } from "./fake_models.ts";
import { streamedAnswer } from "./streamed_answer.ts";

const ask = chatRequest({ messages: [{ role: "user", content: "hi" }], stream: true }, "");

/** A client that stays. */
const call: HttpCall = {
  method: "POST",
  path: "/v1/chat/completions",
  query: "",
  peer: "127.0.0.1:1",
  signal: new AbortController().signal,
  header: () => "",
  body: () => Promise.resolve(new Uint8Array()),
  async *pieces() {},
};

/** A stream whose model says nothing until it was answered all the same. */
async function lateAnswer(then: FakeModels["script"]) {
  const models = new FakeModels();
  const isAnswered = Promise.withResolvers<void>();
  models.script = async (request, watch, signal) => {
    await isAnswered.promise;
    return await then(request, watch, signal);
  };
  const { status, headers, body } = await streamedAnswer(call, ask, CHAT, models, 1);
  isAnswered.resolve();
  assert(body instanceof ReadableStream);
  return new Response(body, { status, headers });
}

Deno.test("a stream whose first word takes long begins without it, and without a device that may still change", async () => {
  const response = await lateAnswer(say("at last"));
  assertEquals(response.status, 200);
  assertEquals([...response.headers.keys()], ["cache-control", "content-type"]);
  const text = await response.text();
  assertEquals(text.startsWith(COMMENT + "data: {"), true, text);
  assertEquals(text.match(/"content":"[^"]*"/g), ['"content":""', '"content":"at last"']);
  assertEquals(text.endsWith("data: [DONE]\n\n"), true, text);
});

Deno.test("a stream that has begun without its first word tells of its failure in an event", async () => {
  const response = await lateAnswer(() => Promise.reject(new MeshError("UNAVAILABLE", "no device is left")));
  assertEquals(response.status, 200);
  const error = { message: "no device is left", type: "server_error", param: null, code: "unavailable" };
  assertEquals(await response.text(), `${COMMENT}data: ${JSON.stringify({ error })}\n\n`);
});
