import { knownRates } from "../llm/known_rates.ts";
import { type GenerationWork, type KnownRates, predictGeneration, workOf } from "../llm/prediction.ts";
import { throughputOf } from "../plans/throughput.ts";
import type { GenerationStats } from "../../proto/messages.ts";
import type { ModelHost } from "./model_directory.ts";
import type { PredictionLog } from "./prediction_log.ts";

/** A prompt that was read in less than this part of the time that its tokens take was in the model server's cache. */
const CACHED_SHARE = 0.25;

/** A prompt that takes less than this part of a generation is not worth asking whether it was in a cache. */
const NOTABLE_SHARE = 0.05;

/** A server that has a model ready in less than this, in ms, did not load it. */
const LEAST_LOAD_MS = 100;

/** How much a generation is, as its request says. */
export interface GenerationSize {
  /** Of the prompt. */
  readonly characters: number;
  /** Prompt tokens, where the request counted them; 0 = estimated from the characters. */
  readonly promptTokens?: number;
  /** Of the answer, at most; 0 = no limit. */
  readonly maxTokens: number;
}

/** How long a generation is predicted to take on a device, in ms, without its wait for a turn. */
export interface HostPrediction {
  readonly work: GenerationWork;
  /** With `loadMs`, corrected by what past predictions were wrong by. */
  readonly predictedMs: number;
  /** The same by the rates alone. */
  readonly uncorrectedMs: number;
  /** 0 where the model is loaded. */
  readonly loadMs: number;
  /** Whether the rates are the platform's defaults, since none were measured. */
  readonly isDefault: boolean;
  /** Whether `loadMs` is an assumption from the model's size. */
  readonly isLoadAssumed: boolean;
}

/** Predicts generations from what was measured, and learns from what they took. */
export class Predictor {
  constructor(private readonly log: Pick<PredictionLog, "add" | "correction" | "forget">) {}

  predict(host: ModelHost, size: GenerationSize): HostPrediction {
    const { device, model } = host;
    const { rates, isDefault, isLoadAssumed } = ratesOf(host);
    const estimate = workOf(size.characters, size.maxTokens, model.rates);
    const work = { ...estimate, ...(size.promptTokens ? { promptTokens: size.promptTokens } : {}) };
    const { totalMs, loadMs } = predictGeneration(work, rates, !model.loaded);
    const tokens = work.promptTokens + work.outputTokens;
    const correction = this.log.correction(device.device_id, model.name, tokens);
    return {
      work,
      predictedMs: loadMs + (totalMs - loadMs) * correction,
      uncorrectedMs: totalMs,
      loadMs,
      isDefault,
      isLoadAssumed: isLoadAssumed && !model.loaded,
    };
  }

  /**
   * What a generation with these counts would have taken by the rates alone, in ms: what it differs by from what it took
   * is due to the rates, not to an answer that was shorter than its limit. 0 where it tells nothing of them.
   */
  #byRates(host: ModelHost, { prompt_tokens, output_tokens, load_ms, prefill_ms, total_ms }: GenerationStats): number {
    const { rates } = ratesOf(host);
    const prefillMs = prompt_tokens / rates.prefill * 1000;
    const isCached = prefillMs > NOTABLE_SHARE * total_ms && prefill_ms > 0 && prefill_ms < CACHED_SHARE * prefillMs;
    if (isCached || output_tokens === 0) return 0;
    const work = { promptTokens: prompt_tokens, outputTokens: output_tokens };
    return predictGeneration(work, rates, load_ms >= LEAST_LOAD_MS).totalMs;
  }

  /** A model's rates were measured anew: what predictions were wrong by before says nothing of them. */
  forget(deviceId: string, model: string): void {
    this.log.forget(deviceId, model);
  }

  /** A generation that was predicted has ended. */
  ended(host: ModelHost, prediction: HostPrediction, stats: GenerationStats): void {
    // The device's choice of a model has changed meanwhile: this one was not predicted.
    if (host.tellsRates && stats.model !== "" && stats.model !== host.model.name) return;
    // Rates will be known from now on: what default ones were wrong by says nothing of them.
    const isUnmeasured = prediction.isDefault && host.tellsRates && !host.model.rates?.decode_toks_per_s;
    this.log.add({
      deviceId: host.device.device_id,
      model: host.model.name,
      at: Date.now(),
      predictedMs: prediction.predictedMs,
      uncorrectedMs: isUnmeasured ? 0 : this.#byRates(host, stats),
      actualMs: stats.total_ms,
      promptTokens: stats.prompt_tokens,
      outputTokens: stats.output_tokens,
    });
  }
}

/** A model's rates as measured; else the device's own; else its platform's defaults. */
function ratesOf({ device, model }: ModelHost) {
  const measured = model.rates;
  const own = throughputOf(device);
  const isMeasured = measured !== null && measured.prefill_toks_per_s > 0 && measured.decode_toks_per_s > 0;
  const rates: KnownRates = {
    ...knownRates(model),
    prefill: measured?.prefill_toks_per_s || own.prefill,
    decode: measured?.decode_toks_per_s || own.decode,
  };
  return { rates, isDefault: !isMeasured && !own.own, isLoadAssumed: !measured?.load_ms };
}
