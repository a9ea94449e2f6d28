// @ts-types="@types/cli-progress"
import { Format, MultiBar, type Options, Presets, type SingleBar } from "cli-progress";
import type { Paint } from "../output/paint.ts";
import { printable } from "../output/printable.ts";
import type { Stream } from "../output/terminal.ts";
import { cutToWidth } from "../output/width.ts";
import { BarCanvas } from "./bar_canvas.ts";
import { type BarRow, rowsOf } from "./bar_rows.ts";
import { type Counts, endedOf, type JobProgress } from "./job_progress.ts";
import { JobPace } from "./pace.ts";
import type { ProgressView } from "./progress_view.ts";

/** Rows of a terminal that does not say how many it has. */
const USUAL_ROWS = 24;

/** A bar for each part of a job, drawn anew ten times a second. What ends within the first 100 ms shows nothing. */
export class BarProgress implements ProgressView {
  readonly #pace = new JobPace();
  readonly #canvas: BarCanvas;
  readonly #bars: MultiBar;
  readonly #slots: SingleBar[] = [];
  #progress: JobProgress = [];
  #away = "";

  /** @param now a clock in ms that only goes forward */
  constructor(
    private readonly stream: Stream,
    private readonly paint: Paint,
    private readonly now = () => performance.now(),
  ) {
    this.#canvas = new BarCanvas(stream);
    // Its types leave out that another terminal can be given.
    const options: Options & { terminal: BarCanvas } = {
      terminal: this.#canvas,
      hideCursor: null,
      linewrap: null,
      clearOnComplete: true,
      forceRedraw: true,
      barsize: 40,
      format: (options, { progress, maxWidth }, payload: { row?: BarRow }) =>
        payload.row?.(maxWidth, (barsize) => Format.BarFormat(progress, { ...options, barsize })) ?? "",
    };
    this.#bars = new MultiBar(options, Presets.shades_classic);
    this.#bars.on("update-pre", () => this.#arrange());
    this.#bars.on("update-post", () => this.#canvas.paint());
  }

  update(progress: JobProgress): void {
    this.#progress = progress;
    this.#away = "";
    this.#pace.note(progress, this.now());
    this.#begin();
  }

  away(message: string): void {
    this.#away = message;
    this.#begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#bars.stop();
    await this.#canvas.clear();
  }

  /** The first bar starts the drawing. */
  #begin(): void {
    if (this.#slots.length === 0) this.#slots.push(this.#bars.create(0, 0, {}));
  }

  /** Gives each bar of the library what it shows in the next picture. */
  #arrange(): void {
    const now = this.now();
    // One row stays free: a picture as high as the terminal would scroll it.
    const most = Math.max(1, (this.stream.rows() ?? USUAL_ROWS) - 1 - (this.#away === "" ? 0 : 1));
    const rows = rowsOf(this.#progress, (part, counts) => this.#pace.of(part, counts, now), most, this.paint);
    if (this.#away !== "") rows.push({ counts: NO_TASKS, draw: (columns) => noteRow(this.#away, columns) });
    rows.forEach(({ counts, draw }, at) => {
      const slot = this.#slots[at] ??= this.#bars.create(0, 0, {});
      slot.setTotal(counts.tasks);
      slot.update(endedOf(counts), { row: draw });
    });
    for (const slot of this.#slots.slice(rows.length)) slot.update({ row: undefined });
  }
}

const NO_TASKS: Counts = { tasks: 0, done: 0, failed: 0, cancelled: 0 };

function noteRow(message: string, columns: number): string {
  return cutToWidth(printable(message), columns - 1);
}
