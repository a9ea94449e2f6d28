import { assert, assertEquals, assertMatch, assertRejects } from "../../tests/assert.ts";
import { OLLAMA_ERRORS, type OllamaOptions, StandInOllama } from "../../tests/stand_in/ollama.ts";
import { type ErrorCode, MeshError } from "../core/errors.ts";
import { OllamaServer } from "./ollama.ts";
import type { ServerLimits } from "./server_http.ts";
import type { ServerRequest } from "./types.ts";

const never = new AbortController().signal;

const ask = (given: Partial<ServerRequest> = {}): ServerRequest => ({
  model: "llama3.2",
  prompt: given.messages ? "" : "one two three",
  messages: [],
  maxTokens: 0,
  sampling: null,
  format: "",
  ...given,
});

async function withOllama(
  run: (server: OllamaServer, ollama: StandInOllama) => Promise<void>,
  options: OllamaOptions = {},
  limits: Partial<ServerLimits> = {},
): Promise<void> {
  await using ollama = await StandInOllama.start(options);
  await run(new OllamaServer(ollama.url, limits), ollama);
  await ollama.until(({ connections }) => connections === 0);
}

async function failure(work: Promise<unknown>): Promise<[ErrorCode, string]> {
  const error = await assertRejects(() => work, MeshError);
  return [error.code, error.message];
}

Deno.test("Ollama's models are listed with what is in memory, their size and what they can do", () =>
  withOllama(async (server, ollama) => {
    const models = (await server.models(never)).sort((a, b) => a.name < b.name ? -1 : 1);
    assertEquals(models.map(({ name, loaded, generates, embeds }) => [name, loaded, generates, embeds]), [
      ["cold:1b", false, true, true],
      ["llama3.2:latest", true, true, true],
      ["nomic-embed-text:latest", true, false, true],
    ]);
    assertEquals(models[1], {
      name: "llama3.2:latest",
      loaded: true,
      sizeBytes: 2000,
      memoryBytes: 3000,
      parameterSize: "3.2B",
      quantization: "Q4_K_M",
      modifiedAt: Date.parse("2025-06-01T12:00:00Z"),
      generates: true,
      embeds: true,
    });
    assertEquals(models[0]?.memoryBytes, 0);
    await server.models(never);
    const shown = ollama.allRequests.filter(({ path }) => path === "/api/show");
    assertEquals(shown.length, 3, "what a model can do is asked once");
  }, {
    models: [
      { name: "llama3.2", sizeBytes: 2000, memoryBytes: 3000, modifiedAt: new Date("2025-06-01T12:00:00Z") },
      { name: "nomic-embed-text", family: "nomic-bert", capabilities: ["embedding"] },
      { name: "cold:1b", loaded: false },
    ],
  }));

Deno.test("a model that is in memory under another of its names is in memory", () =>
  withOllama(async (server, ollama) => {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const { models: tags } = await (await fetch(`${ollama.url}/api/tags`, { client })).json();
    const [{ digest }] = tags.filter(({ name }: { name: string }) => name === "llama3.2:3b");
    const body = JSON.stringify({ models: [{ name: "mine:latest", digest, size: 3000 }, { name: "older:latest" }] });
    ollama.fault = { kind: "answer", status: 200, body, paths: ["/api/ps"] };
    const models = await server.models(never);
    assertEquals(models.map(({ name, loaded, memoryBytes }) => [name, loaded, memoryBytes]).sort(), [
      ["cold:latest", false, 0],
      ["llama3.2:3b", true, 3000],
      ["older:latest", true, 0],
    ]);
  }, { models: ["llama3.2:3b", "cold", "older"].map((name) => ({ name, loaded: false })) }));

Deno.test("an older Ollama does not say what models can do: those of the BERT kind only make embeddings", () =>
  withOllama(async (server) => {
    const models = await server.models(never);
    assertEquals(models.map(({ name, generates, embeds }) => [name, generates, embeds]), [
      ["llama2:latest", true, true],
      ["all-minilm:latest", false, true],
    ]);
  }, {
    models: [
      { name: "llama2", capabilities: null },
      { name: "all-minilm", family: "bert", capabilities: null },
    ],
  }));

