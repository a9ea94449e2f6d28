import { messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { PredictionRecord, Store } from "../store/store.ts";

const log = logger("models");

/** Generations of one device and model that are kept, and looked at for the report. */
const KEPT = 1000;

/**
 * Weight of the latest generation in the correction: half of it is due to the latest four. Less than that of a rate, which
 * follows a device that became slower: the correction is for what is always wrong, and should not add to the noise.
 */
const WEIGHT = 0.15;

/** A correction is at most this factor, up or down: past that, something else is wrong than the rates. */
const MAX_FACTOR = 10;

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
  readonly correction: number;
  /** Unix time in ms of the oldest generation that was looked at. */
  readonly since: number;
}

interface Series {
  readonly deviceId: string;
  readonly model: string;
  /** Of the latest {@link KEPT}: error and time of each. */
  readonly errors: { readonly error: number; readonly at: number }[];
  /** How many told something of the rates. */
  learned: number;
  /** Mean of ln(actual / uncorrected), the latest weighing most. */
  bias: number;
}

/** What was predicted of generations, and what they took: kept, reported, and learned from. */
export class PredictionLog {
  readonly #series = new Map<string, Series>();

  constructor(private readonly store: Pick<Store, "predictions" | "addPrediction">) {}

  /** Takes up what was kept. */
  async restore(): Promise<void> {
    for (const record of await this.store.predictions(KEPT)) this.#learn(record);
  }

  /** A generation has ended. Kept in the background. */
  add(record: PredictionRecord): void {
    if (!(record.actualMs >= SHORTEST_MS) || !Number.isFinite(record.actualMs)) return;
    this.#learn(record);
    this.store.addPrediction(record).catch((error) =>
      log.warning("cannot keep how long a generation took: {reason}", { reason: messageOf(error) })
    );
  }

  /** What predictions for a device and model are multiplied by; 1 where nothing was learned. */
  correction(deviceId: string, model: string): number {
    return Math.exp(this.#series.get(keyOf(deviceId, model))?.bias ?? 0);
  }

  /** By device and model, in no order. */
  report(): PredictionErrors[] {
    return [...this.#series.values()].map(({ deviceId, model, errors }) => {
      const sorted = errors.map(({ error }) => error).sort((a, b) => a - b);
      return {
        deviceId,
        model,
        generations: errors.length,
        median: quantile(sorted, 0.5),
        p90: quantile(sorted, 0.9),
        correction: this.correction(deviceId, model),
        since: errors[0]?.at ?? 0,
      };
    });
  }

  #learn({ deviceId, model, at, predictedMs, uncorrectedMs, actualMs }: PredictionRecord): void {
    const key = keyOf(deviceId, model);
    let series = this.#series.get(key);
    if (!series) this.#series.set(key, series = { deviceId, model, errors: [], learned: 0, bias: 0 });
    if (uncorrectedMs > 0) {
      const limit = Math.log(MAX_FACTOR);
      const ratio = Math.min(limit, Math.max(-limit, Math.log(actualMs / uncorrectedMs)));
      // The first few count alike.
      series.bias += Math.max(WEIGHT, 1 / ++series.learned) * (ratio - series.bias);
    }
    series.errors.push({ error: Math.abs(predictedMs - actualMs) / actualMs, at });
    if (series.errors.length > KEPT) series.errors.shift();
  }
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
