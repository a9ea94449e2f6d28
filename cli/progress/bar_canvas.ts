import { stripVTControlCharacters } from "node:util";
import type { Stream } from "../output/terminal.ts";
import { displayWidth } from "../output/width.ts";

/** Where nothing says how wide the terminal is. */
const USUAL_COLUMNS = 80;

/**
 * What cli-progress draws on. It collects the lines of a picture and writes the whole picture at once over the one
 * before, so that a slow terminal gets fewer pictures instead of a queue of them, and one that was made narrower,
 * which breaks the lines that are on it, is still cleaned of all of them.
 */
export class BarCanvas {
  #lines: string[] = [""];
  #drawn: readonly string[] = [];
  #drawnText = "";
  #writing: Promise<void> | undefined;

  constructor(private readonly stream: Stream) {}

  /** Writes the collected picture, unless the one before is still being written. Empty lines are left out. */
  paint(): void {
    const lines = this.#lines.filter((line) => line !== "");
    const text = lines.join("\x1b[K\n");
    if (this.#writing || (text === this.#drawnText && this.#rowsAbove() === this.#drawn.length - 1)) return;
    const whole = `${this.#home()}${text}\x1b[J`;
    this.#drawn = lines;
    this.#drawnText = text;
    // What cannot be drawn is only decoration; the command itself meets the closed terminal when it prints.
    this.#writing = this.stream.write(whole).catch(() => {}).finally(() => this.#writing = undefined);
  }

  /** Takes the picture away. */
  async clear(): Promise<void> {
    await this.#writing;
    if (this.#drawn.length === 0) return;
    const whole = `${this.#home()}\x1b[J`;
    this.#drawn = [];
    await this.stream.write(whole).catch(() => {});
  }

  // From here on what cli-progress asks of its terminal; it moves nothing, since `paint` does.

  isTTY(): boolean {
    return true;
  }

  getWidth(): number {
    return this.stream.columns() ?? USUAL_COLUMNS;
  }

  cursorRelativeReset(): void {
    this.#lines = [""];
  }

  newline(): void {
    this.#lines.push("");
  }

  write(text: string): void {
    this.#lines.push(`${this.#lines.pop() ?? ""}${text}`);
  }

  cursor(): void {}
  cursorTo(): void {}
  clearLine(): void {}
  clearRight(): void {}
  clearBottom(): void {}
  lineWrapping(): void {}

  /** Moves to where the picture on the terminal begins. */
  #home(): string {
    const above = this.#rowsAbove();
    return above > 0 ? `\x1b[${above}A\r` : "\r";
  }

  /** Rows of the terminal between the first of the picture and the one where the cursor stands. */
  #rowsAbove(): number {
    const columns = this.getWidth();
    const rows = (line: string) => Math.max(1, Math.ceil(displayWidth(stripVTControlCharacters(line)) / columns));
    return this.#drawn.reduce((sum, line) => sum + rows(line), 0) - 1;
  }
}
