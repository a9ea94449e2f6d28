import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { bytes, count } from "../output/units.ts";
import type { TransferState } from "./transfer_state.ts";
import type { TransferView } from "./transfer_view.ts";
import { TransferPace } from "./transfer_words.ts";

/** Time between two lines, in ms. */
const PAUSE_MS = 2000;

/** Says how far files are in lines, one every 2 s where something moved. */
export class PlainTransfer implements TransferView {
  readonly #pace: TransferPace;
  readonly #timer: ReturnType<typeof setInterval>;
  #lastBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly output: Pick<Output, "errors" | "note">,
    private readonly state: TransferState,
    private readonly now = () => performance.now(),
    pauseMs = PAUSE_MS,
  ) {
    this.#pace = new TransferPace(state);
    this.#pace.remarks(now());
    this.#timer = setInterval(() => this.#tell(), pauseMs);
  }

  away(message: string): Promise<void> {
    return this.output.note(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  #tell(): void {
    const remarks = this.#pace.remarks(this.now());
    if (this.state.movedBytes === this.#lastBytes) return;
    this.#lastBytes = this.state.movedBytes;
    const line = `${[howFar(this.state), ...remarks].join(", ")}\n`;
    // What cannot be written is a remark only; the command itself meets the closed output when it prints.
    this.#writing = this.#writing.then(() => this.output.errors.write(line)).catch(() => {});
  }
}

/** `a.jpg: 1.2 GB of 4.0 GB`, or of several files `3 of 10 files done, 1.2 GB of 4.0 GB`. */
function howFar({ files, doneFiles, doneBytes, sizeBytes, running }: TransferState): string {
  const whole = `${bytes(doneBytes)} of ${bytes(sizeBytes)}`;
  const [only] = running;
  if (files === 1) return `${printable(only?.name ?? "")}: ${whole}`;
  return `${doneFiles} of ${count(files, "file")} done, ${whole}`;
}