Deno.test("an Ollama without /api/ps, or one that cannot show a model, still lists its models", () =>
  withOllama(async (server, ollama) => {
    ollama.fault = { kind: "answer", status: 404, body: "404 page not found", paths: ["/api/ps"] };
    assertEquals((await server.models(never)).map(({ loaded }) => loaded), [false]);
    ollama.fault = { kind: "answer", status: 500, body: '{"error":"bad manifest"}', paths: ["/api/show"] };
    ollama.models = [{ name: "another" }];
    assertEquals((await server.models(never)).map(({ name, generates }) => [name, generates]), [
      ["another:latest", true],
    ]);
  }));

Deno.test("models that Ollama runs in its cloud are not this device's", () =>
  withOllama(async (server, ollama) => {
    const listed = (name: string, remote: Record<string, string>) => ({ name, digest: name, details: {}, ...remote });
    const models = [
      listed("here", {}),
      listed("big-cloud", { remote_model: "big", remote_host: "https://ollama.com:443" }),
    ];
    ollama.fault = { kind: "answer", status: 200, body: JSON.stringify({ models }), paths: ["/api/tags"] };
    assertEquals((await server.models(never)).map(({ name }) => name), ["here"]);
  }));

Deno.test("a prompt is answered piece by piece, with Ollama's own counts and durations in ms", () =>
  withOllama(async (server, ollama) => {
    const pieces: string[] = [];
    const end = await server.generate(ask({ maxTokens: 4 }), (text) => pieces.push(text), never);
    assertEquals(pieces, ["one", " two", " three", " one"]);
    assertEquals([end.finishReason, end.promptTokens, end.outputTokens], ["length", 3, 4]);
    assert(end.loadMs >= 19 && end.prefillMs >= 5 && end.decodeMs >= 5, "as long as the stand-in took");
    assert(end.loadMs < 10_000 && end.prefillMs < 10_000 && end.decodeMs < 10_000, "ms, not ns");
    assertEquals(ollama.requests[0]?.path, "/api/generate");
    assertEquals(ollama.requests[0]?.state, "done");
  }, { models: [{ name: "llama3.2", loaded: false }], loadMs: 20, msPerPromptToken: 2, msPerToken: 2 }));

Deno.test("a chat goes to /api/chat, and what the request sets reaches Ollama, nothing else", () =>
  withOllama(async (server, ollama) => {
    const messages = [{ role: "system", content: "Be brief." }, { role: "user", content: "Hello" }];
    const sampling = {
      temperature: 0,
      top_p: 0.5,
      seed: 7,
      frequency_penalty: -1,
      presence_penalty: 2,
      stop: ["END"],
    };
    const format = '{"type":"object","properties":{"a":{"type":"number"}}}';
    let text = "";
    await server.generate(
      ask({ messages, sampling, format, maxTokens: 50 }),
      (piece) => text += piece,
      never,
    );
    assertEquals(text, '{"a":1}');
    assertEquals({ ...ollama.requests[0]?.body }, {
      model: "llama3.2",
      messages,
      stream: true,
      options: { num_predict: 50, ...sampling },
      format: JSON.parse(format),
    });
    await server.generate(ask({ format: "json" }), () => {}, never);
    assertEquals({ ...ollama.requests[1]?.body }, {
      model: "llama3.2",
      prompt: "one two three",
      stream: true,
      options: {},
      format: "json",
    });
  }, { json: () => ({ a: 1 }) }));

Deno.test("what a model thinks is not part of its answer", () =>
  withOllama(async (server) => {
    for (const given of [ask(), ask({ messages: [{ role: "user", content: "Hello" }] })]) {
      let text = "";
      const end = await server.generate(given, (piece) => text += piece, never);
      assertEquals([text, end.outputTokens], ["Yes.", 4]);
    }
  }, { models: [{ name: "llama3.2", thinking: "Let me see" }], say: () => "Yes." }));

Deno.test("texts become vectors in their order", () =>
  withOllama(async (server) => {
    const both = await server.embed("nomic", ["one two", "three"], never);
    const first = await server.embed("nomic", ["one two"], never);
    assertEquals([both.embeddings.length, both.embeddings[0]?.length, both.promptTokens], [2, 8, 3]);
    assertEquals(both.embeddings[0], first.embeddings[0]);
  }, { models: [{ name: "nomic", capabilities: ["embedding"] }] }));

