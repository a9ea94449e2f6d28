import { type GenerationWork, type KnownRates, predictGeneration, workOf } from "../llm/prediction.ts";
import { throughputOf } from "../plans/throughput.ts";
import type { GenerationStats } from "../../proto/messages.ts";
import type { ModelHost } from "./model_directory.ts";
import type { PredictionLog } from "./prediction_log.ts";

/** Loading a model whose loading was never measured: bytes/s from disk, a modest SSD's. An assumption. */
const LOAD_BYTES_PER_S = 500_000_000;

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
  constructor(private readonly log: Pick<PredictionLog, "add" | "correction">) {}

  predict(host: ModelHost, size: GenerationSize): HostPrediction {
    const { device, model } = host;
    const { rates, isDefault, isLoadAssumed } = ratesOf(host);
    const estimate = workOf(size.characters, size.maxTokens, model.rates);
    const work = { ...estimate, ...(size.promptTokens ? { promptTokens: size.promptTokens } : {}) };
    const { totalMs, loadMs } = predictGeneration(work, rates, !model.loaded);
    const correction = this.log.correction(device.device_id, model.name);
    return {
      work,
      predictedMs: loadMs + (totalMs - loadMs) * correction,
      uncorrectedMs: totalMs,
      loadMs,
      isDefault,
      isLoadAssumed: isLoadAssumed && !model.loaded,
    };
  }

  /** A generation that was predicted has ended. */
  ended(host: ModelHost, prediction: HostPrediction, stats: GenerationStats): void {
    this.log.add({
      deviceId: host.device.device_id,
      model: host.model.name,
      at: Date.now(),
      predictedMs: prediction.predictedMs,
      uncorrectedMs: prediction.uncorrectedMs,
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
  const isLoadMeasured = (measured?.load_ms ?? 0) > 0;
  const rates: KnownRates = {
    prefill: isMeasured ? measured.prefill_toks_per_s : own.prefill,
    decode: isMeasured ? measured.decode_toks_per_s : own.decode,
    overheadMs: measured?.overhead_ms ?? 0,
    loadMs: isLoadMeasured ? measured?.load_ms ?? 0 : model.size_bytes / LOAD_BYTES_PER_S * 1000,
  };
  return { rates, isDefault: !isMeasured && !own.own, isLoadAssumed: !isLoadMeasured };
}
