import type { ModelRates } from "../../proto/messages.ts";

/** Rates of a model that can be reckoned with: all above 0, but for times, which may be 0. */
export interface KnownRates {
  /** Prompt tokens read, tokens/s. */
  readonly prefill: number;
  /** Tokens written, tokens/s. */
  readonly decode: number;
  /** Of a generation, beside loading, reading and writing, in ms. */
  readonly overheadMs: number;
  /** Loading the model into memory, in ms. */
  readonly loadMs: number;
}

/** How much there is to do. */
export interface GenerationWork {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** How long a generation is predicted to take, in ms. */
export interface GenerationPrediction {
  /** With `loadMs`, without waiting for a turn. */
  readonly totalMs: number;
  /** 0 where the model is loaded. */
  readonly loadMs: number;
}

/** Characters of a prompt that make a token, where nothing was measured: the usual rule of thumb for English. */
const CHARACTERS_PER_TOKEN = 4;

/** Tokens of an answer at most, whatever limit it was given: more than the models of devices have context for. */
const LONGEST_OUTPUT = 32_768;

/** Tokens of an answer without a limit, where nothing was measured. */
const OUTPUT_TOKENS = 256;

/** The specification's formula with what it leaves out: the fixed time of a request, and loading a cold model. */
export function predictGeneration(
  { promptTokens, outputTokens }: GenerationWork,
  { prefill, decode, overheadMs, loadMs }: KnownRates,
  isCold: boolean,
): GenerationPrediction {
  const load = isCold ? loadMs : 0;
  return { loadMs: load, totalMs: load + overheadMs + (promptTokens / prefill + outputTokens / decode) * 1000 };
}

/**
 * How much a request is, as far as it can be known before it runs.
 *
 * @param characters of the prompt
 * @param maxTokens the limit of the answer; 0 = none
 */
export function workOf(
  characters: number,
  maxTokens: number,
  rates: Pick<ModelRates, "characters_per_token" | "output_tokens"> | null,
): GenerationWork {
  const perToken = rates?.characters_per_token || CHARACTERS_PER_TOKEN;
  const usual = rates?.output_tokens || (maxTokens > 0 ? LONGEST_OUTPUT : OUTPUT_TOKENS);
  return {
    promptTokens: Math.ceil(characters / perToken),
    outputTokens: maxTokens > 0 ? Math.min(maxTokens, usual) : usual,
  };
}
