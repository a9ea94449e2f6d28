import type { Paint } from "../output/paint.ts";
import { printable } from "../output/printable.ts";
import type { Stream } from "../output/terminal.ts";
import { cutToWidth } from "../output/width.ts";
import { rowsOf } from "./bar_rows.ts";
import { Bars, type ShownRow } from "./bars.ts";
import type { JobProgress } from "./job_progress.ts";
import { JobPace } from "./pace.ts";
import type { ProgressView } from "./progress_view.ts";

/** A bar for each part of a job. */
export class BarProgress implements ProgressView {
  readonly #pace = new JobPace();
  readonly #bars: Bars;
  #progress: JobProgress = [];
  #away = "";

  /** @param now a clock in ms that only goes forward */
  constructor(stream: Stream, private readonly paint: Paint, private readonly now = () => performance.now()) {
    this.#bars = new Bars(stream, (most) => this.#rows(most));
  }

  update(progress: JobProgress): void {
    this.#progress = progress;
    this.#away = "";
    this.#pace.note(progress, this.now());
    this.#bars.begin();
  }

  away(message: string): void {
    this.#away = message;
    this.#bars.begin();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#bars[Symbol.asyncDispose]();
  }

  #rows(most: number): ShownRow[] {
    const now = this.now();
    const ofParts = Math.max(1, most - (this.#away === "" ? 0 : 1));
    const rows = rowsOf(this.#progress, (part, counts) => this.#pace.of(part, counts, now), ofParts, this.paint);
    return this.#away === "" ? rows : [...rows, noteRow(this.#away)];
  }
}

/** A row without a bar. */
export function noteRow(message: string): ShownRow {
  return { done: 0, total: 0, draw: (columns) => cutToWidth(printable(message), columns - 1) };
}
