import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { OPENAI_ERRORS, type OpenAiOptions, StandInOpenAi } from "../../tests/stand_in/openai.ts";
import { type ErrorCode, MeshError } from "../core/errors.ts";
import { OpenAiEndpoint } from "./openai_endpoint.ts";
import type { ServerLimits } from "./server_http.ts";
import type { ServerRequest } from "./types.ts";

const never = new AbortController().signal;
const MODEL = "llama-3.2-3b";

const ask = (given: Partial<ServerRequest> = {}): ServerRequest => ({
  model: MODEL,
  prompt: given.messages ? "" : "one two three",
  messages: [],
  maxTokens: 0,
  sampling: null,
  format: "",
  ...given,
});

async function withEndpoint(
  run: (endpoint: OpenAiEndpoint, server: StandInOpenAi) => Promise<void>,
  options: OpenAiOptions = {},
  limits: Partial<ServerLimits> = {},
): Promise<void> {
  await using server = await StandInOpenAi.start(options);
  await run(new OpenAiEndpoint(server.url, limits), server);
  await server.until(({ connections }) => connections === 0);
}

async function failure(work: Promise<unknown>): Promise<[ErrorCode, string]> {
  const error = await assertRejects(() => work, MeshError);
  return [error.code, error.message];
}

Deno.test("an endpoint's address may end with /v1", () => {
  for (const url of ["http://localhost:8080", "http://localhost:8080/", "http://localhost:8080/v1/"]) {
    assertEquals(new OpenAiEndpoint(url).endpoint, "http://localhost:8080");
  }
  assertEquals(new OpenAiEndpoint("http://host/path/v1").endpoint, "http://host/path");
});

Deno.test("the models of an endpoint count as loaded; those for embeddings are told by their names", async () => {
  const names = ["../models/Llama-3.gguf", "text-embedding-nomic-embed-text-v1.5", "bge-m3", "all-MiniLM-L6-v2"];
  const models = names.map((name) => ({ name, sizeBytes: 5000 }));
  await withEndpoint(async (endpoint) => {
    const listed = await endpoint.models(never);
    assertEquals(listed.map(({ name, generates }) => [name, generates]), [
      [names[0], true],
      [names[1], false],
      [names[2], false],
      [names[3], false],
    ]);
    assert(listed.every(({ loaded, embeds }) => loaded && embeds));
    assertEquals([listed[0]?.sizeBytes, listed[0]?.parameterSize], [5000, "8.0B"]);
  }, { models });
  await withEndpoint(async (endpoint) => {
    const [first] = await endpoint.models(never);
    assertEquals([first?.sizeBytes, first?.parameterSize, first?.modifiedAt], [0, "", 0]);
  }, { models, like: "lm-studio" });
});

Deno.test("an answer comes piece by piece, with the server's own counts and timings", () =>
  withEndpoint(async (endpoint, server) => {
    const pieces: string[] = [];
    const end = await endpoint.generate(ask({ maxTokens: 4 }), (text) => pieces.push(text), never);
    assertEquals(pieces, ["one", " two", " three", " one"]);
    assertEquals([end.finishReason, end.promptTokens, end.outputTokens, end.loadMs], ["length", 3, 4, 0]);
    assert(end.prefillMs >= 8 && end.decodeMs >= 5, "as long as the stand-in took");
    assert(end.prefillMs < 10_000 && end.decodeMs < 10_000);
    assertEquals(server.requests.map(({ path, state }) => [path, state]), [["/v1/chat/completions", "done"]]);
  }, { msPerPromptToken: 3, msPerToken: 2 }));

Deno.test("where the server gives no timings, they are measured; where it gives no counts, pieces are counted", () =>
  withEndpoint(async (endpoint) => {
    const end = await endpoint.generate(ask({ maxTokens: 4 }), () => {}, never);
    assertEquals([end.promptTokens, end.outputTokens], [0, 4]);
    assert(end.prefillMs >= 8 && end.decodeMs > 0 && end.prefillMs + end.decodeMs >= 13);
  }, { like: "lm-studio", usage: "ignored", msPerPromptToken: 3, msPerToken: 2 }));

Deno.test("a server that refuses stream_options is asked without them, once and for all", () =>
  withEndpoint(async (endpoint, server) => {
    for (const time of [1, 2]) {
      let text = "";
      const end = await endpoint.generate(ask(), (piece) => text += piece, never);
      assertEquals([time, text, end.outputTokens, end.finishReason], [time, "one two three", 3, "stop"]);
    }
    assertEquals(server.requests.map(({ body }) => "stream_options" in body), [true, false, false]);
  }, { usage: "refused" }));