Deno.test("when the caller goes away, generation stops at Ollama at once", () =>
  withOllama(
    async (server, ollama) => {
      const reason = new Error("nobody listens");
      const abort = new AbortController();
      const generating = server.generate(ask({ maxTokens: 100_000 }), () => abort.abort(reason), abort.signal);
      assertEquals(await generating.catch((error) => error), reason);
      await ollama.until(({ requests }) => requests[0]?.state === "stopped");
      assertEquals(ollama.turns.running, 0);
    },
    { msPerToken: 5 },
  ));

Deno.test("while a model is loaded, or reads a long prompt, generation stops at once as well", () =>
  withOllama(async (server, ollama) => {
    const abort = new AbortController();
    const generating = server.generate(ask(), () => {}, abort.signal);
    await ollama.until(({ requests }) => requests.length === 1);
    abort.abort(new Error("gone"));
    assertEquals((await generating.catch((error) => error)).message, "gone");
    await ollama.until(({ requests }) => requests[0]?.state === "stopped");
    const aborted = AbortSignal.abort(new Error("gone before"));
    assertEquals((await server.generate(ask(), () => {}, aborted).catch((error) => error)).message, "gone before");
    assertEquals(ollama.requests.length, 1, "what is not wanted any more is not asked");
  }, { models: [{ name: "llama3.2", loaded: false }], loadMs: 60_000 }));

Deno.test("whoever listens may fail: that is told as it is, and generation stops", () =>
  withOllama(
    async (server, ollama) => {
      const generating = server.generate(ask({ maxTokens: 100_000 }), () => {
        throw new RangeError("cannot take it");
      }, never);
      await assertRejects(() => generating, RangeError, "cannot take it");
      await ollama.until(({ requests }) => requests[0]?.state === "stopped");
    },
    { msPerToken: 5 },
  ));

Deno.test("a model that is not there is named together with those that are", () =>
  withOllama(async (server, ollama) => {
    const text = `Ollama at ${ollama.url} has no model 'llama9'; it has: llama3.2:latest, qwen3:4b`;
    assertEquals(await failure(server.generate(ask({ model: "llama9" }), () => {}, never)), ["NOT_FOUND", text]);
    assertEquals(await failure(server.embed("llama9", ["x"], never)), ["NOT_FOUND", text]);
  }, { models: [{ name: "llama3.2" }, { name: "qwen3:4b" }] }));

Deno.test("what Ollama refuses keeps its own words", () =>
  withOllama(async (server, ollama) => {
    const at = `Ollama at ${ollama.url}`;
    assertEquals(await failure(server.generate(ask({ model: "embedder" }), () => {}, never)), [
      "FAILED_PRECONDITION",
      `${at} answered 400: "embedder" does not support generate`,
    ]);
    assertEquals(await failure(server.embed("chat", ["x"], never)), [
      "FAILED_PRECONDITION",
      `${at} answered 501: this model does not support embeddings`,
    ]);
    const met = async (status: number, body: string, contentType?: string) => {
      ollama.fault = { kind: "answer", status, body, ...(contentType ? { contentType } : {}) };
      return await failure(server.generate(ask({ model: "chat" }), () => {}, never));
    };
    assertEquals(await met(500, OLLAMA_ERRORS.noMemory), [
      "INTERNAL",
      `${at} answered 500: model requires more system memory (5.6 GiB) than is available (3.1 GiB)`,
    ]);
    assertEquals(await met(503, OLLAMA_ERRORS.busy), [
      "UNAVAILABLE",
      `${at} answered 503: server busy, please try again. maximum pending requests exceeded`,
    ]);
    assertEquals(await met(400, '{"error":"invalid options"}'), [
      "INVALID_ARGUMENT",
      `${at} answered 400: invalid options`,
    ]);
    assertEquals(await met(500, '{"error":"invalid JSON schema in format"}'), [
      "INVALID_ARGUMENT",
      `${at} answered 500: invalid JSON schema in format`,
    ]);
    assertEquals(await met(404, "404 page not found", "text/plain"), [
      "INTERNAL",
      `${at} answered 404: 404 page not found; is it a model server of this kind?`,
    ]);
    assertEquals((await met(401, '{"error":"unauthorized"}'))[0], "FAILED_PRECONDITION");
    assertEquals(await met(502, ""), ["UNAVAILABLE", `${at} answered 502`]);
    const [, long] = await met(500, "<html>\n\x1b[31m" + "x".repeat(100_000), "text/html");
    assert(long.length < 700 && !/\p{Cc}/u.test(long), "one short line");
    assertEquals((await met(302, "", "text/plain"))[0], "INTERNAL");
  }, { models: [{ name: "chat", embeds: false }, { name: "embedder", capabilities: ["embedding"] }] }));

