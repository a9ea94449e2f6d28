import { UsageError } from "../agent/core/errors.ts";
import type { GenerateRequest } from "../proto/gen/edgemesh/v1/GenerateRequest.ts";

/** The longest prompt that a mesh takes, in bytes of UTF-8. */
export const MOST_PROMPT_BYTES = 4 * 1024 * 1024;

/** Protobuf's int32. */
export const MOST_TOKENS = 2 ** 31 - 1;

/** What of a prompt can be chosen besides its text. */
export interface PromptSettings {
  /** Default: what its device answers with when no model is named. */
  readonly model?: string | undefined;
  /** Tokens generated at most, from 1. Default: the model's own limit. */
  readonly maxTokens?: number | undefined;
  /** What the model is told before the prompt: who it is, how to answer. */
  readonly system?: string | undefined;
  /** 0 (always the likeliest token) to 2. Default: the model's own. */
  readonly temperature?: number | undefined;
}

/** The request for a prompt. @param deviceId empty = the device that will finish first */
export function promptRequest(text: string, settings: PromptSettings, deviceId: string): GenerateRequest {
  const { model = "", maxTokens = 0, system, temperature } = settings;
  const chat = [{ role: "system", content: system ?? "" }, { role: "user", content: text }];
  return checkedRequest({
    ...(system === undefined ? { prompt: text } : { messages: chat }),
    model,
    max_tokens: maxTokens,
    ...(temperature === undefined ? {} : { sampling: { temperature } }),
    device_id: deviceId,
  });
}

/** Numbers of a request, by their names: on the wire, one that is wrong would pass for another. */
const SAMPLING_NUMBERS = ["temperature", "top_p", "frequency_penalty", "presence_penalty"] as const;

/** @throws {UsageError} for a number that the wire cannot carry, with its name and value; the agent checks the rest */
export function checkedRequest(request: GenerateRequest): GenerateRequest {
  const { max_tokens = 0, sampling } = request;
  if (!(Number.isInteger(max_tokens) && max_tokens >= 0 && max_tokens <= MOST_TOKENS)) {
    throw new UsageError(`max_tokens "${max_tokens}": not a whole number from 0 (no limit) to ${MOST_TOKENS}`);
  }
  for (const name of SAMPLING_NUMBERS) {
    const value = sampling?.[name];
    if (value !== undefined && !Number.isFinite(value)) throw new UsageError(`${name} "${value}": not a number`);
  }
  const seed = sampling?.seed;
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw new UsageError(`seed "${seed}": not a whole number`);
  return request;
}