Deno.test("what the request sets reaches the server, nothing else", () =>
  withEndpoint(async (endpoint, server) => {
    const messages = [{ role: "system", content: "Be brief." }, { role: "user", content: "Hello" }];
    const sampling = { temperature: 0, top_p: 0.5, seed: 7, frequency_penalty: -1, presence_penalty: 2, stop: ["E"] };
    const schema = { type: "object", properties: { a: { type: "number" } } };
    let text = "";
    const given = ask({ messages, sampling, format: JSON.stringify(schema), maxTokens: 50 });
    await endpoint.generate(given, (piece) => text += piece, never);
    assertEquals(text, '{"a":1}');
    const fixed = { model: MODEL, stream: true, stream_options: { include_usage: true } };
    assertEquals({ ...server.requests[0]?.body }, {
      ...fixed,
      messages,
      max_tokens: 50,
      ...sampling,
      response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
    });
    await endpoint.generate(ask({ format: "json" }), () => {}, never);
    assertEquals({ ...server.requests[1]?.body }, {
      ...fixed,
      messages: [{ role: "user", content: "one two three" }],
      response_format: { type: "json_object" },
    });
    await assertRejects(() => endpoint.generate(ask({ format: "yaml" }), () => {}, never), MeshError, "format is");
    assertEquals(server.requests.length, 2);
  }, { json: () => ({ a: 1 }) }));

Deno.test("what a model thinks is not part of its answer", () =>
  withEndpoint(async (endpoint) => {
    let text = "";
    const end = await endpoint.generate(ask(), (piece) => text += piece, never);
    assertEquals([text, end.outputTokens], ["Yes.", 4]);
  }, { models: [{ name: MODEL, thinking: "Let me see" }], say: () => "Yes." }));

Deno.test("texts become vectors in their order", () =>
  withEndpoint(async (endpoint, server) => {
    const both = await endpoint.embed(MODEL, ["one two", "three"], never);
    assertEquals([both.embeddings.length, both.embeddings[0]?.length, both.promptTokens], [2, 8, 3]);
    const data = [{ index: 1, embedding: [2] }, { index: 0, embedding: [1] }];
    server.fault = { kind: "answer", status: 200, body: JSON.stringify({ data }) };
    assertEquals((await endpoint.embed(MODEL, ["a", "b"], never)).embeddings, [[1], [2]]);
  }));

Deno.test("when the caller goes away, generation stops at the endpoint at once", () =>
  withEndpoint(async (endpoint, server) => {
    const abort = new AbortController();
    const generating = endpoint.generate(
      ask({ maxTokens: 100_000 }),
      () => abort.abort(new Error("gone")),
      abort.signal,
    );
    assertEquals((await generating.catch((error) => error)).message, "gone");
    await server.until(({ requests }) => requests[0]?.state === "stopped");
  }, { msPerToken: 5 }));

Deno.test("what an endpoint refuses keeps its own words", () =>
  withEndpoint(async (endpoint, server) => {
    const at = `the OpenAI endpoint at ${server.url}`;
    const gone = `${at} has no model 'gpt-9'; it has: ${MODEL}, other`;
    assertEquals(await failure(endpoint.generate(ask({ model: "gpt-9" }), () => {}, never)), ["NOT_FOUND", gone]);
    assertEquals(await failure(endpoint.embed("gpt-9", ["x"], never)), ["NOT_FOUND", gone]);
    assertEquals(await failure(endpoint.embed("other", ["x"], never)), [
      "FAILED_PRECONDITION",
      `${at} answered 501: This server does not support embeddings. Start it with \`--embeddings\``,
    ]);
    const met = (status: number, body: string) => {
      server.fault = { kind: "answer", status, body };
      return failure(endpoint.generate(ask(), () => {}, never));
    };
    assertEquals(await met(503, OPENAI_ERRORS.loading), ["UNAVAILABLE", `${at} answered 503: Loading model`]);
    assertEquals(await met(400, OPENAI_ERRORS.tooLong), [
      "INVALID_ARGUMENT",
      `${at} answered 400: the request exceeds the available context size, try increasing it`,
    ]);
    assertEquals(await met(404, OPENAI_ERRORS.notFound), [
      "INTERNAL",
      `${at} answered 404: File Not Found; is it a model server of this kind?`,
    ]);
    assertEquals(await met(401, '{"error":{"message":"Invalid API Key"}}'), [
      "FAILED_PRECONDITION",
      `${at} answered 401: Invalid API Key; it wants a key, and a model server gets none from edgemesh`,
    ]);
    assertEquals(await met(500, '{"error":"the model has crashed"}'), [
      "INTERNAL",
      `${at} answered 500: the model has crashed`,
    ]);
    // LM Studio answers a path that it does not know with 200.
    const body = '{"error":"Unexpected endpoint or method. (GET /v1/models)"}';
    server.fault = { kind: "answer", status: 200, body, paths: ["/v1/models"] };
    assertEquals((await failure(endpoint.models(never)))[0], "INTERNAL");
  }, { models: [{ name: MODEL }, { name: "other", embeds: false }] }));

