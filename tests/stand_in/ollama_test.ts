import { assert, assertEquals, assertMatch } from "../assert.ts";
import { OLLAMA_ERRORS, StandInOllama } from "./ollama.ts";

const post = (url: string, body: unknown, signal?: AbortSignal) =>
  fetch(url, { method: "POST", body: JSON.stringify(body), ...(signal ? { signal } : {}) });

async function lines(response: Response): Promise<Record<string, unknown>[]> {
  return (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("the stand-in lists its models, those in memory, and what each can do", async () => {
  await using ollama = await StandInOllama.start({
    models: [
      { name: "llama3.2", sizeBytes: 1000, memoryBytes: 3000 },
      { name: "nomic-embed-text", family: "nomic-bert", capabilities: ["embedding"], loaded: false },
    ],
  });
  const get = async (path: string) => await (await fetch(ollama.url + path)).json();
  assertEquals(await get("/api/version"), { version: "0.13.5" });
  const tags = (await get("/api/tags")).models;
  assertEquals(tags.map((model: { name: string }) => model.name), ["llama3.2:latest", "nomic-embed-text:latest"]);
  assertEquals(tags[0].size, 1000);
  const ps = (await get("/api/ps")).models;
  assertEquals(ps.map((model: { name: string; size: number }) => [model.name, model.size]), [[
    "llama3.2:latest",
    3000,
  ]]);
  const show = await (await post(`${ollama.url}/api/show`, { model: "nomic-embed-text" })).json();
  assertEquals(show.capabilities, ["embedding"]);
  assertEquals(show.details.family, "nomic-bert");
});

Deno.test("the stand-in says as many words as num_predict asks for, a line each, with counts and durations", async () => {
  await using ollama = await StandInOllama.start({ msPerPromptToken: 2, msPerToken: 3 });
  const body = { model: "llama3.2", prompt: "one two three", options: { num_predict: 5 } };
  const streamed = await lines(await post(`${ollama.url}/api/generate`, body));
  assertEquals(streamed.map((line) => line.response), ["one", " two", " three", " one", " two", ""]);
  const last = streamed.at(-1) ?? {};
  assertEquals([last.done, last.done_reason, last.prompt_eval_count, last.eval_count], [true, "length", 3, 5]);
  assert(Number(last.prompt_eval_duration) >= 5e6 && Number(last.eval_duration) >= 11e6);
  assert(Number(last.total_duration) >= 17e6);

  const messages = [{ role: "user", content: "one two" }];
  const whole = await (await post(`${ollama.url}/api/chat`, { model: "llama3.2", messages, stream: false })).json();
  assertEquals(whole.message, { role: "assistant", content: "one two" });
  assertEquals([whole.done_reason, whole.eval_count], ["stop", 2]);
  assertEquals(ollama.requests.map(({ path, state, pieces }) => [path, state, pieces]), [
    ["/api/generate", "done", 5],
    ["/api/chat", "done", 2],
  ]);
});

Deno.test("the stand-in stops at a stop text, keeps a format, thinks and is told what to say", async () => {
  await using ollama = await StandInOllama.start({
    models: [{ name: "thinker", thinking: "hm hm" }],
    say: ({ prompt }) => `You said ${prompt}. END and more`,
    json: () => ({ colour: "blue" }),
  });
  const ask = async (more: Record<string, unknown>) =>
    await (await post(`${ollama.url}/api/generate`, { model: "thinker", prompt: "hello", stream: false, ...more }))
      .json();
  const stopped = await ask({ options: { stop: [" END"] } });
  assertEquals([stopped.response, stopped.thinking, stopped.done_reason], ["You said hello.", "hm hm", "stop"]);
  assertEquals((await ask({ format: "json" })).response, '{"colour":"blue"}');
  assertEquals((await ask({ options: { num_predict: 3 } })).done_reason, "length");
  assertMatch((await ask({ format: "yaml" })).error, /^invalid format: /);
});

Deno.test("the stand-in sees that a client closed its connection", async () => {
  await using ollama = await StandInOllama.start({ msPerToken: 5 });
  const abort = new AbortController();
  const response = await post(
    `${ollama.url}/api/generate`,
    { model: "llama3.2", prompt: "x", options: { num_predict: 100_000 } },
    abort.signal,
  );
  await response.body?.getReader().read();
  abort.abort();
  await ollama.until(({ requests }) => requests[0]?.state === "stopped");
  assertEquals(ollama.turns.running, 0);
  // Also while it says nothing.
  ollama.fault = { kind: "hang", after: 0 };
  const silent = new AbortController();
  const waiting = post(`${ollama.url}/api/generate`, { model: "llama3.2", prompt: "x" }, silent.signal)
    .catch((error) => error.name);
  await ollama.until(({ requests }) => requests.length === 2);
  silent.abort();
  assertEquals(await waiting, "AbortError");
  await ollama.until(({ requests }) => requests[1]?.state === "stopped");
});

Deno.test("the stand-in refuses as Ollama does", async () => {
  await using ollama = await StandInOllama.start({
    models: [{ name: "llama3.2", embeds: false }, { name: "embedder", capabilities: ["embedding"] }],
    parallel: 1,
    maxQueue: 0,
    msPerToken: 5,
  });
  const answer = async (path: string, body: unknown) => {
    const response = await post(ollama.url + path, body);
    return [response.status, await response.text()];
  };
  assertEquals(await answer("/api/chat", { model: "gone", messages: [] }), [404, OLLAMA_ERRORS.notFound("gone")]);
  assertEquals(
    await answer("/api/embed", { model: "gone", input: "x" }),
    [404, '{"error":"model \\"gone\\" not found, try pulling it first"}'],
  );
  assertEquals(
    await answer("/api/chat", { model: "embedder", messages: [] }),
    [400, '{"error":"\\"embedder\\" does not support chat"}'],
  );
  assertEquals(await answer("/api/embed", { model: "llama3.2", input: "x" }), [501, OLLAMA_ERRORS.cannotEmbed]);
  const empty = await fetch(`${ollama.url}/api/chat`, { method: "POST" });
  assertEquals([empty.status, await empty.text()], [400, '{"error":"missing request body"}']);
  const body = { model: "llama3.2", prompt: "x", options: { num_predict: 20 } };
  const first = post(`${ollama.url}/api/generate`, body).then((response) => response.text());
  await ollama.until(({ turns }) => turns.running === 1);
  assertEquals(await answer("/api/generate", body), [503, OLLAMA_ERRORS.busy]);
  await first;
});

Deno.test("the stand-in answers as many at once as it may, and loads a model first", async () => {
  await using ollama = await StandInOllama.start({
    models: [{ name: "cold", loaded: false, loadMs: 30 }],
    parallel: 2,
    msPerToken: 2,
  });
  const body = { model: "cold", prompt: "a b", stream: false, options: { num_predict: 10 } };
  const answers = await Promise.all(
    [1, 2, 3, 4].map(async () => await (await post(`${ollama.url}/api/generate`, body)).json()),
  );
  assert(answers.every((answer) => answer.load_duration >= 29e6));
  assertEquals([ollama.turns.peak, ollama.models[0]?.loaded], [2, true]);
});

Deno.test("the stand-in fails as it is told to", async () => {
  await using ollama = await StandInOllama.start();
  const body = { model: "llama3.2", prompt: "a b c d e" };
  const ask = () => post(`${ollama.url}/api/generate`, body);

  ollama.fault = { kind: "answer", status: 500, body: OLLAMA_ERRORS.noMemory, times: 1 };
  const failed = await ask();
  assertEquals([failed.status, await failed.text()], [500, OLLAMA_ERRORS.noMemory]);
  assertEquals((await lines(await ask())).length, 6, "a fault that happens once is over");

  ollama.fault = { kind: "line", after: 1, line: '{"broken' };
  assertEquals((await (await ask()).text()).split("\n")[1], '{"broken');
  ollama.fault = { kind: "error", after: 2, error: OLLAMA_ERRORS.runnerFailed };
  assertEquals((await lines(await ask())).at(-1), { error: OLLAMA_ERRORS.runnerFailed });
  ollama.fault = { kind: "end", after: 2 };
  assertEquals((await lines(await ask())).map((line) => line.done), [false, false]);
  ollama.fault = { kind: "die", after: 2 };
  assertEquals(await ask().then((response) => response.text()).catch((error) => error.name), "TypeError");
  ollama.fault = { kind: "die", after: 0 };
  assertEquals(await ask().then((response) => response.text()).catch((error) => error.name), "TypeError");
  assertEquals(ollama.requests.at(-1)?.state, "failed");

  ollama.fault = { kind: "answer", status: 503, body: "{}", paths: ["/api/tags"] };
  const tags = await fetch(`${ollama.url}/api/tags`);
  assertEquals([tags.status, await tags.text()], [503, "{}"]);
});

Deno.test("the stand-in comes back on its port, with nothing in memory", async () => {
  await using ollama = await StandInOllama.start();
  await ollama.stop();
  assertEquals(await fetch(ollama.url).catch((error) => error.name), "TypeError");
  ollama.restart();
  assertEquals((await (await fetch(`${ollama.url}/api/ps`)).json()).models, []);
});
