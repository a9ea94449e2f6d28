import { assertEquals, assertThrows } from "../../tests/assert.ts";
import type { GenerateRequest, Sampling } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { checkEmbedRequest, checkGenerateRequest, generateRequest, textOf } from "./generate_request.ts";

const LIMIT = 4 * 1024 * 1024;

const message = (role: string, content = "x") => ({ role, content });
const sampled = (sampling: Partial<Sampling>): Partial<GenerateRequest> => ({
  prompt: "x",
  sampling: { stop: [], ...sampling },
});

Deno.test("a prompt or a chat is taken, with all that may be said of it", () => {
  const good: Partial<GenerateRequest>[] = [
    { prompt: "x" },
    { messages: ["system", "user", "assistant", "tool"].map((role) => message(role, "")) },
    { prompt: "x".repeat(LIMIT) },
    { prompt: "x", max_tokens: 1, format: "json" },
    { prompt: "x", format: '{"type":"object"}' },
    sampled({ temperature: 0, top_p: 0, seed: -1, frequency_penalty: -2, presence_penalty: 2, stop: ["\n"] }),
    sampled({ temperature: 2, top_p: 1 }),
  ];
  for (const request of good) checkGenerateRequest(generateRequest(request));
});

const REFUSED: [Partial<GenerateRequest>, string][] = [
  [{}, "prompt: is empty; give a prompt, or messages"],
  [{ prompt: "x", messages: [message("user")] }, "prompt: cannot go with messages; give one of them"],
  [
    { messages: [message("user"), message("bot")] },
    'messages[1].role: "bot" is unknown; use system, user, assistant or tool',
  ],
  [{ messages: new Array(10_001).fill(message("user")) }, "messages: has 10001 messages; 10000 are the most"],
  [{ prompt: "x".repeat(LIMIT + 1) }, `prompt: is longer than ${LIMIT} bytes; shorten it`],
  [{ prompt: "€".repeat(LIMIT / 3 + 1) }, `prompt: is longer than ${LIMIT} bytes; shorten it`],
  [
    { messages: [message("system", "x".repeat(LIMIT)), message("user")] },
    `messages: is longer than ${LIMIT} bytes; shorten it`,
  ],
  [{ prompt: "x", max_tokens: -1 }, "max_tokens: is -1; it must be 0 (no limit) or more"],
  [{ prompt: "x", max_tokens: 1.5 }, "max_tokens: is 1.5; it must be 0 (no limit) or more"],
  [sampled({ temperature: 2.1 }), "sampling.temperature: is 2.1; it must be 0 to 2"],
  [sampled({ temperature: NaN }), "sampling.temperature: is NaN; it must be 0 to 2"],
  [sampled({ top_p: -0.1 }), "sampling.top_p: is -0.1; it must be 0 to 1"],
  [sampled({ frequency_penalty: 3 }), "sampling.frequency_penalty: is 3; it must be -2 to 2"],
  [sampled({ presence_penalty: -3 }), "sampling.presence_penalty: is -3; it must be -2 to 2"],
  [sampled({ seed: 2 ** 53 }), "sampling.seed: is 9007199254740992; it must be a whole number below 2^53"],
  [sampled({ stop: ["a", ""] }), "sampling.stop[1]: is empty"],
  [sampled({ stop: ["x".repeat(1001)] }), "sampling.stop[0]: is longer than 1000 characters"],
  [sampled({ stop: new Array(65).fill("x") }), "sampling.stop: has 65 texts; 64 are the most"],
  [{ prompt: "x", format: "[]" }, 'format: is neither "json" nor a JSON schema: a schema is a JSON object'],
  [{ prompt: "x", format: "null" }, 'format: is neither "json" nor a JSON schema: a schema is a JSON object'],
  [{ prompt: "x", format: " ".repeat(262_145) }, "format: is longer than 262144 characters"],
];

for (const [request, expected] of REFUSED) {
  Deno.test(`refused: ${expected.slice(0, 100)}`, () => {
    const { code, message } = assertThrows(() => checkGenerateRequest(generateRequest(request)), MeshError);
    assertEquals([code, message], ["INVALID_ARGUMENT", expected]);
  });
}

Deno.test("a format that is no JSON says where", () => {
  const request = generateRequest({ prompt: "x", format: '{"type":' });
  const { code, message } = assertThrows(() => checkGenerateRequest(request), MeshError);
  assertEquals(code, "INVALID_ARGUMENT");
  assertEquals(message.startsWith('format: is neither "json" nor a JSON schema: '), true, message);
  assertEquals(message.includes("\n"), false);
});

Deno.test("texts to embed are counted and measured", () => {
  const check = (inputs: string[]) => checkEmbedRequest({ model: "", device_id: "", inputs });
  check(["a", "b"]);
  const refused: [string[], string][] = [
    [[], "inputs: is empty; give at least one text"],
    [["a", ""], "inputs[1]: is empty"],
    [new Array<string>(2049).fill("a"), "inputs: has 2049 texts; 2048 are the most"],
    [["a", "x".repeat(LIMIT)], `inputs: is longer than ${LIMIT} bytes; shorten it`],
  ];
  for (const [inputs, expected] of refused) {
    const { code, message } = assertThrows(() => check(inputs), MeshError);
    assertEquals([code, message], ["INVALID_ARGUMENT", expected]);
  }
});

Deno.test("what a model has to read is the prompt, or all that the messages say", () => {
  assertEquals(textOf(generateRequest({ prompt: "abc" })), "abc");
  assertEquals(textOf(generateRequest({ messages: [message("system", "ab"), message("user", "c")] })), "abc");
});
