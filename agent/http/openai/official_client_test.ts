import OpenAI from "openai";
import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { eventually } from "../../../tests/processes.ts";
import { BusyError, MeshError } from "../../core/errors.ts";
import { ApiRig, KEY } from "./api_rig.ts";
import { deviceModel, sayAndHang, startOn } from "./fake_models.ts";

const messages = [{ role: "user" as const, content: "hi" }];

const clientOf = (rig: ApiRig, apiKey = KEY) => new OpenAI({ baseURL: `${rig.url}/v1`, apiKey, maxRetries: 0 });

Deno.test("OpenAI's client chats, and hears which device answered", async () => {
  await using rig = await ApiRig.start();
  const { data, response } = await clientOf(rig).chat.completions.create({ model: "tiny", messages }).withResponse();
  assertEquals(data.choices[0]?.message.content, "Hello, world");
  assertEquals(data.choices[0]?.finish_reason, "stop");
  assertEquals(data.usage, { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 });
  assertEquals(response.headers.get("x-edgemesh-device"), "laptop");
});

Deno.test("OpenAI's client reads a stream, piece by piece, and puts it together", async () => {
  await using rig = await ApiRig.start();
  const ask = { model: "tiny", messages, stream_options: { include_usage: true } };
  const pieces: string[] = [];
  const stream = await clientOf(rig).chat.completions.create({ ...ask, stream: true });
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content;
    if (piece) pieces.push(piece);
  }
  assertEquals(pieces, ["Hello", ", ", "world"]);
  const whole = await clientOf(rig).chat.completions.stream(ask).finalChatCompletion();
  assertEquals(whole.choices[0]?.message, { role: "assistant", content: "Hello, world", refusal: null, parsed: null });
  assertEquals(whole.usage, { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 });
});

Deno.test("OpenAI's client completes a prompt, streamed and not", async () => {
  await using rig = await ApiRig.start();
  const ask = { model: "tiny", prompt: "Once" };
  const whole = await clientOf(rig).completions.create(ask);
  assertEquals(whole.choices[0]?.text, "Hello, world");
  let text = "";
  for await (const chunk of await clientOf(rig).completions.create({ ...ask, stream: true })) {
    text += chunk.choices[0]?.text;
  }
  assertEquals(text, "Hello, world");
});

Deno.test("OpenAI's client gets embeddings in the form that it asks for by itself, and as numbers", async () => {
  await using rig = await ApiRig.start();
  const ask = { model: "tiny", input: ["a", "abc"] };
  for (const encoding of [{}, { encoding_format: "float" as const }]) {
    const { data, usage } = await clientOf(rig).embeddings.create({ ...ask, ...encoding });
    assertEquals(data.map(({ embedding }) => [...embedding]), [[1, 0.5], [3, 0.5]]);
    assertEquals(usage, { prompt_tokens: 7, total_tokens: 7 });
  }
});

Deno.test("OpenAI's client lists the mesh's models, and finds one by its name", async () => {
  await using rig = await ApiRig.start();
  rig.models.there.push(deviceModel("phone", "team/big:q4"));
  const ids: string[] = [];
  for await (const { id } of await clientOf(rig).models.list()) ids.push(id);
  assertEquals(ids, ["team/big:q4", "tiny:latest"]);
  assertEquals((await clientOf(rig).models.retrieve("team/big:q4")).owned_by, "edgemesh");
});

Deno.test("OpenAI's client knows each failure by its own class", async () => {
  await using rig = await ApiRig.start();
  const client = clientOf(rig);
  const failing = (error: Error) => {
    rig.models.script = () => Promise.reject(error);
    return () => client.chat.completions.create({ model: "tiny", messages });
  };
  await assertRejects(() => clientOf(rig, "wrong").models.list(), OpenAI.AuthenticationError, "401 wrong mesh key");
  await assertRejects(
    () => client.chat.completions.create({ model: "tiny", messages, n: 2 }),
    OpenAI.BadRequestError,
    "400 n is 2: edgemesh gives one answer to a request",
  );
  const unknown = await assertRejects(
    failing(new MeshError("NOT_FOUND", "no model x; there are: tiny")),
    OpenAI.NotFoundError,
    "there are: tiny",
  );
  assertEquals([unknown.code, unknown.param], ["model_not_found", "model"]);
  await assertRejects(failing(new BusyError("all queues are full", 100)), OpenAI.RateLimitError, "all queues are full");
  const gone = await assertRejects(
    failing(new MeshError("UNAVAILABLE", "no device")),
    OpenAI.InternalServerError,
    "no device",
  );
  assertEquals(gone.status, 503);
});

Deno.test("OpenAI's client tries a busy mesh again, when it was told to", async () => {
  await using rig = await ApiRig.start();
  const { script } = rig.models;
  rig.models.script = () => {
    rig.models.script = script;
    return Promise.reject(new BusyError("all queues are full", 1));
  };
  const client = new OpenAI({ baseURL: `${rig.url}/v1`, apiKey: KEY });
  const { choices } = await client.chat.completions.create({ model: "tiny", messages });
  assertEquals(choices[0]?.message.content, "Hello, world");
  assertEquals(rig.models.ends, ["all queues are full", "done"]);
});

Deno.test("OpenAI's client hears of a failure in mid-stream", async () => {
  await using rig = await ApiRig.start();
  rig.models.script = (_, watch) => {
    watch.onStart(startOn("laptop"));
    watch.onText("half of");
    return Promise.reject(new MeshError("UNAVAILABLE", "laptop went away"));
  };
  const stream = await clientOf(rig).chat.completions.create({ model: "tiny", messages, stream: true });
  let text = "";
  const read = async () => {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content;
  };
  const error = await assertRejects(read, OpenAI.APIError, "laptop went away");
  assertEquals([text, error.code], ["half of", "unavailable"]);
});

Deno.test("OpenAI's client stops a generation by leaving its stream, or by its signal", async () => {
  await using rig = await ApiRig.start();
  rig.models.script = sayAndHang("half of");
  const client = clientOf(rig);
  const stream = await client.chat.completions.create({ model: "tiny", messages, stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
  await eventually(() => rig.models.ends[0], "the first generation's end");
  const leaver = new AbortController();
  const asking = client.chat.completions.create({ model: "tiny", messages }, { signal: leaver.signal });
  const left = assertRejects(() => asking, OpenAI.APIUserAbortError);
  await eventually(() => rig.models.asked[1], "the second generation");
  leaver.abort();
  await left;
  await eventually(() => rig.models.ends[1], "the second generation's end");
  assertEquals(rig.models.ends, ["the client went away", "the client went away"]);
});
