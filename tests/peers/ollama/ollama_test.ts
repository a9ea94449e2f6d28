import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "../../assert.ts";
import { eventually } from "../../processes.ts";
import { promptTokens } from "./chat_template.ts";
import { findOllama, ollamaRequired } from "./find_ollama.ts";
import { type OllamaOptions, type OllamaServer, startOllama } from "./ollama_server.ts";
import { runs } from "./process_tree.ts";

const ollama = await findOllama();
const missing = "missing" in ollama ? ollama.missing : undefined;
if (missing && !ollamaRequired()) console.warn(`ignored: a real Ollama: ${missing}`);

/** A test of a real Ollama, which must have ended, with all that it started, when the test has. */
function test(name: string, body: (server: OllamaServer) => Promise<void>, options: OllamaOptions = {}): void {
  Deno.test({
    name,
    ignore: missing !== undefined && !ollamaRequired(),
    async fn() {
      await using server = await startOllama(options);
      await body(server);
    },
  });
}

async function ask(server: OllamaServer, path: string, body: unknown): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(server.url + path, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, answer: await response.json() };
}

/** The fields of Ollama's answers that are looked at here. */
interface Answer {
  readonly message: { readonly content: string };
  readonly done_reason: string;
  readonly prompt_eval_count: number;
  readonly eval_count: number;
  readonly embeddings: readonly (readonly number[])[];
  readonly error: string;
}

const messages = [{ role: "system", content: "Be kind." }, { role: "user", content: "Grüß Gott, ▁ 1 + 1?" }];

test("a real Ollama with the tiny model speaks as many tokens as it is asked for, and counts those of the prompt", async (server) => {
  for (const tokens of [1, 40, 700]) {
    const options = { num_predict: tokens };
    const { answer } = await ask(server, "/api/chat", { model: "tiny", messages, stream: false, options });
    assertEquals([answer.done_reason, answer.eval_count], ["length", tokens]);
    assertEquals(answer.prompt_eval_count, promptTokens(messages));
  }
});

test("without randomness the tiny model says the same again, and another seed says something else", async (server) => {
  const said = async (model: string) => {
    const options = { num_predict: 40, temperature: 0 };
    return (await ask(server, "/api/chat", { model, messages, stream: false, options })).answer.message.content;
  };
  const first = await said("one");
  assertEquals(first.length, 40);
  assertEquals(await said("one"), first);
  assert(await said("other") !== first);
}, { models: { one: {}, other: { seed: 2 } } });

test("the tiny model ends what a JSON schema describes", async (server) => {
  const format = {
    type: "object",
    properties: {
      kind: { enum: ["ECHO", "COMMAND"] },
      words: { type: "array", items: { type: "string" }, maxItems: 3 },
    },
    required: ["kind", "words"],
  };
  const options = { num_predict: 2000, seed: 1 };
  const request = { model: "tiny", messages, stream: false, format, options };
  const { answer } = await ask(server, "/api/chat", request);
  assertEquals(answer.done_reason, "stop");
  const { kind, words } = JSON.parse(answer.message.content);
  assert(["ECHO", "COMMAND"].includes(kind) && Array.isArray(words), answer.message.content);
});

test("a tiny model that embeds does so and does not speak", async (server) => {
  const { answer } = await ask(server, "/api/embed", { model: "vectors", input: ["one", "another"] });
  assertEquals(answer.embeddings.map((vector) => vector.length), [64, 64]);
  const refused = await ask(server, "/api/chat", { model: "vectors", messages });
  assertEquals([refused.status, refused.answer.error], [400, '"vectors" does not support chat']);
}, { models: { vectors: { embeds: true } } });

test("whoever closes the connection ends the generation, which the requests of the server show", async (server) => {
  const ended = () => server.requests().filter(({ path }) => path === "/api/chat");
  const options = { num_predict: 30_000 };
  const body = JSON.stringify({ model: "tiny", messages, options });
  const response = await fetch(`${server.url}/api/chat`, { method: "POST", body });
  const reader = response.body?.getReader();
  await reader?.read();
  assertEquals(ended(), []);
  await reader?.cancel();
  await eventually(() => ended()[0], "the end of the generation");
  assertEquals(ended(), [{ method: "POST", path: "/api/chat", status: 200 }]);
});

test("a model whose process is killed ends its answer with an error, and is loaded again", async (server) => {
  const body = JSON.stringify({ model: "tiny", messages, options: { num_predict: 30_000 } });
  const response = await fetch(`${server.url}/api/chat`, { method: "POST", body });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  await reader?.read();
  assertEquals(server.runners().length, 1);
  server.killRunners();
  let text = "";
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) text += next.value;
  assertStringIncludes(text.trim().split("\n").at(-1) ?? "", '{"error":"an error was encountered');
  const request = { model: "tiny", messages, stream: false, options: { num_predict: 2 } };
  assertEquals((await ask(server, "/api/chat", request)).answer.eval_count, 2);
});

test("a model that lacks a part cannot be loaded, which the server says", async (server) => {
  const { status, answer } = await ask(server, "/api/chat", { model: "broken", messages });
  assertEquals(status, 500);
  // On a busy machine it may not hear of the reason, the missing tensor, before it answers.
  assertMatch(answer.error, /output_norm|model failed to load/);
}, { models: { broken: { incomplete: true } } });

for (const end of ["stop", "kill"] as const) {
  test(`after ${end} there is no process, port or folder left of the server`, async (server) => {
    await ask(server, "/api/chat", { model: "tiny", messages: [], stream: false });
    const pids = [server.pid, ...server.runners()];
    assertEquals(pids.map(runs), [true, true]);
    const home = /OLLAMA_MODELS:(\S+)/.exec(server.log())?.[1] ?? "";
    assert(Deno.statSync(home).isDirectory);
    await server[end]();
    await server.stop();
    assertEquals(pids.map(runs), [false, false]);
    assertThrows(() => Deno.statSync(home), Deno.errors.NotFound);
    await assertRejects(() => fetch(`${server.url}/api/version`), TypeError);
  });
}
