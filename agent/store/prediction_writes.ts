import type { DatabaseSync, StatementSync } from "node:sqlite";
import { PREDICTIONS_KEPT } from "./predictions_kept.ts";
import type { Flat } from "./sqlite_messages.ts";
import { stored } from "./sqlite_text.ts";

/** Parameters are those of `PREDICTION_WIDTH`. Answers the place that it was given. */
const ADD = `INSERT INTO predictions
    (device_id, model, place, ended_at, predicted_ms, uncorrected_ms, actual_ms, prompt_tokens, output_tokens)
  VALUES (?1, ?2, ifnull((SELECT max(place) FROM predictions WHERE device_id = ?1 AND model = ?2), 0) + 1,
    ?3, ?4, ?5, ?6, ?7, ?8)
  RETURNING place`;

/** Adds and removes predictions, inside a transaction that the caller begins and ends. */
export class PredictionWrites {
  readonly #add: StatementSync;
  readonly #dropUpTo: StatementSync;
  readonly #removeOf: StatementSync;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare(ADD);
    this.#dropUpTo = db.prepare("DELETE FROM predictions WHERE device_id = ? AND model = ? AND place <= ?");
    this.#removeOf = db.prepare("DELETE FROM predictions WHERE device_id = ?");
  }

  /** Adds one, and drops the oldest of its device and model when there are too many: both by one look into the index. */
  add(prediction: Flat): void {
    const values = prediction.map(stored);
    const place = Number(this.#add.get(...values)?.place);
    if (place <= PREDICTIONS_KEPT) return;
    const [deviceId = "", model = ""] = values;
    this.#dropUpTo.run(deviceId, model, place - PREDICTIONS_KEPT);
  }

  removeOf(deviceId: string): void {
    this.#removeOf.run(stored(deviceId));
  }
}
