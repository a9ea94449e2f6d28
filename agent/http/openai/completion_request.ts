import { unsupportedField, wrongField } from "./api_error.ts";
import { Fields, shown } from "./fields.ts";
import type { GenerationAsk } from "./generation_ask.ts";
import { modelOf } from "./model_choice.ts";
import { maxTokensOf, refuseUnsupported, samplingOf, streamingOf } from "./sampling_fields.ts";

/**
 * Reads the body of `/v1/completions`. Without `max_tokens` the model's own limit counts, not OpenAI's 16.
 *
 * @throws {ApiError} 400, naming the field
 */
export function completionRequest(body: Readonly<Record<string, unknown>>, deviceId: string): GenerationAsk {
  const fields = new Fields(body);
  refuseUnsupported(fields);
  if (fields.flag("echo")) throw unsupportedField("echo", "echo is not supported");
  if (fields.text("suffix")) throw unsupportedField("suffix", "suffix is not supported");
  const bestOf = fields.integer("best_of", 1, 20) ?? 1;
  if (bestOf !== 1) throw unsupportedField("best_of", `best_of is ${bestOf}: edgemesh makes one answer to a request`);
  if (fields.value("logprobs") !== undefined) throw unsupportedField("logprobs", "logprobs are not supported");
  return {
    request: {
      prompt: promptOf(fields),
      messages: [],
      model: modelOf(fields),
      max_tokens: maxTokensOf(fields, "max_tokens"),
      sampling: samplingOf(fields),
      format: "",
      device_id: deviceId,
    },
    ...streamingOf(fields),
  };
}

function promptOf(fields: Fields): string {
  const value = fields.value("prompt");
  if (Array.isArray(value) && value.length > 1) {
    const what = typeof value[0] === "string" ? `${value.length} prompts` : "tokens";
    throw unsupportedField("prompt", `prompt is an array of ${what}: send one string`);
  }
  const prompt: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof prompt === "string" && prompt !== "") return prompt;
  throw wrongField("prompt", `prompt is ${shown(prompt)}, not a string of at least one character`);
}
