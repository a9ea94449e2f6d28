import OpenAI from "openai";
import { MeshError } from "../../agent/core/errors.ts";
import { generateRequest } from "../../agent/llm/generate_request.ts";
import type { GenerateRequest } from "../../proto/messages.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { heard, promptTask } from "../faults/model_mesh.ts";
import { eventually, TEST_KEY } from "../processes.ts";
import { promptTokens } from "./ollama/chat_template.ts";
import { type OllamaDevice, OllamaMesh, TINY } from "./ollama/ollama_mesh.ts";
import { testWithOllama } from "./ollama/ollama_test_case.ts";
import type { OllamaCounts } from "./ollama/recording_proxy.ts";

const NS_PER_MS = 1e6;

/** Tokens that nobody waits for: some 15 s of the tiny model's. */
const ENDLESS = 30_000;

/** Of what Ollama counted: the first token is there when the prompt was read. */
function decodeRate({ eval_count = 0, eval_duration = 0 }: OllamaCounts): number {
  return (eval_count - 1) / eval_duration * 1e9;
}

function prefillRate({ prompt_eval_count = 0, prompt_eval_duration = 0 }: OllamaCounts): number {
  return prompt_eval_count / prompt_eval_duration * 1e9;
}

/** Requests for text that the server's log says have ended. */
function ended({ server }: OllamaDevice): { path: string; status: number }[] {
  return server.requests().filter(({ path }) => path === "/api/generate" || path === "/api/chat");
}

/** Of values in any order, interpolated between the two nearest. */
function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const [low = 0, high = 0] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

