import { LineSplitter } from "../../../agent/llm/line_splitter.ts";
import type { Ask, Stream, Way } from "./orders.ts";
import { StreamClock } from "./stream_clock.ts";

const MAX_LINE = 1024 * 1024;

/** How an HTTP API is asked for a stream, and how its lines are read. */
interface Api {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  read(line: string, clock: StreamClock): void;
}

/**
 * Asks by HTTP, as a client does that keeps its connections.
 *
 * @throws {Error} when anything but the whole answer comes
 */
export async function httpStream(
  way: Extract<Way, { readonly url: string }>,
  ask: Ask,
  prompt: string,
  key: string,
): Promise<Stream> {
  const { url, headers, body, read } = way.by === "server"
    ? ollama(way.url, ask, prompt)
    : openai(way, ask, prompt, key);
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
  const clock = new StreamClock();
  const lines = new LineSplitter(MAX_LINE, (line) => read(line, clock));
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  for await (const bytes of response.body ?? []) lines.push(bytes);
  return clock.ended(ask.tokens);
}

function ollama(url: string, { model, tokens }: Ask, prompt: string): Api {
  return {
    url: `${url}/api/chat`,
    headers: {},
    body: { model, messages: [{ role: "user", content: prompt }], options: { num_predict: tokens } },
    read(line, clock) {
      const { message, eval_count } = JSON.parse(line);
      if (message?.content) clock.token();
      if (eval_count !== undefined) clock.count(eval_count);
    },
  };
}

function openai({ url, deviceId }: Extract<Way, { readonly by: "http" }>, ask: Ask, prompt: string, key: string): Api {
  const { model, tokens } = ask;
  return {
    url: `${url}/v1/chat/completions`,
    headers: { authorization: `Bearer ${key}`, "x-edgemesh-device-id": deviceId },
    body: {
      model,
      messages: [{ role: "user", content: prompt }],
      max_tokens: tokens,
      stream: true,
      stream_options: { include_usage: true },
    },
    read(line, clock) {
      if (!line.startsWith("data: {")) return;
      const { choices, usage } = JSON.parse(line.slice(6));
      if (choices[0]?.delta?.content) clock.token();
      if (usage) clock.count(usage.completion_tokens);
    },
  };
}
