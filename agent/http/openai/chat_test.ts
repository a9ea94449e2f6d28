import { assert, assertEquals, assertMatch } from "../../../tests/assert.ts";
import { MeshError } from "../../core/errors.ts";
import { ApiRig, eventsOf } from "./api_rig.ts";
import { endOf, say, startOn } from "./fake_models.ts";

const CHAT = "/v1/chat/completions";
const HELLO = { model: "tiny", messages: [{ role: "user", content: "hi" }] };

const parsed = (event: string) => JSON.parse(event);

Deno.test("a chat is answered in OpenAI's form, with its counts and the device that did it", async () => {
  await using rig = await ApiRig.start();
  const before = Math.floor(Date.now() / 1000);
  const response = await rig.post(CHAT, HELLO);
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "application/json");
  assertEquals(response.headers.get("x-edgemesh-device"), "laptop");
  assertEquals(response.headers.get("x-edgemesh-device-id"), "id-laptop");
  const { id, created, ...rest } = await response.json();
  assertMatch(id, /^chatcmpl-[0-9a-f]{32}$/);
  assert(created >= before && created <= before + 60);
  assertEquals(rest, {
    object: "chat.completion",
    model: "tiny:latest",
    choices: [{
      index: 0,
      message: { role: "assistant", content: "Hello, world", refusal: null },
      logprobs: null,
      finish_reason: "stop",
    }],
    usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
  });
});

Deno.test("a streamed chat begins with the role, has each piece, the reason of its end, and [DONE]", async () => {
  await using rig = await ApiRig.start();
  rig.models.script = async (request, watch) => ({
    ...await say("a", "", '"\n😀')(request, watch, new AbortController().signal),
    finish_reason: "length",
  });
  const response = await rig.post(CHAT, { ...HELLO, stream: true });
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assertEquals(response.headers.get("x-edgemesh-device"), "laptop");
  const events = await eventsOf(response);
  assertEquals(events.at(-1), "[DONE]");
  const chunks = events.slice(0, -1).map(parsed);
  const choice = (delta: unknown, finish_reason: string | null = null) => [{
    index: 0,
    delta,
    logprobs: null,
    finish_reason,
  }];
  assertEquals(chunks.map(({ choices }) => choices), [
    choice({ role: "assistant", content: "" }),
    choice({ content: "a" }),
    choice({ content: '"\n😀' }),
    choice({}, "length"),
  ]);
  const [{ id, created }] = chunks;
  assertMatch(id, /^chatcmpl-/);
  for (const { choices: _, ...rest } of chunks) {
    assertEquals(rest, { id, object: "chat.completion.chunk", created, model: "tiny:latest" });
  }
});

Deno.test("a stream that is asked for its counts gives them before [DONE], and null before", async () => {
  await using rig = await ApiRig.start();
  const response = await rig.post(CHAT, { ...HELLO, stream: true, stream_options: { include_usage: true } });
  const chunks = (await eventsOf(response)).slice(0, -1).map(parsed);
  const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
  assertEquals(chunks.map((chunk) => chunk.usage), [null, null, null, null, null, usage]);
  assertEquals(chunks.at(-1).choices, []);
});

Deno.test("a stream without a word is complete all the same", async () => {
  await using rig = await ApiRig.start();
  rig.models.script = say();
  const response = await rig.post(CHAT, { ...HELLO, stream: true });
  assertEquals(response.headers.get("x-edgemesh-device"), "laptop");
  const events = await eventsOf(response);
  assertEquals(events.slice(0, -1).map(parsed).map(({ choices }) => choices[0].delta), [
    { role: "assistant", content: "" },
    {},
  ]);
});

Deno.test("each piece of a stream reaches the client before the next one is there", async () => {
  await using rig = await ApiRig.start();
  const steps = [0, 1, 2].map(() => Promise.withResolvers<void>());
  rig.models.script = async (_, watch) => {
    watch.onStart(startOn("laptop"));
    for (const [at, { promise }] of steps.entries()) {
      await promise;
      watch.onText(`piece ${at}`);
    }
    return endOf(3);
  };
  using connection = await rig.connect(CHAT, { ...HELLO, stream: true });
  for (const [at, { resolve }] of steps.entries()) {
    resolve();
    // Nothing but the piece before makes the next one come: one that is held back would hang here.
    await connection.until(`"piece ${at}"`);
  }
  await connection.until("data: [DONE]\n\n");
});

Deno.test("where another device takes over before the first word, the answer names that one", async () => {
  await using rig = await ApiRig.start();
  rig.models.script = async (_, watch) => {
    watch.onStart(startOn("laptop", "tiny"));
    await Promise.resolve();
    watch.onStart(startOn("Büro 100% 🖥", "tiny:7b"));
    watch.onText("hi");
    return endOf(1);
  };
  for (const stream of [false, true]) {
    const response = await rig.post(CHAT, { ...HELLO, stream });
    const name = response.headers.get("x-edgemesh-device") ?? "";
    assertEquals(name, "B%C3%BCro 100%25 %F0%9F%96%A5");
    assertEquals(decodeURIComponent(name), "Büro 100% 🖥");
    const text = await response.text();
    assert(text.includes('"model":"tiny:7b"'), text);
  }
});

Deno.test("a device that fails in mid-stream is told of in the stream, which then is not complete", async () => {
  await using rig = await ApiRig.start();
  rig.models.script = (_, watch) => {
    watch.onStart(startOn("laptop"));
    watch.onText("half of");
    return Promise.reject(new MeshError("UNAVAILABLE", "laptop went away"));
  };
  const response = await rig.post(CHAT, { ...HELLO, stream: true });
  assertEquals(response.status, 200);
  const events = await eventsOf(response);
  assertEquals(parsed(events.at(-1) ?? ""), {
    error: { message: "laptop went away", type: "server_error", param: null, code: "unavailable" },
  });
  assertEquals(events.length, 3);
});

Deno.test("a failure before the first word of a stream is an answer of its own", async () => {
  await using rig = await ApiRig.start();
  rig.models.script = (_, watch) => {
    watch.onStart(startOn("laptop"));
    return Promise.reject(new MeshError("DEADLINE_EXCEEDED", "it took too long"));
  };
  const response = await rig.post(CHAT, { ...HELLO, stream: true });
  assertEquals(response.status, 504);
  assertEquals((await response.json()).error.message, "it took too long");
});

Deno.test("a completion is answered in OpenAI's older form, streamed and not", async () => {
  await using rig = await ApiRig.start();
  const ask = { model: "tiny", prompt: ["Once upon"], max_tokens: 9 };
  const { id, created: _, ...whole } = await (await rig.post("/v1/completions", ask)).json();
  assertMatch(id, /^cmpl-[0-9a-f]{32}$/);
  assertEquals(whole, {
    object: "text_completion",
    model: "tiny:latest",
    choices: [{ index: 0, text: "Hello, world", logprobs: null, finish_reason: "stop" }],
    usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
  });
  const events = await eventsOf(await rig.post("/v1/completions", { ...ask, stream: true }));
  assertEquals(events.at(-1), "[DONE]");
  const chunks = events.slice(0, -1).map(parsed);
  assertEquals(chunks.map(({ choices }) => choices[0].text), ["Hello", ", ", "world", ""]);
  assertEquals(chunks.map(({ choices }) => choices[0].finish_reason), [null, null, null, "stop"]);
  assertEquals(chunks.map(({ object }) => object), Array(4).fill("text_completion"));
  const [first] = rig.models.asked;
  assertEquals([first?.prompt, first?.messages, first?.max_tokens], ["Once upon", [], 9]);
});
