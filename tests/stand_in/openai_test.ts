import { assert, assertEquals } from "../assert.ts";
import { OPENAI_ERRORS, StandInOpenAi } from "./openai.ts";

const post = (url: string, body: unknown) => fetch(url, { method: "POST", body: JSON.stringify(body) });
const messages = [{ role: "user", content: "one two three" }];

async function events(response: Response): Promise<string[]> {
  return (await response.text()).trimEnd().split("\n\n").map((event) => event.replace(/^data: /, ""));
}

Deno.test("the stand-in for llama.cpp streams a chat, with usage and timings where they are asked for", async () => {
  await using server = await StandInOpenAi.start({ msPerToken: 1 });
  const list = await (await fetch(`${server.url}/v1/models`)).json();
  assertEquals([list.data[0].id, list.data[0].owned_by], ["llama-3.2-3b", "llamacpp"]);
  const body = { model: "llama-3.2-3b", messages, stream: true, max_tokens: 2 };
  const all = await events(
    await post(`${server.url}/v1/chat/completions`, { ...body, stream_options: { include_usage: true } }),
  );
  assertEquals(all.at(-1), "[DONE]");
  const chunks = all.slice(0, -1).map((text) => JSON.parse(text));
  assertEquals(chunks.map(({ choices }) => choices[0]?.delta), [
    { role: "assistant", content: null },
    { content: "one" },
    { content: " two" },
    {},
    undefined,
  ]);
  assertEquals(chunks[3].choices[0].finish_reason, "length");
  assertEquals(chunks[4].usage.completion_tokens, 2);
  assert(chunks[4].timings.predicted_ms > 0);
});

Deno.test("the stand-in completes a prompt and makes vectors, and refuses as such servers do", async () => {
  await using server = await StandInOpenAi.start({
    models: [{ name: "a" }, { name: "no-vectors", embeds: false }],
    like: "lm-studio",
    usage: "refused",
  });
  const whole = await (await post(`${server.url}/v1/completions`, { model: "a", prompt: "x y", max_tokens: 3 })).json();
  assertEquals([whole.choices[0].text, whole.usage.total_tokens, whole.timings], ["x y x", 5, undefined]);
  const vectors = await (await post(`${server.url}/v1/embeddings`, { model: "a", input: ["x", "y"] })).json();
  assertEquals(
    vectors.data.map(({ index, embedding }: { index: number; embedding: number[] }) => [
      index,
      embedding.length,
    ]),
    [[0, 8], [1, 8]],
  );
  const refused = async (path: string, body: unknown) => {
    const response = await post(server.url + path, body);
    return [response.status, await response.text()];
  };
  assertEquals(await refused("/v1/embeddings", { model: "no-vectors", input: "x" }), [501, OPENAI_ERRORS.noEmbeddings]);
  assertEquals(await refused("/v1/chat/completions", { model: "b", messages }), [
    404,
    OPENAI_ERRORS.unknownModel("b"),
  ]);
  assertEquals(
    await refused("/v1/chat/completions", {
      model: "a",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    }),
    [400, OPENAI_ERRORS.noUsage],
  );
  assertEquals(await refused("/v1/nothing", {}), [404, OPENAI_ERRORS.notFound]);
});