Deno.test("an endpoint that dies, breaks off, fails or babbles in mid-stream is told", () =>
  withEndpoint(async (endpoint, server) => {
    const at = `the OpenAI endpoint at ${server.url}`;
    const met = async (fault: typeof server.fault) => {
      server.fault = fault;
      let text = "";
      return [...await failure(endpoint.generate(ask({ maxTokens: 9 }), (piece) => text += piece, never)), text];
    };
    const died = await met({ kind: "die", after: 2 });
    assertEquals([died[0], died[2]], ["UNAVAILABLE", "one two"]);
    assert(died[1]?.startsWith(`${at} broke off after 2 pieces: `));
    assertEquals(await met({ kind: "end", after: 1 }), ["UNAVAILABLE", `${at} broke off after 1 piece`, "one"]);
    assertEquals(await met({ kind: "error", after: 2, error: "out of memory" }), [
      "INTERNAL",
      `${at} failed after 2 pieces: out of memory`,
      "one two",
    ]);
    assertEquals(await met({ kind: "line", after: 1, line: '{"broken' }), [
      "INTERNAL",
      `${at} sent an event that is no JSON object: "{\\"broken"`,
      "one",
    ]);
    assertEquals(await met({ kind: "line", after: 0, line: "x".repeat(9 * 1024 * 1024) }), [
      "INTERNAL",
      `${at} sent a line of more than 8388608 characters`,
      "",
    ]);
    await server.stop();
    assertEquals(await failure(endpoint.generate(ask(), () => {}, never)), [
      "UNAVAILABLE",
      `cannot reach ${at}: connection refused`,
    ]);
    server.restart();
    server.fault = null;
    assertEquals((await endpoint.generate(ask(), () => {}, never)).outputTokens, 3);
  }));

Deno.test("a failure that llama.cpp's server tells in the stream is told", () =>
  withEndpoint(async (endpoint, server) => {
    server.fault = {
      kind: "answer",
      status: 200,
      contentType: "text/event-stream",
      body: `error: ${JSON.stringify(JSON.parse(OPENAI_ERRORS.tooLong).error)}\n\ndata: [DONE]\n\n`,
    };
    assertEquals(await failure(endpoint.generate(ask(), () => {}, never)), [
      "INTERNAL",
      `the OpenAI endpoint at ${server.url} failed after 0 pieces: ` +
      "the request exceeds the available context size, try increasing it",
    ]);
  }));

Deno.test("an endpoint may say in every event that there is no error", () =>
  withEndpoint(async (endpoint, server) => {
    const event = (choice: string) => `data: {"error":null,"choices":[${choice}]}\n\n`;
    server.fault = {
      kind: "answer",
      status: 200,
      contentType: "text/event-stream",
      body: event('{"delta":{"content":"one"}}') + event('{"delta":{},"finish_reason":"stop"}') + "data: [DONE]\n\n",
    };
    let text = "";
    await endpoint.generate(ask(), (piece) => text += piece, never);
    assertEquals(text, "one");
  }));

Deno.test("an endpoint that says nothing for too long is given up", () =>
  withEndpoint(
    async (endpoint, server) => {
      server.fault = { kind: "hang", after: 2 };
      assertEquals(await failure(endpoint.generate(ask(), () => {}, never)), [
        "UNAVAILABLE",
        `the OpenAI endpoint at ${server.url} sent nothing for 40 ms`,
      ]);
      await server.until(({ requests }) => requests[0]?.state === "stopped");
    },
    {},
    { betweenPiecesMs: 40 },
  ));
