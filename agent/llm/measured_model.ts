import type { ModelRates } from "../../proto/messages.ts";
import { PromptMemory, type SeenPrompt } from "./prompt_memory.ts";
import type { Generated } from "./types.ts";
import { WeightedMean } from "./weighted_mean.ts";

/** A generation that succeeded. */
export interface GenerationSample {
  readonly generated: Generated;
  /** From its turn to its end by our own clock, in ms. */
  readonly totalMs: number;
  /** What was known before counts no more than a guess: this is the first of some measurements made on purpose. */
  readonly isAfresh: boolean;
}

/** How a generation begins. */
export interface PromptOrigin {
  /** The prompt was made up just now, to measure with. */
  readonly isRandom: boolean;
  /** The model is not in memory, as far as is known, and nothing else is under way that loads it. */
  readonly isCold: boolean;
}

/** A generation under way. */
export interface RunningSample extends SeenPrompt, PromptOrigin {
  /** Of the prompt. */
  readonly characters: number;
}

/** Fewer tokens than this tell little of a rate: what they take is as short as what else happens beside them. */
const LEAST_TOKENS = 16;

/**
 * A prompt that may have been in the server's cache, and was read at most this many times as fast as is usual, was not: from
 * a cache it comes ten to a thousand times as fast.
 */
const UNCACHED_FACTOR = 2;

/** A prompt tells how fast it was read if no more than this part of it can have been in the server's cache. */
const MAX_CACHED_SHARE = 0.1;

/**
 * A server that takes at least this long, in ms, to have a model ready did load it. Ollama 0.13 says 1 to 5 ms for a model
 * that is in memory, and some 280 ms to load the smallest there can be.
 */
const LEAST_LOAD_MS = 100;

/** A model that was thought to be in memory was loaded all the same if that took this part of what it usually takes. */
const LOAD_SHARE = 0.25;

/** More characters to a token than this come from a prompt that the server cut to the model's context. */
const MAX_CHARACTERS_PER_TOKEN = 16;

/** What a server's moment of standing still may add to a generation, in ms, without being taken for an exception. */
const OVERHEAD_SLACK_MS = 50;

/** A rate that is better guessed from what tells little than not known at all. */
class Rate {
  readonly #mean: WeightedMean;
  #isGuess = false;

  /** @param value as it was kept; 0 = none yet */
  constructor(value = 0) {
    this.#mean = new WeightedMean(value);
  }

  get value(): number {
    return this.#mean.value;
  }

  /** Whether it is known, and a rate no more than some times as high as is usual. */
  isNear(rate: number): boolean {
    return !this.#isGuess && this.value > 0 && rate <= UNCACHED_FACTOR * this.value;
  }

