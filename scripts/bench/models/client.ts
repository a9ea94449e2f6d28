/** The client process of the measurement of models. */
import type { AgentSession } from "../shared/agent_session.ts";
import { serveOrders } from "../shared/order_server.ts";
import { httpStream } from "./http_stream.ts";
import type { Ask, OrderHandlers, Predicted, Stream, Way } from "./orders.ts";
import { randomPrompt } from "./prompt.ts";
import { StreamClock } from "./stream_clock.ts";

/** Words of a prompt and tokens of an answer at most, where they are mixed. */
const MOST_WORDS = 200;
const LEAST_TOKENS = 16;
const MOST_TOKENS = 160;

const KEY = Deno.env.get("EDGEMESH_KEY") ?? "";

async function grpcStream(session: AgentSession, deviceId: string, ask: Ask, prompt: string): Promise<Stream> {
  const clock = new StreamClock();
  const request = { model: ask.model, max_tokens: ask.tokens, device_id: deviceId };
  await session.generate({ ...request, messages: [{ role: "user", content: prompt }] }, ({ text, end }) => {
    if (text) clock.token();
    if (end?.stats) clock.count(end.stats.output_tokens);
  });
  return clock.ended(ask.tokens);
}

function between(least: number, most: number): number {
  return least + Math.floor(Math.random() * (most - least + 1));
}

await serveOrders((session): OrderHandlers => {
  function stream(way: Way, ask: Ask): Promise<Stream> {
    const prompt = randomPrompt(ask.words);
    return way.by === "grpc" ? grpcStream(session, way.deviceId, ask, prompt) : httpStream(way, ask, prompt, KEY);
  }

  async function predicted(deviceId: string, model: string): Promise<Predicted> {
    let [predictedMs, actualMs] = [NaN, NaN];
    const clock = new StreamClock();
    const request = {
      prompt: randomPrompt(between(1, MOST_WORDS)),
      model,
      max_tokens: between(LEAST_TOKENS, MOST_TOKENS),
      device_id: deviceId,
    };
    await session.generate(request, ({ start, end }) => {
      if (start) predictedMs = start.predicted_ms;
      if (end?.stats) actualMs = end.stats.total_ms;
    });
    return { predictedMs, actualMs, waitedMs: clock.ms };
  }

  return {
    async inTurn({ ways, ask, rounds }) {
      const streams = ways.map((): Stream[] => []);
      for (let round = 0; round < rounds; round++) {
        for (let n = 0; n < ways.length; n++) {
          // Each begins as often as the others: what one leaves behind to be collected meets them all.
          const at = (round + n) % ways.length;
          const way = ways[at];
          if (way) streams[at]?.push(await stream(way, ask));
        }
      }
      return streams;
    },

    async together({ way, ask, streams }) {
      const clock = new StreamClock();
      const ended = await Promise.all(Array.from({ length: streams }, () => stream(way, ask)));
      return { streams: ended, ms: clock.ms };
    },

    async predicted({ deviceIds, model, prompts }) {
      const all = deviceIds.map((): Predicted[] => []);
      for (let n = 0; n < prompts; n++) {
        for (const [at, deviceId] of deviceIds.entries()) all[at]?.push(await predicted(deviceId, model));
      }
      return all;
    },

    costReport: () => session.costReport(),

    async models() {
      const choices = (await session.models()).filter(({ is_default }) => is_default);
      return Object.fromEntries(choices.map(({ device_id, model }) => [device_id, model?.name ?? ""]));
    },
  };
});
