// @ts-types="@types/cli-progress"
import { Format, MultiBar, type Options, Presets, type SingleBar } from "cli-progress";
import type { Stream } from "../output/terminal.ts";
import { BarCanvas } from "./bar_canvas.ts";

/** Rows of a terminal that does not say how many it has. */
const USUAL_ROWS = 24;

/** Draws a row for a terminal of so many columns, with a bar as wide as it asks for. */
export type BarRow = (columns: number, bar: (size: number) => string) => string;

/** A row of the picture, and what its bar shows. */
export interface ShownRow {
  readonly done: number;
  readonly total: number;
  readonly draw: BarRow;
}

/** Bars on a terminal, drawn anew ten times a second. What ends within the first 100 ms shows nothing. */
export class Bars implements AsyncDisposable {
  readonly #canvas: BarCanvas;
  readonly #bars: MultiBar;
  readonly #slots: SingleBar[] = [];

  /** @param rows what the next picture shows, at most so many rows */
  constructor(private readonly stream: Stream, private readonly rows: (most: number) => readonly ShownRow[]) {
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

  /** Starts the drawing, with the first bar. Idempotent. */
  begin(): void {
    if (this.#slots.length === 0) this.#slots.push(this.#bars.create(0, 0, {}));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#bars.stop();
    await this.#canvas.clear();
  }

  /** Gives each bar of the library what it shows in the next picture. */
  #arrange(): void {
    // One row stays free: a picture as high as the terminal would scroll it.
    const rows = this.rows(Math.max(1, (this.stream.rows() ?? USUAL_ROWS) - 1));
    rows.forEach(({ done, total, draw }, at) => {
      const slot = this.#slots[at] ??= this.#bars.create(0, 0, {});
      slot.setTotal(total);
      slot.update(done, { row: draw });
    });
    for (const slot of this.#slots.slice(rows.length)) slot.update({ row: undefined });
  }
}
