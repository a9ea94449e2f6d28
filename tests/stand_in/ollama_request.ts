import type { SpeechRequest } from "./generation.ts";

/** What requests to Ollama carry, of which a stand-in reads this. */
export interface OllamaRequest {
  readonly model?: string;
  readonly name?: string;
  readonly prompt?: string;
  readonly system?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly input?: string | readonly string[];
  readonly stream?: boolean;
  readonly format?: unknown;
  readonly keep_alive?: number | string;
  readonly options?: { readonly num_predict?: number; readonly stop?: readonly string[] };
}

/** What such a request asks for. */
export interface Asked {
  readonly speech: SpeechRequest;
  /** There is nothing to say something to: Ollama only loads the model. */
  readonly isEmpty: boolean;
  /** What Ollama says of a `format` that it cannot read. */
  readonly invalidFormat: string | null;
}

export function askedOf(
  body: OllamaRequest,
  chat: boolean,
  say: (request: OllamaRequest) => string | null,
  json: (request: OllamaRequest) => unknown,
): Asked {
  const { format, options = {} } = body;
  const wantsJson = format !== undefined && format !== null && format !== "";
  const isValid = format === "json" || (typeof format === "object" && !Array.isArray(format));
  const prompt = chat
    ? (body.messages ?? []).map(({ content }) => content).join("\n")
    : [body.system, body.prompt].filter(Boolean).join("\n");
  return {
    isEmpty: chat ? (body.messages ?? []).length === 0 : !body.prompt,
    invalidFormat: wantsJson && !isValid
      ? `invalid format: ${JSON.stringify(JSON.stringify(format))}; expected "json" or a valid JSON Schema object`
      : null,
    speech: {
      prompt,
      // Ollama takes 0 for "without end", and what is negative for its own limit.
      maxTokens: options.num_predict === undefined || options.num_predict < 0 ? null : options.num_predict,
      stops: options.stop ?? [],
      text: wantsJson ? JSON.stringify(json(body)) : say(body),
    },
  };
}
