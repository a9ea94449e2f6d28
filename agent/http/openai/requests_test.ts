import { assertEquals } from "../../../tests/assert.ts";
import { ApiRig } from "./api_rig.ts";

const CHAT = "/v1/chat/completions";
const COMPLETIONS = "/v1/completions";
const EMBEDDINGS = "/v1/embeddings";
const messages = [{ role: "user", content: "hi" }];

Deno.test("what a chat asks for reaches the mesh", async () => {
  await using rig = await ApiRig.start();
  const schema = { type: "object", properties: { a: { type: "string" } } };
  const response = await rig.post(CHAT, {
    model: "tiny",
    messages: [
      { role: "developer", content: "be brief" },
      { role: "user", content: [{ type: "text", text: "one" }, { type: "text", text: "two" }], name: "ann" },
      { role: "assistant", content: "", tool_calls: [] },
      { role: "tool", content: "3", tool_call_id: "x" },
    ],
    max_completion_tokens: 12,
    temperature: 0,
    top_p: 0.5,
    seed: -7,
    frequency_penalty: -2,
    presence_penalty: 2,
    stop: ["a", "b"],
    response_format: { type: "json_schema", json_schema: { name: "n", strict: true, schema } },
    n: 1,
    tools: [],
    tool_choice: "none",
    logprobs: false,
    logit_bias: {},
    modalities: ["text"],
    stream: false,
    user: "u",
    metadata: { a: "b" },
    store: true,
    something_new: [1],
  }, { headers: { "x-edgemesh-device-id": "id-laptop" } });
  assertEquals(response.status, 200, await response.text());
  assertEquals(rig.models.asked, [{
    prompt: "",
    messages: [
      { role: "system", content: "be brief" },
      { role: "user", content: "one\ntwo" },
      { role: "assistant", content: "" },
      { role: "tool", content: "3" },
    ],
    model: "tiny",
    max_tokens: 12,
    sampling: { temperature: 0, top_p: 0.5, seed: -7, frequency_penalty: -2, presence_penalty: 2, stop: ["a", "b"] },
    format: JSON.stringify(schema),
    device_id: "id-laptop",
  }]);
});

Deno.test("what a chat leaves out, or sets to null, is the model's and the mesh's own", async () => {
  await using rig = await ApiRig.start();
  const none = { max_tokens: null, temperature: null, stop: null, tools: null, response_format: null, stream: null };
  const bodies = [
    { messages },
    { messages, model: "" },
    { messages, model: "default", ...none },
    { messages, model: "edgemesh", response_format: { type: "text" }, stop: [] },
  ];
  for (const body of bodies) assertEquals((await (await rig.post(CHAT, body)).json()).object, "chat.completion");
  for (const request of rig.models.asked) {
    assertEquals(request, {
      prompt: "",
      messages,
      model: "",
      max_tokens: 0,
      sampling: { stop: [] },
      format: "",
      device_id: "",
    });
  }
  await (await rig.post(CHAT, { messages, max_tokens: 3, stop: "x", response_format: { type: "json_object" } })).text();
  const last = rig.models.asked.at(-1);
  assertEquals([last?.max_tokens, last?.sampling?.stop, last?.format], [3, ["x"], "json"]);
});

