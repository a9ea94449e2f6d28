import type { SpeechRequest } from "./generation.ts";

/** What requests of the OpenAI kind carry, of which a stand-in reads this. */
export interface OpenAiRequest {
  readonly model?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly prompt?: string;
  readonly input?: string | readonly string[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly max_tokens?: number;
  readonly stop?: string | readonly string[];
  readonly response_format?: { readonly type?: string };
}

/** What such a request asks for. */
export function speechOf(
  body: OpenAiRequest,
  say: (request: OpenAiRequest) => string | null,
  json: (request: OpenAiRequest) => unknown,
): SpeechRequest {
  const { type = "text" } = body.response_format ?? {};
  return {
    prompt: body.prompt ?? (body.messages ?? []).map(({ content }) => content).join("\n"),
    maxTokens: body.max_tokens === undefined || body.max_tokens < 0 ? null : body.max_tokens,
    stops: typeof body.stop === "string" ? [body.stop] : body.stop ?? [],
    text: type === "text" ? say(body) : JSON.stringify(json(body)),
  };
}
