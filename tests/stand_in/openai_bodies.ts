import type { Spoken } from "./generation.ts";
import type { ModelState } from "./model.ts";
import type { OpenAiRequest } from "./openai_request.ts";

/** What llama.cpp's server says in JSON, as its documentation has it. */

const failure = (code: number, type: string, message: string) => JSON.stringify({ error: { code, message, type } });

/** Error bodies, for faults. */
export const OPENAI_ERRORS = {
  loading: failure(503, "unavailable_error", "Loading model"),
  tooLong: failure(
    400,
    "exceed_context_size_error",
    "the request exceeds the available context size, try increasing it",
  ),
  noEmbeddings: failure(
    501,
    "not_supported_error",
    "This server does not support embeddings. Start it with `--embeddings`",
  ),
  notFound: failure(404, "not_found_error", "File Not Found"),
  noUsage: failure(400, "invalid_request_error", "Unrecognized request argument supplied: stream_options"),
  badJson: failure(400, "invalid_request_error", "parse error at line 1, column 1: syntax error"),
  /** As LM Studio and OpenAI have it. */
  unknownModel: (model: string) =>
    JSON.stringify({
      error: {
        message: `The model '${model}' does not exist`,
        type: "invalid_request_error",
        param: "model",
        code: "model_not_found",
      },
    }),
} as const;

const unixTime = () => Math.floor(Date.now() / 1000);

export function modelsBody(models: Iterable<ModelState>, hasMeta: boolean): string {
  return JSON.stringify({
    object: "list",
    data: [...models].map((model) => ({
      id: model.given.name,
      object: "model",
      created: unixTime(),
      owned_by: hasMeta ? "llamacpp" : "organization_owner",
      ...(hasMeta ? { meta: { n_ctx_train: 131_072, n_params: 8_030_261_312, size: model.sizeBytes } } : {}),
    })),
  });
}

/** The fixed part of a chunk, or of a whole answer. */
export function envelope(body: OpenAiRequest, chat: boolean) {
  const object = chat ? (body.stream ? "chat.completion.chunk" : "chat.completion") : "text_completion";
  return { id: chat ? "chatcmpl-1" : "cmpl-1", object, created: unixTime(), model: body.model ?? "" };
}

export function usage({ promptTokens, cachedTokens, outputTokens }: Spoken) {
  return {
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: outputTokens,
      total_tokens: promptTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: cachedTokens },
    },
  };
}

/** In ms. */
export function timings(spoken: Spoken) {
  return {
    timings: {
      cache_n: spoken.cachedTokens,
      prompt_n: spoken.promptTokens - spoken.cachedTokens,
      prompt_ms: spoken.promptMs,
      predicted_n: spoken.outputTokens,
      predicted_ms: spoken.outputMs,
    },
  };
}
