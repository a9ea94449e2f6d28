import { MeshError } from "../core/errors.ts";
import type { LLMTaskRequest } from "../../proto/gen/edgemesh/LLMTaskRequest.ts";
import type { LLMTaskResponse__Output as LLMTaskResponse } from "../../proto/gen/edgemesh/LLMTaskResponse.ts";
import type { GenerateRequest, GenerationStats } from "../../proto/messages.ts";

/**
 * A request as the contract's `RunLLMTask` takes it: one prompt, a model, a limit.
 *
 * @throws {MeshError} UNIMPLEMENTED for what that method cannot carry
 */
export function promptCallOf(request: GenerateRequest): LLMTaskRequest {
  const { prompt, messages, model, max_tokens, sampling, format } = request;
  const isSampled = sampling && Object.values(sampling).some((value) => Array.isArray(value) ? value.length > 0 : true);
  if (format || isSampled) {
    throw new MeshError("UNIMPLEMENTED", "an older device takes a prompt, a model and a limit, and nothing else");
  }
  return { prompt: messages.length > 0 ? transcript(messages) : prompt, model, max_tokens };
}

/**
 * What an older device answered.
 *
 * @param ms how long the call took
 * @throws {MeshError} INTERNAL with the device's own error
 */
export function answerOfPromptCall(
  { output, model_used, tokens_generated, error }: LLMTaskResponse,
  ms: number,
): { readonly output: string; readonly stats: GenerationStats } {
  if (error) throw new MeshError("INTERNAL", error);
  const stats: GenerationStats = {
    model: model_used,
    prompt_tokens: 0,
    output_tokens: tokens_generated,
    queue_ms: 0,
    load_ms: 0,
    prefill_ms: 0,
    decode_ms: 0,
    total_ms: ms,
  };
  return { output, stats };
}

/** One question as it is; a longer chat with who said what. */
function transcript(messages: GenerateRequest["messages"]): string {
  const [only] = messages;
  if (messages.length === 1 && only) return only.content;
  return [...messages.map(({ role, content }) => `${role}: ${content}`), "assistant:"].join("\n\n");
}
