import type { Flat } from "./sqlite_messages.ts";

/** A statement that reads rows as arrays. */
interface RowStatement {
  get(...args: Flat): Flat | undefined;
  all(...args: Flat): Flat[];
}

/** Devices and models that are looked up before others get a turn: together their numbers take a few ms. */
const MODELS_A_TURN = 8;

const FIRST_MODEL = "SELECT device_id, model FROM predictions ORDER BY device_id, model LIMIT 1";
const NEXT_MODEL = `SELECT device_id, model FROM predictions WHERE (device_id, model) > (?, ?)
  ORDER BY device_id, model LIMIT 1`;
const LATEST = "SELECT number FROM predictions WHERE device_id = ? AND model = ? ORDER BY place DESC LIMIT ?";
const PREDICTION = `SELECT device_id, model, ended_at, predicted_ms, uncorrected_ms, actual_ms, prompt_tokens,
  output_tokens FROM predictions WHERE number = ?`;

/**
 * Of each device and model the latest `limit` predictions, in the order in which they were added. Looks at no others.
 * Undefined where nothing was found for a while.
 */
export function* predictionRows(
  prepare: (sql: string) => RowStatement,
  limit: number,
): Generator<Flat | undefined> {
  const [next, latest, prediction] = [prepare(NEXT_MODEL), prepare(LATEST), prepare(PREDICTION)];
  const numbers: number[] = [];
  let models = 0;
  for (let model = prepare(FIRST_MODEL).get(); model; model = next.get(...model)) {
    for (const [number] of latest.all(...model, Math.max(limit, 0))) numbers.push(Number(number));
    if (++models % MODELS_A_TURN === 0) yield undefined;
  }
  for (const number of numbers.sort((a, b) => a - b)) yield prediction.get(number);
}