  /** Takes a rate that was measured well. True. */
  add(rate: number): boolean {
    if (this.#isGuess) this.#mean.doubt();
    this.#isGuess = false;
    this.#mean.add(rate);
    return true;
  }

  /**
   * Takes a rate that tells little, as long as nothing better is known. Of two that are far apart the lower one counts: what
   * makes a rate wrong, a cache, makes it high. Returns whether it took it.
   */
  guess(rate: number): boolean {
    const { value } = this;
    if (value > 0 && !this.#isGuess) return false;
    if (value > 0 && rate > UNCACHED_FACTOR * value) return false;
    if (rate * UNCACHED_FACTOR < value) this.#mean.doubt();
    this.#isGuess = true;
    this.#mean.add(rate);
    return true;
  }

  doubt(): void {
    this.#mean.doubt();
  }
}

/** What was measured of one model. */
export class MeasuredModel {
  readonly #prompts = new PromptMemory();
  readonly #prefill: Rate;
  readonly #decode: Rate;
  readonly #load: WeightedMean;
  readonly #overhead: WeightedMean;
  readonly #charactersPerToken: WeightedMean;
  readonly #outputTokens: WeightedMean;
  #samples: number;
  #measuredAt: number;

  constructor(kept?: ModelRates) {
    this.#prefill = new Rate(kept?.prefill_toks_per_s);
    this.#decode = new Rate(kept?.decode_toks_per_s);
    this.#load = new WeightedMean(kept?.load_ms);
    this.#overhead = new WeightedMean(kept?.overhead_ms, OVERHEAD_SLACK_MS);
    this.#charactersPerToken = new WeightedMean(kept?.characters_per_token);
    this.#outputTokens = new WeightedMean(kept?.output_tokens);
    this.#samples = kept?.samples ?? 0;
    this.#measuredAt = kept?.measured_at ?? 0;
  }

  /** Null before the first generation that counted. */
  get rates(): ModelRates | null {
    if (this.#samples === 0) return null;
    return {
      prefill_toks_per_s: this.#prefill.value,
      decode_toks_per_s: this.#decode.value,
      load_ms: this.#load.value,
      overhead_ms: this.#overhead.value,
      characters_per_token: this.#charactersPerToken.value,
      output_tokens: this.#outputTokens.value,
      samples: this.#samples,
      measured_at: this.#measuredAt,
    };
  }

  begin(prompt: string, origin: PromptOrigin): RunningSample {
    return { ...this.#prompts.see(prompt, origin.isRandom), ...origin, characters: prompt.length };
  }

  /** Whether it told anything. */
  learn(run: RunningSample, sample: GenerationSample): boolean {
    const { generated, isAfresh } = sample;
    this.#prompts.answered();
    if (isAfresh) this.#doubtRates();
    const hasLoaded = generated.loadMs >= Math.max(LEAST_LOAD_MS, run.isCold ? 0 : this.#load.value * LOAD_SHARE);
    if (hasLoaded) this.#load.add(generated.loadMs);
    const isLoadedForIt = hasLoaded && run.isCold;
    if (isLoadedForIt) this.#prompts.loadedFor(run);
    const learned = [
      this.#learnPrefill(run, generated, isLoadedForIt || run.cachedShare <= MAX_CACHED_SHARE),
      this.#learnDecode(generated),
      // Where a model was loaded and its server does not say so, all that took would count as overhead.
      (hasLoaded || !run.isCold) && this.#learnOverhead(sample, hasLoaded),
      !run.isRandom && this.#learnLength(sample),
    ];
    if (!hasLoaded && !learned.includes(true)) return false;
    this.#samples++;
    this.#measuredAt = Math.floor(Date.now() / 1000);
    return true;
  }

  #doubtRates(): void {
    for (const mean of [this.#prefill, this.#decode, this.#load, this.#overhead]) mean.doubt();
  }

  #learnPrefill(run: RunningSample, { promptTokens, prefillMs }: Generated, isUncached: boolean): boolean {
    if (promptTokens <= 0) return false;
    const perToken = run.characters / promptTokens;
    // Random words have more tokens than language has, and of a few tokens most are the template's.
    if (!run.isRandom && promptTokens >= LEAST_TOKENS && perToken <= MAX_CHARACTERS_PER_TOKEN) {
      this.#charactersPerToken.add(perToken);
    }
    if (prefillMs <= 0) return false;
    const rate = promptTokens / prefillMs * 1000;
    if (promptTokens < LEAST_TOKENS) return this.#prefill.guess(rate);
    if (isUncached || this.#prefill.isNear(rate)) return this.#prefill.add(rate);
    return this.#prefill.guess(rate);
  }

  /** As Ollama itself says how fast it was: https://github.com/ollama/ollama/blob/main/docs/api.md */
  #learnDecode({ outputTokens, decodeMs }: Generated): boolean {
    if (outputTokens <= 0 || decodeMs <= 0) return false;
    const rate = outputTokens / decodeMs * 1000;
    return outputTokens < LEAST_TOKENS ? this.#decode.guess(rate) : this.#decode.add(rate);
  }

  #learnOverhead({ generated, totalMs }: GenerationSample, hasLoaded: boolean): boolean {
    const { loadMs, prefillMs, decodeMs } = generated;
    if (prefillMs <= 0 && decodeMs <= 0) return false;
    this.#overhead.add(Math.max(0, totalMs - (hasLoaded ? loadMs : 0) - prefillMs - decodeMs));
    return true;
  }

  /** An answer that was cut says that answers are at least as long: it tells something where that is longer than usual. */
  #learnLength({ generated: { outputTokens, finishReason } }: GenerationSample): boolean {
    const usual = this.#outputTokens.value;
    const isLonger = usual > 0 && outputTokens > usual;
    if (outputTokens <= 0 || (finishReason !== "stop" && !isLonger)) return false;
    this.#outputTokens.add(outputTokens);
    return true;
  }
}