testWithOllama("a mesh of two devices, each with a real Ollama", async (t) => {
  await using mesh = await OllamaMesh.start();
  const { alpha, beta, session } = mesh;
  const { client } = session;
  const ask = (device: OllamaDevice, request: Partial<GenerateRequest>, onText?: () => void) =>
    heard(client, { device_id: device.agent.deviceId, ...request }, onText);

  await t.step("what they have is found: which models, where, in memory or not, how large there", async () => {
    const { devices } = await client.orchestrator("ListDevices", {});
    assertEquals(
      devices.map((one) => [one.has_local_model, one.local_model_name, one.local_chat_endpoint]),
      [[true, TINY, alpha.proxy.url], [true, TINY, beta.proxy.url]],
    );
    const models = (await mesh.models()).map(({ device_name, is_default, model }) =>
      [model?.name, device_name, is_default, model?.loaded, model?.generates, model?.embeds].join(" ")
    );
    assertEquals(models, [
      "another:latest alpha false false true true",
      `${TINY} alpha true true true true`,
      `${TINY} beta true false true true`,
      "vectors:latest beta false false false true",
    ]);
    const loaded = await (await fetch(`${alpha.server.url}/api/ps`)).json();
    const [tiny] = (await mesh.models()).filter(({ model }) => model?.loaded);
    assertEquals(tiny?.model?.memory_mb, loaded.models[0].size / 1024 / 1024);
  });

  await t.step("RunLLMTask says what the model said, as long as asked for, with the server's own count", async () => {
    for (const max_tokens of [1, 17, 300]) {
      const answer = await client.orchestrator("RunLLMTask", { prompt: `${max_tokens} words`, max_tokens });
      const { eval_count } = alpha.proxy.counts;
      assertEquals([answer.tokens_generated, eval_count], [max_tokens, max_tokens]);
      assertEquals([answer.output, answer.model_used, answer.error], [alpha.proxy.said, TINY, ""]);
    }
    const unknown = await assertRejects(
      () => client.orchestrator("RunLLMTask", { prompt: "x", model: "no" }),
      MeshError,
    );
    assertEquals([unknown.code, unknown.message], [
      "NOT_FOUND",
      `model "no" is not on this device; it has: another:latest, ${TINY}`,
    ]);
  });

  await t.step("Generate says it piece by piece, on a loaded device and on a cold one, with what it took", async () => {
    for (const device of mesh.devices) {
      let pieces = 0;
      const { text, end, failure } = await ask(device, { prompt: "go on", max_tokens: 60 }, () => pieces++);
      assertEquals([failure, text, end?.finish_reason], [undefined, device.proxy.said, "length"]);
      assert(pieces > 30, `${pieces} pieces`);
      const { counts } = device.proxy;
      assertEquals([end?.stats?.prompt_tokens, end?.stats?.output_tokens], [counts.prompt_eval_count ?? 0, 60]);
      for (
        const [told, ns] of [
          [end?.stats?.load_ms, counts.load_duration],
          [end?.stats?.prefill_ms, counts.prompt_eval_duration],
          [end?.stats?.decode_ms, counts.eval_duration],
        ] as const
      ) assertEquals(told, (ns ?? 0) / NS_PER_MS);
    }
    const { model } = (await mesh.models()).find((one) => one.device_name === "beta" && one.model?.name === TINY) ?? {};
    assertEquals(model?.loaded, true);
  });

  await t.step(
    "a chat's tokens are counted, a stop text ends it, without randomness it says the same again",
    async () => {
      const messages = [{ role: "system", content: "Be kind." }, { role: "user", content: "Grüß Gott" }];
      const request = { prompt: "", messages, max_tokens: 50, sampling: { temperature: 0, stop: [] } };
      const first = await ask(alpha, request);
      assertEquals(first.end?.stats?.prompt_tokens, promptTokens(messages));
      assertEquals((await ask(beta, request)).text, first.text);
      const stop = first.text.slice(20, 24);
      const stopped = await ask(alpha, { ...request, sampling: { temperature: 0, stop: [stop] } });
      assertEquals([stopped.text, stopped.end?.finish_reason], [first.text.slice(0, first.text.indexOf(stop)), "stop"]);
    },
  );

  for (const device of mesh.devices) {
    const where = device === alpha ? "on this device" : "on another";
    await t.step(`a caller that goes away stops the generation ${where}, which the server's log shows`, async () => {
      const { deviceId: device_id } = device.agent;
      const before = ended(device).length;
      const request = generateRequest({ device_id, prompt: "without end", max_tokens: ENDLESS });
      for await (const event of client.generate(request)) if (event.text !== "") break;
      await eventually(() => ended(device).length > before || undefined, "the end of the generation");
      // The status of an answer that had begun.
      assertEquals(ended(device).at(-1)?.status, 200);
      assertEquals(device.proxy.generations.at(-1)?.isWhole, false);
    });

    await t.step(`and so it does ${where} before the first word, while the prompt is read`, async () => {
      const { deviceId: device_id } = device.agent;
      const before = ended(device).length;
      const prompt = `${crypto.randomUUID()} ${"word ".repeat(300)}`;
      const caller = new AbortController();
      const request = generateRequest({ device_id, prompt, max_tokens: ENDLESS });
      const events = client.generate(request, caller.signal);
      assert((await events.next()).value?.start);
      const next = events.next();
      const asked = () => device.proxy.generations.at(-1)?.asked.includes(prompt);
      await eventually(() => asked() || undefined, "the prompt at the server");
      caller.abort(new MeshError("CANCELLED", "gone"));
      assertEquals((await assertRejects(() => next, MeshError)).message, "gone");
      await eventually(() => ended(device).length > before || undefined, "the end of the generation");
      assertEquals([ended(device).at(-1)?.status, device.proxy.said], [500, ""]);
      // Ollama reads such a prompt to its end all the same before it turns to the next: that is not to be measured here.
      const body = JSON.stringify({ model: "tiny", prompt: "next", stream: false, options: { num_predict: 1 } });
      await (await fetch(`${device.server.url}/api/generate`, { method: "POST", body })).body?.cancel();
    });
  }

  await t.step("prompts of a job are spread over both, each as long as it may be", async () => {
    const before = mesh.devices.map(({ proxy }) => proxy.generations.length);
    const tasks = Array.from({ length: 8 }, (_, n) => promptTask(`task-${n}`, { max_output_tokens: 40 + n }));
    const id = await session.start([{ index: 0, tasks }]);
    const job = await session.ended(id);
    assertEquals(job.state, "DONE", job.final_result);
    const lengths = job.tasks.map(({ result }) => new TextEncoder().encode(result).length);
    assertEquals(lengths, tasks.map(({ max_output_tokens }) => max_output_tokens));
    const said = mesh.devices.map(({ proxy }, n) => proxy.generations.length - (before[n] ?? 0));
    assertEquals(said.reduce((sum, count) => sum + count), tasks.length);
    assert(said.every((count) => count > 0), `${said} prompts`);
  });

  const openai = new OpenAI({ baseURL: `http://${alpha.agent.http}/v1`, apiKey: TEST_KEY, maxRetries: 0 });
  await t.step("OpenAI's client gets chats from both, whole and streamed, with the server's own counts", async () => {
    const messages = [{ role: "user" as const, content: "say it" }];
    const chat = { model: "tiny", messages, max_tokens: 30 };
    for (const { agent, proxy } of mesh.devices) {
      const on = { headers: { "x-edgemesh-device-id": agent.deviceId } };
      const { data, response } = await openai.chat.completions.create(chat, on).withResponse();
      assertEquals(response.headers.get("x-edgemesh-device"), agent === alpha.agent ? "alpha" : "beta");
      assertEquals([data.choices[0]?.message.content, data.choices[0]?.finish_reason], [proxy.said, "length"]);
      assertEquals([data.usage?.prompt_tokens, data.usage?.completion_tokens], [promptTokens(messages), 30]);
      const stream = await openai.chat.completions.create(
        { ...chat, stream: true, stream_options: { include_usage: true } },
        on,
      );
      let text = "";
      let tokens = 0;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        tokens = chunk.usage?.completion_tokens ?? tokens;
      }
      assertEquals([text, tokens], [proxy.said, 30]);
    }
  });

  await t.step("and vectors from the device that has a model for them", async () => {
    const { data, model, usage } = await openai.embeddings.create({ model: "vectors", input: ["one", "another"] });
    assertEquals([model, data.map(({ embedding }) => embedding.length)], ["vectors:latest", [64, 64]]);
    assert(usage.prompt_tokens > 0);
    const body = JSON.stringify({ model: "vectors", input: ["one", "another"] });
    const { embeddings } = await (await fetch(`${beta.server.url}/api/embed`, { method: "POST", body })).json();
    for (const [n, { embedding }] of data.entries()) {
      // The client takes them as 32-bit floats.
      const apart = embedding.map((value, at) => Math.abs(value - embeddings[n][at]));
      assert(Math.max(...apart) < 1e-6, `${Math.max(...apart)} apart`);
    }
  });

  await t.step("calibration measures what the server counts", async () => {
    for (const { agent, proxy } of mesh.devices) {
      const before = proxy.counted.length;
      const { rates, runs } = await client.mesh("Calibrate", { device_id: agent.deviceId });
      const counted = proxy.counted.slice(before);
      assertEquals(runs.map(({ decode_ms }) => decode_ms), counted.map((one) => (one.eval_duration ?? 0) / NS_PER_MS));
      for (const [rate, of] of [["prefill_toks_per_s", prefillRate], ["decode_toks_per_s", decodeRate]] as const) {
        const measured = counted.map(of);
        const value = rates?.[rate] ?? 0;
        // A mean lies between its samples.
        const [least, most] = [Math.min(...measured) - 1e-6, Math.max(...measured) + 1e-6];
        assert(value >= least && value <= most, `${rate}: ${value} of ${measured}`);
      }
      const device = await eventually(async () => {
        const states = await session.devices();
        const found = states.find((one) => one.device?.device_id === agent.deviceId)?.device;
        return Math.abs((found?.llm_decode_toks_per_s ?? 0) - (rates?.decode_toks_per_s ?? 0)) < 0.01
          ? found
          : undefined;
      }, "the measured rates of the device");
      assert((device?.llm_prefill_toks_per_s ?? 0) > 0);
    }
  });

  await t.step(
    "a placement gives each device as many prompts as it can do meanwhile, by what was measured",
    async () => {
      const tasks = Array.from({ length: 60 }, (_, n) => promptTask(`task-${n}`, { max_output_tokens: 500 }));
      const placed = await client.mesh("PreviewPlacement", { plan: { groups: [{ index: 0, tasks }] } });
      assertEquals(placed.tasks.map(({ model }) => model), tasks.map(() => TINY));
      let latest = 0;
      for (const device of ["alpha", "beta"]) {
        const there = placed.tasks.filter(({ device_name }) => device_name === device);
        assert(there.length > 0, `nothing is placed on ${device}`);
        // One after the other.
        let free = there[0]?.start_ms ?? 0;
        for (const { start_ms, predicted_ms, load_ms } of there) {
          assert(predicted_ms > 0 && load_ms === 0 && Math.abs(start_ms - free) < 1e-6, `from ${start_ms} ms, ${free}`);
          free = start_ms + predicted_ms;
        }
        latest = Math.max(latest, free);
      }
      assert(Math.abs(placed.total_predicted_ms - latest) < 1e-6, `${placed.total_predicted_ms} is not ${latest}`);
      assertEquals(
        [...placed.notes, ...placed.tasks.map(({ notes }) => notes)].filter((note) => /default/.test(note)),
        [],
      );
    },
  );

  await t.step("after ten runs the cost report tells by how much each prediction was wrong", async () => {
    const errors: number[] = [];
    await client.mesh("Calibrate", { device_id: alpha.agent.deviceId, model: "another" });
    for (let run = 0; run < 10; run++) {
      const prompt = `${run} ${"and so on ".repeat(10 + run)}`;
      const { starts, end } = await ask(alpha, { model: "another", prompt, max_tokens: 100 });
      const { total_ms = 0 } = end?.stats ?? {};
      errors.push(Math.abs((starts[0]?.predicted_ms ?? 0) - total_ms) / total_ms);
    }
    const report = await client.mesh("CostReport", { model: "another:latest" });
    const [told] = report.errors;
    assertEquals([report.errors.length, told?.device_name, told?.generations], [1, "alpha", 10]);
    for (const [value, q] of [[told?.median_error, 0.5], [told?.p90_error, 0.9]] as const) {
      assert(Math.abs((value ?? 0) - quantile(errors, q)) < 1e-9, `${value} is not ${quantile(errors, q)}`);
    }
    console.log(`predicted against actual: ${errors.map((error) => `${(error * 100).toFixed(1)} %`).join(", ")}`);
  });
});
