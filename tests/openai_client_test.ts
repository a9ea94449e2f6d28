import OpenAI from "openai";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "./assert.ts";
import { MeshSession } from "./mesh_client.ts";
import { AgentProcess, eventually, TEST_KEY } from "./processes.ts";
import { StandInOllama } from "./stand_in/ollama.ts";

const user = (content: string) => [{ role: "user" as const, content }];
const onDevice = (id: string) => ({ headers: { "x-edgemesh-device-id": id } });
const tokensIn = (text: string | null | undefined) => (text ?? "").trim().split(/\s+/).length;

Deno.test("OpenAI's client with a mesh of two devices", async (t) => {
  const tiny = { name: "tiny", capabilities: ["completion", "embedding"] };
  await using ollamaA = await StandInOllama.start({ models: [tiny, { name: "large:8b", loaded: false }] });
  await using ollamaB = await StandInOllama.start({ models: [tiny] });
  await using alpha = await AgentProcess.start({ name: "alpha", flags: ["--ollama", ollamaA.url] });
  await using beta = await AgentProcess.start({
    name: "beta",
    join: [alpha.grpc],
    flags: ["--ollama", ollamaB.url, "--llm-parallel", "1", "--llm-queue", "1"],
  });
  using session = await MeshSession.open(alpha.grpc);
  await session.online(2);
  const clientWith = (apiKey: string) =>
    new OpenAI({ baseURL: `http://${alpha.http}/v1`, apiKey, maxRetries: 0, timeout: 60_000 });
  const client = clientWith(TEST_KEY);
  const both = [{ device: "alpha", ollama: ollamaA }, { device: "beta", ollama: ollamaB }] as const;

  await t.step("lists the models of both, with their devices", async () => {
    const list = await eventually(async () => {
      const { data } = await client.models.list();
      return data.some((model) => "devices" in model && Array.isArray(model.devices) && model.devices.length === 2)
        ? data
        : undefined;
    }, "the models of both devices");
    const loadedOn = (device_id: string, device_name: string, loaded = true) => ({ device_id, device_name, loaded });
    assertEquals(list.map((model) => ({ id: model.id, devices: "devices" in model && model.devices })), [
      { id: "large:8b", devices: [loadedOn(alpha.deviceId, "alpha", false)] },
      { id: "tiny:latest", devices: [loadedOn(alpha.deviceId, "alpha"), loadedOn(beta.deviceId, "beta")] },
    ]);
    assertEquals((await client.models.retrieve("tiny")).id, "tiny:latest");
  });

  await t.step(
    "chats with the device that it names, here or elsewhere, and is told the server's own counts",
    async () => {
      for (const { device, ollama } of both) {
        const { deviceId } = device === "alpha" ? alpha : beta;
        const ask = { model: "tiny", messages: user("one two three"), max_tokens: 5, temperature: 0, stop: "zzz" };
        const { data, response } = await client.chat.completions.create(ask, onDevice(deviceId)).withResponse();
        assertEquals([data.model, data.choices[0]?.finish_reason], ["tiny:latest", "length"]);
        assertEquals([tokensIn(data.choices[0]?.message.content), data.usage?.completion_tokens], [5, 5]);
        assert((data.usage?.prompt_tokens ?? 0) > 0);
        assertEquals(response.headers.get("x-edgemesh-device"), device);
        assertEquals(response.headers.get("x-edgemesh-device-id"), deviceId);
        const { body } = ollama.requests.at(-1) ?? {};
        assertEquals(body?.options, { temperature: 0, num_predict: 5, stop: ["zzz"] });
      }
    },
  );

  await t.step("leaves the choice of model and device to the mesh", async () => {
    const { data, response } = await client.chat.completions.create({ model: "default", messages: user("hi") })
      .withResponse();
    assertEquals(data.model, "tiny:latest");
    assert(["alpha", "beta"].includes(response.headers.get("x-edgemesh-device") ?? ""));
  });

  await t.step("reads a stream as it is written, and its counts", async () => {
    for (const { deviceId } of [alpha, beta]) {
      const pieces: string[] = [];
      let usage: OpenAI.CompletionUsage | null | undefined;
      const ask = { model: "tiny", messages: user("a b c"), max_tokens: 6, stream_options: { include_usage: true } };
      const stream = await client.chat.completions.create({ ...ask, stream: true }, onDevice(deviceId));
      for await (const chunk of stream) {
        const piece = chunk.choices[0]?.delta.content;
        if (piece) pieces.push(piece);
        usage = chunk.usage;
      }
      assertEquals([tokensIn(pieces.join("")), usage?.completion_tokens], [6, 6]);
    }
  });

  await t.step("completes a prompt, and gets embeddings", async () => {
    const completion = await client.completions.create({ model: "tiny", prompt: "once upon", max_tokens: 4 });
    assertEquals([tokensIn(completion.choices[0]?.text), completion.usage?.completion_tokens], [4, 4]);
    const ask = { model: "tiny", input: ["red", "green"] };
    const packed = await client.embeddings.create(ask);
    const plain = await client.embeddings.create({ ...ask, encoding_format: "float" });
    assertEquals(packed.data.map(({ embedding }) => embedding.length), [8, 8]);
    for (const [at, { embedding }] of plain.data.entries()) {
      assertEquals([...(packed.data[at]?.embedding ?? [])], [...Float32Array.from(embedding)]);
    }
  });

  await t.step("is answered by the other device where one fails before its first word", async () => {
    let met = 0;
    for (const { device, ollama } of both) {
      const before = ollama.requests.length;
      ollama.fault = { kind: "answer", status: 500, body: '{"error":"llama runner exploded"}' };
      for (const stream of [false, true]) {
        const ask = { model: "tiny", messages: user("hi"), max_tokens: 2, stream };
        const response = await client.chat.completions.create(ask).asResponse();
        assertEquals(response.headers.get("x-edgemesh-device"), device === "alpha" ? "beta" : "alpha");
        assertStringIncludes(await response.text(), stream ? "[DONE]" : '"finish_reason":"length"');
      }
      ollama.fault = null;
      met += ollama.requests.length - before;
    }
    assert(met > 0, "no request met the fault");
  });

  await t.step("hears of a model server that dies in mid-stream", async () => {
    ollamaB.fault = { kind: "die", after: 2, times: 1 };
    const ask = { model: "tiny", messages: user("a b c d"), max_tokens: 9 };
    const stream = await client.chat.completions.create({ ...ask, stream: true }, onDevice(beta.deviceId));
    let text = "";
    const read = async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    };
    const error = await assertRejects(read, OpenAI.APIError);
    assertEquals([tokensIn(text), error.code], [2, "unavailable"]);
  });

  await t.step("stops the generation at the model server by leaving, streamed or not", async () => {
    ollamaB.speed = { ...ollamaB.speed, msPerToken: 20 };
    const ask = { model: "tiny", messages: user("on and on ".repeat(2000)), max_tokens: 5000 };
    const first = ollamaB.requests.length;
    const stream = await client.chat.completions.create({ ...ask, stream: true }, onDevice(beta.deviceId));
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await ollamaB.until(() => ollamaB.requests[first]?.state === "stopped");
    const leaver = new AbortController();
    const asking = client.chat.completions.create(ask, { ...onDevice(beta.deviceId), signal: leaver.signal });
    const left = assertRejects(() => asking, OpenAI.APIUserAbortError);
    await ollamaB.until(() => (ollamaB.requests[first + 1]?.pieces ?? 0) > 0);
    leaver.abort();
    await left;
    await ollamaB.until(() => ollamaB.requests[first + 1]?.state === "stopped");
  });

  await t.step("is told when to try again where the queue of a device is full", async () => {
    const ask = { model: "tiny", messages: user("hold on"), max_tokens: 5000 };
    const leaver = new AbortController();
    const first = ollamaB.requests.length;
    const held = [1, 2].map(() =>
      client.chat.completions.create(ask, { ...onDevice(beta.deviceId), signal: leaver.signal }).catch(
        (error: unknown) => error,
      )
    );
    await ollamaB.until(() => (ollamaB.requests[first]?.pieces ?? 0) > 0);
    const refused = await eventually(async () => {
      const short = new AbortController();
      const timer = setTimeout(() => short.abort(), 1000);
      const error = await client.chat.completions.create(ask, { ...onDevice(beta.deviceId), signal: short.signal })
        .catch((error: unknown) => error);
      clearTimeout(timer);
      return error instanceof OpenAI.RateLimitError ? error : undefined;
    }, "a full queue");
    assert(Number(refused.headers?.get("retry-after")) >= 1);
    leaver.abort();
    for (const error of await Promise.all(held)) assert(error instanceof OpenAI.APIUserAbortError);
    await ollamaB.until(() => ollamaB.requests.every(({ state }) => state !== "running"));
    ollamaB.speed = { ...ollamaB.speed, msPerToken: 0 };
  });

  await t.step("is told what is wrong: the key, the model, the device", async () => {
    await assertRejects(() => clientWith("wrong").models.list(), OpenAI.AuthenticationError, "wrong mesh key");
    assert((await clientWith(session.client.sessionId).models.list()).data.length > 0);
    const ask = { messages: user("hi") };
    const model = await assertRejects(
      () => client.chat.completions.create({ ...ask, model: "nope" }),
      OpenAI.NotFoundError,
    );
    assertEquals(model.code, "model_not_found");
    for (const name of ["nope", "tiny:latest", "large:8b"]) assertStringIncludes(model.message, name);
    const device = await assertRejects(
      () => client.chat.completions.create({ ...ask, model: "tiny" }, onDevice("nobody")),
      OpenAI.NotFoundError,
    );
    assertEquals(device.code, "device_not_found");
  });
});
