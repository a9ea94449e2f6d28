import type { Stream } from "./terminal.ts";
import { printable } from "./printable.ts";
import { cutToWidth } from "./width.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;

/**
 * A line on a terminal that says what is being waited for. Shows nothing for what ends within the first 100 ms. Ends
 * with its scope and leaves no trace.
 */
export class Progress implements AsyncDisposable {
  #message = "";
  #frame = 0;
  #drawn = false;
  #writing: Promise<void> = Promise.resolve();
  readonly #timer: ReturnType<typeof setInterval> | undefined;

  /** @param enabled whether the stream is a terminal that understands escape sequences */
  constructor(private readonly stream: Stream, enabled: boolean) {
    if (enabled) this.#timer = setInterval(() => this.#draw(), FRAME_MS);
  }

  update(message: string): void {
    this.#message = message;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    if (this.#drawn) this.#write("\r\x1b[K");
    await this.#writing;
  }

  #draw(): void {
    const frame = FRAMES[this.#frame++ % FRAMES.length] ?? "";
    const line = cutToWidth(printable(`${frame} ${this.#message}`), (this.stream.columns() ?? 80) - 1);
    this.#drawn = true;
    this.#write(`\r${line}\x1b[K`);
  }

  #write(text: string): void {
    // What cannot be drawn is only decoration; the command itself meets the closed terminal when it prints.
    this.#writing = this.#writing.then(() => this.stream.write(text)).catch(() => {});
  }
}
