import { PREDICTIONS_KEPT } from "./predictions_kept.ts";
import type { PredictionRecord } from "./store.ts";

interface Kept {
  /** Its place among all that were added. */
  readonly number: number;
  readonly prediction: PredictionRecord;
}

/** The latest predictions of each device and model, in memory. */
export class MemoryPredictions {
  /** By device and model as JSON; each in the order in which they were added. */
  readonly #kept = new Map<string, Kept[]>();
  #added = 0;

  /** Adds it, and drops the oldest of its device and model when there are too many. */
  add(prediction: PredictionRecord): void {
    const name = JSON.stringify([prediction.deviceId, prediction.model]);
    const kept = this.#kept.get(name) ?? [];
    this.#kept.set(name, kept);
    kept.push({ number: this.#added++, prediction });
    if (kept.length > PREDICTIONS_KEPT) kept.shift();
  }

  removeOf(deviceId: string): void {
    for (const [name, [first]] of this.#kept) {
      if (first?.prediction.deviceId === deviceId) this.#kept.delete(name);
    }
  }

  /** Of each device and model the latest `limit`, in the order in which they were added. Copies. */
  latest(limit: number): PredictionRecord[] {
    return [...this.#kept.values()]
      .flatMap((kept) => kept.slice(Math.max(kept.length - Math.max(limit, 0), 0)))
      .sort((a, b) => a.number - b.number)
      .map(({ prediction }) => ({ ...prediction }));
  }
}
