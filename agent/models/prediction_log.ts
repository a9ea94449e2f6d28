import { messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { PredictionRecord, Store } from "../store/store.ts";
import { Correction } from "./correction.ts";

const log = logger("models");

/** Generations of one device and model that are kept, and looked at for the report. */
const KEPT = 1000;

/** Devices and models that are kept in mind, at most; the one used longest ago goes first. */
const MAX_SERIES = 10_000;

/** Generations shorter than this, in ms, say more of the clock than of the model. */
const SHORTEST_MS = 0.5;

/** How well a device's generations with a model were predicted. */
export interface PredictionErrors {
  readonly deviceId: string;
  readonly model: string;
  readonly generations: number;
  /** Of |predicted - actual| / actual; 0.1 = 10 %. */
  readonly median: number;
  readonly p90: number;
  /** Of a generation of usual length. */
  readonly correction: number;
  /** Unix time in ms of the oldest generation that was looked at. */
  readonly since: number;
}

interface Series {
  readonly deviceId: string;
  readonly model: string;
  /** Of the latest {@link KEPT}: error and time of each. */
  readonly errors: { readonly error: number; readonly at: number }[];
  correction: Correction;
}

/** What was predicted of generations, and what they took: kept, reported, and learned from. */
export class PredictionLog {
  readonly #series = new Map<string, Series>();

  /** Hears |predicted - actual| / actual of each generation that ends from now on. */
  onError: ((error: number) => void) | undefined;

  constructor(private readonly store: Pick<Store, "predictions" | "addPrediction">) {}

  /** Takes up what was kept. */
  async restore(): Promise<void> {
    for (const record of await this.store.predictions(KEPT)) this.#learn(record);
  }

  /** A generation has ended. Kept in the background. */
  add(record: PredictionRecord): void {
    if (!(record.actualMs >= SHORTEST_MS) || !Number.isFinite(record.actualMs)) return;
    this.#learn(record);
    this.onError?.(errorOf(record));
    this.store.addPrediction(record).catch((error) =>
      log.warning("cannot keep how long a generation took: {reason}", { reason: messageOf(error) })
    );
  }

  /**
   * What a prediction for a device and model is multiplied by; 1 where nothing was learned.
   *
   * @param tokens of prompt and answer
   */
  correction(deviceId: string, model: string, tokens: number): number {
    return this.#series.get(keyOf(deviceId, model))?.correction.factor(tokens) ?? 1;
  }

  /** By device and model, in no order. */
  report(): PredictionErrors[] {
    return [...this.#series.values()].map(({ deviceId, model, errors, correction }) => {
      const sorted = errors.map(({ error }) => error).sort((a, b) => a - b);
      return {
        deviceId,
        model,
        generations: errors.length,
        median: quantile(sorted, 0.5),
        p90: quantile(sorted, 0.9),
        correction: correction.usual,
        since: errors[0]?.at ?? 0,
      };
    });
  }

  /** What was learned of a device and model no longer holds; how well it was predicted stays in the report. */
  forget(deviceId: string, model: string): void {
    const series = this.#series.get(keyOf(deviceId, model));
    if (series) series.correction = new Correction();
  }

  #learn(record: PredictionRecord): void {
    const { deviceId, model, at, uncorrectedMs, actualMs, promptTokens, outputTokens } = record;
    const key = keyOf(deviceId, model);
    let series = this.#series.get(key);
    // The one used last stands last.
    this.#series.delete(key);
    if (series) this.#series.set(key, series);
    else this.#series.set(key, series = { deviceId, model, errors: [], correction: new Correction() });
    if (uncorrectedMs > 0) series.correction.learn(actualMs / uncorrectedMs, promptTokens + outputTokens);
    series.errors.push({ error: errorOf(record), at });
    if (series.errors.length > KEPT) series.errors.shift();
    const [oldest] = this.#series.keys();
    if (this.#series.size > MAX_SERIES && oldest !== undefined) this.#series.delete(oldest);
  }
}

function errorOf({ predictedMs, actualMs }: PredictionRecord): number {
  return Math.abs(predictedMs - actualMs) / actualMs;
}

/** Of values in ascending order, interpolated between the two nearest. */
export function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}

function keyOf(deviceId: string, model: string): string {
  return JSON.stringify([deviceId, model]);
}