Deno.test("a format that is none is refused before Ollama is asked", () =>
  withOllama(async (server, ollama) => {
    for (const format of ["yaml", "[1]", '"json"', "{"]) {
      const [code, message] = await failure(server.generate(ask({ format }), () => {}, never));
      assertEquals(code, "INVALID_ARGUMENT");
      assertMatch(message, /^format is neither "json" nor a JSON schema/);
    }
    assertEquals(ollama.requests.length, 0);
  }));

Deno.test("an Ollama that dies, breaks off or fails in mid-stream is told, with how far it came", () =>
  withOllama(async (server, ollama) => {
    const at = `Ollama at ${ollama.url}`;
    const met = async (fault: typeof ollama.fault) => {
      ollama.fault = fault;
      let text = "";
      return [...await failure(server.generate(ask({ maxTokens: 9 }), (piece) => text += piece, never)), text];
    };
    const died = await met({ kind: "die", after: 2 });
    assertEquals([died[0], died[2]], ["UNAVAILABLE", "one two"]);
    assert(died[1]?.startsWith(`${at} broke off after 2 pieces: `));
    assertEquals(await met({ kind: "end", after: 1 }), ["UNAVAILABLE", `${at} broke off after 1 piece`, "one"]);
    assertEquals(await met({ kind: "end", after: 0 }), ["UNAVAILABLE", `${at} broke off after 0 pieces`, ""]);
    assertEquals(await met({ kind: "error", after: 2, error: OLLAMA_ERRORS.runnerFailed }), [
      "INTERNAL",
      `${at} failed after 2 pieces: an error was encountered while running the model: unexpected EOF`,
      "one two",
    ]);
    const [code, message] = await met({ kind: "die", after: 0 });
    assertEquals(code, "UNAVAILABLE");
    assert(message?.startsWith(`${at} broke off before it answered: `));
  }));

Deno.test("what is no JSON, and lines and answers that are too long, are refused", () =>
  withOllama(async (server, ollama) => {
    const at = `Ollama at ${ollama.url}`;
    ollama.fault = { kind: "line", after: 1, line: '{"broken' };
    assertEquals(await failure(server.generate(ask(), () => {}, never)), [
      "INTERNAL",
      `${at} sent a line that is no JSON object: "{\\"broken"`,
    ]);
    await ollama.until(({ requests }) => requests[0]?.state !== "running");
    ollama.fault = { kind: "line", after: 1, line: "[1]" };
    assertEquals((await failure(server.generate(ask(), () => {}, never)))[0], "INTERNAL");
    ollama.fault = { kind: "line", after: 1, line: `{"response":"${"x".repeat(33 * 1024 * 1024)}"}` };
    assertEquals(await failure(server.generate(ask(), () => {}, never)), [
      "INTERNAL",
      `${at} sent a line of more than 33554432 characters`,
    ]);
    const listing = (body: string) => {
      ollama.fault = { kind: "answer", status: 200, body, paths: ["/api/tags"] };
      return failure(server.models(never));
    };
    assertEquals(await listing("<html>"), ["INTERNAL", `${at} sent no JSON for /api/tags: "<html>"`]);
    const noList = `${at} sent no list of models for /api/tags; is it Ollama?`;
    assertEquals(await listing("{}"), ["INTERNAL", noList]);
    assertEquals(await listing(" ".repeat(65 * 1024 * 1024)), ["INTERNAL", `${at} sent more than 64 MiB`]);
    ollama.fault = { kind: "answer", status: 200, body: '{"embeddings":[["x"]]}', paths: ["/api/embed"] };
    assertEquals(await failure(server.embed("llama3.2", ["x"], never)), [
      "INTERNAL",
      `${at} did not send one list of numbers for each of 1 inputs`,
    ]);
  }));

