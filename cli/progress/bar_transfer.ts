import type { Paint } from "../output/paint.ts";
import { printable } from "../output/printable.ts";
import type { Stream } from "../output/terminal.ts";
import { bytes, count } from "../output/units.ts";
import { cutToWidth, displayWidth } from "../output/width.ts";
import { noteRow } from "./bar_progress.ts";
import { Bars, type ShownRow } from "./bars.ts";
import { drawRow } from "./draw_row.ts";
import type { TransferState } from "./transfer_state.ts";
import type { TransferView } from "./transfer_view.ts";
import { TransferPace } from "./transfer_words.ts";

/** Widest name of a file in a row, in columns. */
const MOST_NAME = 30;

/** A bar for each file that is under way, and one for all of them where there are several. */
export class BarTransfer implements TransferView {
  readonly #bars: Bars;
  readonly #pace: TransferPace;
  #away = "";
  #movedWhenAway = 0;

  /** @param now a clock in ms that only goes forward */
  constructor(
    stream: Stream,
    private readonly paint: Paint,
    private readonly state: TransferState,
    private readonly now = () => performance.now(),
  ) {
    this.#pace = new TransferPace(state);
    this.#bars = new Bars(stream, (most) => this.#rows(most));
    this.#bars.begin();
  }

  away(message: string): void {
    this.#away = message;
    this.#movedWhenAway = this.state.movedBytes;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#bars[Symbol.asyncDispose]();
  }

  #rows(most: number): ShownRow[] {
    const remarks = this.#pace.remarks(this.now());
    const { running, files, doneFiles, doneBytes, sizeBytes, failedFiles, movedBytes } = this.state;
    const away = this.#away !== "" && movedBytes === this.#movedWhenAway ? [noteRow(this.#away)] : [];
    const label = `${doneFiles} of ${count(files, "file")}`;
    const total = { label, done: doneBytes, size: sizeBytes, failed: failedFiles > 0, remarks };
    const shown = files === 1
      ? running.map((file) => ({ ...total, label: file.name }))
      : [...running.slice(0, Math.max(0, most - 1 - away.length)).map(rowOf), total];
    const names = shown.map(({ label }) => cutToWidth(printable(label), MOST_NAME));
    const width = Math.max(0, ...names.map(displayWidth));
    const rows = shown.map(({ done, size, failed, remarks }, at): ShownRow => {
      const name = names[at] ?? "";
      const text = {
        label: name + " ".repeat(width - displayWidth(name)),
        done: `${bytes(done)} of ${bytes(size)}`,
        remarks,
        colour: failed ? this.paint.red : done === size ? this.paint.green : this.paint.yellow,
      };
      // An empty file has a whole bar.
      return {
        done: size === 0 ? 1 : done,
        total: Math.max(1, size),
        draw: (columns, bar) => drawRow({ ...text, columns, bar }),
      };
    });
    return [...rows, ...away];
  }
}

function rowOf({ name, doneBytes, sizeBytes }: TransferState["running"][number]) {
  return { label: name, done: doneBytes, size: sizeBytes, failed: false, remarks: [] };
}
