import { bytes } from "../output/units.ts";
import { SlidingRate } from "./sliding_rate.ts";
import type { TransferState } from "./transfer_state.ts";
import { timeLeft } from "./words.ts";

/** Longest time that is foretold, in ms: a hundred days. */
const FORESEEN_MS = 100 * 86_400_000;

/** How fast files move, as far as it is looked at. */
export class TransferPace {
  readonly #rate = new SlidingRate();

  constructor(private readonly state: TransferState) {}

  /** Looks, and says what there is to say: `2 failed`, `110 MB/s`, `25 s left`. */
  remarks(nowMs: number): string[] {
    const { movedBytes, sizeBytes, doneBytes, failedFiles } = this.state;
    this.#rate.note(movedBytes, nowMs);
    const perSecond = this.#rate.perSecond(nowMs);
    const leftMs = perSecond === undefined ? Infinity : (sizeBytes - doneBytes) / perSecond * 1000;
    return [
      failedFiles > 0 ? `${failedFiles} failed` : "",
      perSecond === undefined ? "" : `${bytes(perSecond)}/s`,
      leftMs > FORESEEN_MS ? "" : `${timeLeft(leftMs)} left`,
    ].filter(Boolean);
  }
}
