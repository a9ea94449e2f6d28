import { outputFormat } from "./output_format.ts";
import type { ServerRequest } from "./types.ts";

/**
 * The body of a request to `/v1/chat/completions`. What is not set is left out.
 *
 * @param withUsage whether to ask for counts at the end of the stream
 */
export function chatBody(request: ServerRequest, withUsage: boolean): Record<string, unknown> {
  const { model, prompt, messages, maxTokens, sampling } = request;
  return {
    model,
    messages: messages.length > 0
      ? messages.map(({ role, content }) => ({ role, content }))
      : [{ role: "user", content: prompt }],
    stream: true,
    stream_options: withUsage ? { include_usage: true } : undefined,
    max_tokens: maxTokens > 0 ? maxTokens : undefined,
    temperature: sampling?.temperature,
    top_p: sampling?.top_p,
    seed: sampling?.seed,
    frequency_penalty: sampling?.frequency_penalty,
    presence_penalty: sampling?.presence_penalty,
    stop: sampling?.stop.length ? sampling.stop : undefined,
    response_format: responseFormat(request.format),
  };
}

function responseFormat(text: string): unknown {
  const format = outputFormat(text);
  switch (format.kind) {
    case "text":
      return undefined;
    case "json":
      return { type: "json_object" };
    case "schema":
      return { type: "json_schema", json_schema: { name: "answer", strict: true, schema: format.schema } };
  }
}