/** A body that is refused, the field that is named, and the message. */
const REFUSED: readonly (readonly [path: string, body: unknown, param: string, message: string])[] = [
  [CHAT, {}, "messages", "messages is missing, not an array of at least one message"],
  [CHAT, { messages: [] }, "messages", "messages is an empty array, not an array of at least one message"],
  [
    CHAT,
    { messages: Array(10_001).fill(messages[0]) },
    "messages",
    "messages has 10001 messages; 10000 are the most that are taken",
  ],
  [CHAT, { messages: [7] }, "messages[0]", "messages[0] is 7, not an object"],
  [
    CHAT,
    { messages: [{ role: "wizard", content: "x" }] },
    "messages[0].role",
    'messages[0].role is "wizard", not one of system, developer, user, assistant, tool',
  ],
  [
    CHAT,
    { messages: [{ role: "user" }] },
    "messages[0].content",
    "messages[0].content is missing, not a string or an array of text parts",
  ],
  [
    CHAT,
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
    "messages[0].content[0].type",
    'messages[0].content[0].type is "image_url": only text is supported',
  ],
  [
    CHAT,
    { messages: [{ role: "user", content: [{ type: "text" }] }] },
    "messages[0].content[0].text",
    "messages[0].content[0].text is missing",
  ],
  [
    CHAT,
    { messages: [{ role: "assistant", content: null, tool_calls: [{}] }] },
    "messages[0].tool_calls",
    "messages[0].tool_calls is not supported",
  ],
  [CHAT, { messages, model: 7 }, "model", "model is 7, not a string"],
  [CHAT, { messages, model: "x".repeat(513) }, "model", "model has 513 characters, not 512 at most"],
  [CHAT, { messages, temperature: 3 }, "temperature", "temperature is 3, not a number from 0 to 2"],
  [CHAT, { messages, temperature: "hot\n" }, "temperature", 'temperature is "hot\\n", not a number from 0 to 2'],
  [CHAT, { messages, top_p: {} }, "top_p", "top_p is an object, not a number from 0 to 1"],
  [CHAT, { messages, seed: 0.5 }, "seed", "seed is 0.5, not a whole number from -9007199254740991 to 9007199254740991"],
  [CHAT, { messages, max_tokens: 0 }, "max_tokens", "max_tokens is 0, not a whole number from 1 to 2147483647"],
  [
    CHAT,
    { messages, max_completion_tokens: -1 },
    "max_completion_tokens",
    "max_completion_tokens is -1, not a whole number from 1 to 2147483647",
  ],
  [CHAT, { messages, stop: ["a", "b", "c", "d", "e"] }, "stop", "stop has 5 texts; 4 are the most that are taken"],
  [CHAT, { messages, stop: [""] }, "stop", "a text of stop has 0 characters, not 1 to 1024"],
  [CHAT, { messages, stop: 7 }, "stop", "stop is 7, not a string or an array of strings"],
  [CHAT, { messages, stream: "yes" }, "stream", 'stream is "yes", not true or false'],
  [
    CHAT,
    { messages, stream_options: { include_usage: 1 } },
    "stream_options.include_usage",
    "stream_options.include_usage is 1, not true or false",
  ],
  [CHAT, { messages, n: 2 }, "n", "n is 2: edgemesh gives one answer to a request"],
  [CHAT, { messages, tools: [{}] }, "tools", "tools are not supported: the mesh's models answer with text"],
  [CHAT, { messages, functions: [{}] }, "functions", "functions are not supported: the mesh's models answer with text"],
  [
    CHAT,
    { messages, tool_choice: "required" },
    "tool_choice",
    "tool_choice is not supported: the mesh's models answer with text",
  ],
  [CHAT, { messages, logprobs: true }, "logprobs", "logprobs are not supported"],
  [CHAT, { messages, top_logprobs: 2 }, "top_logprobs", "top_logprobs are not supported"],
  [CHAT, { messages, logit_bias: { 5: 1 } }, "logit_bias", "logit_bias is not supported"],
  [CHAT, { messages, modalities: ["text", "audio"] }, "modalities", "modalities other than text are not supported"],
  [CHAT, { messages, audio: {} }, "audio", "audio is not supported"],
  [
    CHAT,
    { messages, response_format: { type: "xml" } },
    "response_format.type",
    'response_format.type is "xml", not text, json_object or json_schema',
  ],
  [
    CHAT,
    { messages, response_format: { type: "json_schema", json_schema: {} } },
    "response_format.json_schema.schema",
    "response_format.json_schema.schema is missing, not an object",
  ],
  [
    CHAT,
    { messages, response_format: { type: "json_schema", json_schema: { schema: { a: "x".repeat(262_144) } } } },
    "response_format.json_schema.schema",
    "response_format.json_schema.schema has 262152 characters; 262144 are the most that are taken",
  ],
  [COMPLETIONS, {}, "prompt", "prompt is missing, not a string of at least one character"],
  [COMPLETIONS, { prompt: ["a", "b"] }, "prompt", "prompt is an array of 2 prompts: send one string"],
  [COMPLETIONS, { prompt: [1, 2] }, "prompt", "prompt is an array of tokens: send one string"],
  [COMPLETIONS, { prompt: "x", echo: true }, "echo", "echo is not supported"],
  [COMPLETIONS, { prompt: "x", suffix: "y" }, "suffix", "suffix is not supported"],
  [COMPLETIONS, { prompt: "x", best_of: 2 }, "best_of", "best_of is 2: edgemesh makes one answer to a request"],
  [COMPLETIONS, { prompt: "x", logprobs: 0 }, "logprobs", "logprobs are not supported"],
  [EMBEDDINGS, {}, "input", "input is missing"],
  [EMBEDDINGS, { input: [] }, "input", "input has 0 texts, not 1 to 2048"],
  [EMBEDDINGS, { input: "" }, "input", 'input is "", not a string of at least one character'],
  [EMBEDDINGS, { input: ["a", {}] }, "input", "input[1] is an object, not a string of at least one character"],
  [EMBEDDINGS, { input: [1, 2] }, "input", "input is an array of tokens: send text"],
  [
    EMBEDDINGS,
    { input: "x", encoding_format: "hex" },
    "encoding_format",
    'encoding_format is "hex", not float or base64',
  ],
  [
    EMBEDDINGS,
    { input: "x", dimensions: 8 },
    "dimensions",
    "dimensions is not supported: a vector has as many as its model makes",
  ],
];

Deno.test("a field that is wrong or not supported is named, with what it should be", async () => {
  await using rig = await ApiRig.start();
  for (const [path, body, param, message] of REFUSED) {
    const response = await rig.post(path, body);
    const { error } = await response.json();
    assertEquals([response.status, error.type, error.param], [400, "invalid_request_error", param], message);
    assertEquals(error.message, message);
  }
  assertEquals([rig.models.asked, rig.models.embedded], [[], []]);
});

Deno.test("a schema that is nested without end is refused, and the agent goes on", async () => {
  await using rig = await ApiRig.start();
  const depth = 200_000;
  const schema = '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
  const body =
    `{"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"schema":${schema}}}}`;
  const response = await rig.fetch(CHAT, { method: "POST", body });
  const { error } = await response.json();
  assertEquals([response.status, error.param], [400, "response_format.json_schema.schema"]);
  assertEquals((await rig.post(CHAT, { messages })).status, 200);
});

Deno.test("a body that is no JSON object is refused with what it is", async () => {
  await using rig = await ApiRig.start();
  const refused = async (body: BodyInit) => {
    const response = await rig.fetch(CHAT, { method: "POST", body });
    const { error } = await response.json();
    assertEquals([response.status, error.type, error.param], [400, "invalid_request_error", null]);
    return error.message;
  };
  assertEquals(await refused(""), "the body is empty");
  assertEquals(await refused("[]"), "the body is not a JSON object");
  assertEquals(await refused("null"), "the body is not a JSON object");
  assertEquals(await refused(new Uint8Array([0x22, 0xff, 0x22])), "the body is not UTF-8");
  assertEquals((await refused("{\n'a': 1}")).startsWith("the body is not JSON: "), true);
});