Deno.test("counts and durations that make no sense are none", () =>
  withOllama(async (server, ollama) => {
    const end = (counts: string) => {
      ollama.fault = { kind: "line", after: 1, line: `{"done":true,"done_reason":"stop",${counts}}` };
      return server.generate(ask(), () => {}, never);
    };
    const nothing = { promptTokens: 0, outputTokens: 0, loadMs: 0, prefillMs: 0, decodeMs: 0 };
    const odd = ['"3"', "-1", "1e300", "null", "[4]"];
    for (const value of odd) {
      const durations = `"load_duration":${value},"prompt_eval_duration":${value},"eval_duration":${value}`;
      const said = await end(`"prompt_eval_count":${value},"eval_count":${value},${durations}`);
      assertEquals(said, { finishReason: "stop", ...nothing }, value);
    }
    assertEquals(await end('"prompt_eval_count":2.5,"eval_count":2147483648'), { finishReason: "stop", ...nothing });
    const real = await end('"prompt_eval_count":2,"eval_count":3,"eval_duration":4500000');
    assertEquals([real.promptTokens, real.outputTokens, real.decodeMs], [2, 3, 4.5]);
  }));

Deno.test("an Ollama that says nothing for too long is given up, before the first piece and after it", () =>
  withOllama(async (_server, ollama) => {
    const at = `Ollama at ${ollama.url}`;
    const ends = async (limits: Partial<ServerLimits>, run: (server: OllamaServer) => Promise<unknown>) =>
      await failure(run(new OllamaServer(ollama.url, limits)));
    const generate = (server: OllamaServer) => server.generate(ask(), () => {}, never);
    ollama.fault = { kind: "hang", after: 0 };
    assertEquals(await ends({ firstPieceMs: 60 }, generate), ["UNAVAILABLE", `${at} sent nothing for 60 ms`]);
    ollama.fault = { kind: "hang", after: 2 };
    assertEquals(await ends({ betweenPiecesMs: 40 }, generate), ["UNAVAILABLE", `${at} sent nothing for 40 ms`]);
    ollama.fault = { kind: "hang", after: 0, paths: ["/api/tags"] };
    assertEquals(await ends({ listMs: 50 }, (server) => server.models(never)), [
      "UNAVAILABLE",
      `${at} sent nothing for 50 ms`,
    ]);
    await ollama.until(({ allRequests }) =>
      allRequests.filter(({ path }) => path !== "/api/ps").every(({ state }) => state === "stopped")
    );
  }));

Deno.test("a slow Ollama that goes on speaking is not given up", () =>
  withOllama(
    async (server) => {
      let text = "";
      const end = await server.generate(ask({ maxTokens: 60 }), (piece) => text += piece, never);
      assertEquals([end.outputTokens, text.split(" ").length], [60, 60]);
    },
    { msPerToken: 15 },
    { firstPieceMs: 500, betweenPiecesMs: 400 },
  ));

Deno.test("an answer that Ollama ends because the model repeats itself is an answer", () =>
  withOllama(async (server, ollama) => {
    ollama.fault = { kind: "end", after: 33 };
    let text = "";
    const end = await server.generate(ask(), (piece) => text += piece, never);
    assertEquals([end.finishReason, end.outputTokens, end.decodeMs], ["stop", 33, 0]);
    assertEquals(text, "so then" + " ha".repeat(31));
  }, { say: () => "so then" + " ha".repeat(100) }));

Deno.test("an Ollama that was restarted is found again at once", () =>
  withOllama(async (server, ollama) => {
    await server.generate(ask(), () => {}, never);
    await ollama.stop();
    assertEquals(await failure(server.models(never)), [
      "UNAVAILABLE",
      `cannot reach Ollama at ${ollama.url}: connection refused`,
    ]);
    ollama.restart();
    assertEquals((await server.models(never)).length, 1);
    await server.generate(ask(), () => {}, never);
    assertEquals(ollama.requests.map(({ state }) => state), ["done", "done"]);
  }));

Deno.test("when the stream stays open after its end, the answer is complete", () =>
  withOllama(async (server, ollama) => {
    const done = '{"model":"llama3.2","response":"","done":true,"done_reason":"stop","eval_count":1}';
    ollama.say = () => "one";
    ollama.fault = { kind: "line", after: 1, line: done + "\nwhat comes after it is not read" };
    const end = await server.generate(ask(), () => {}, never);
    assertEquals([end.outputTokens, end.finishReason], [1, "stop"]);
  }));

Deno.test("a prompt of 1 MB is answered", () =>
  withOllama(async (server) => {
    const end = await server.generate(ask({ prompt: "word ".repeat(200_000), maxTokens: 2 }), () => {}, never);
    assertEquals([end.promptTokens, end.outputTokens], [200_001, 2]);
  }));
