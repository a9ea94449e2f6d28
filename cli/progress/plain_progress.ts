import type { Output } from "../output/output.ts";
import { count } from "../output/units.ts";
import { type Counts, hasEnded, type JobProgress, sumOf } from "./job_progress.ts";
import { JobPace, type Pace } from "./pace.ts";
import type { ProgressView } from "./progress_view.ts";
import { remarks } from "./words.ts";

/** Least time between two lines about a part that goes on, in ms. */
const PAUSE_MS = 2000;

/** Each part of a job has lines of its own where there are not more; else those that ended meanwhile share one. */
const MOST_OWN = 20;

export interface PlainOptions {
  /** The job was only just submitted: what has ended when it is first looked at is told too. */
  readonly isNew: boolean;
  /** A clock in ms that only goes forward. */
  readonly now?: () => number;
}

/**
 * Says how far a job is in lines: one when a part ends, unless the parts are very many, and else one every 2 s where
 * something changed.
 */
export class PlainProgress implements ProgressView {
  readonly #pace = new JobPace();
  #progress: JobProgress = [];
  /** Parts before this one have been told to have ended. */
  #told = 0;
  #lastLineMs: number;
  #lastLine = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly output: Pick<Output, "errors" | "note">, private readonly options: PlainOptions) {
    this.#lastLineMs = this.#now();
  }

  update(progress: JobProgress): void {
    const now = this.#now();
    const isFirst = this.#progress.length === 0;
    this.#progress = progress;
    this.#pace.note(progress, now);
    const running = this.#running();
    if (isFirst && !this.options.isNew) this.#told = running;
    if (progress.length <= MOST_OWN) { while (this.#told < running) this.#tell(this.#told++); }
    if (running < progress.length) this.#tellInTime();
    else this.#tellEnded(running);
  }

  away(message: string): Promise<void> {
    return this.output.note(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
  }

  #now(): number {
    return this.options.now?.() ?? performance.now();
  }

  /** The part that goes on: the first that has not ended. */
  #running(): number {
    const open = this.#progress.findIndex(({ counts }) => !hasEnded(counts));
    return open < 0 ? this.#progress.length : open;
  }

  /** Tells of the parts that have ended, or else of the one that goes on, when the line before is 2 s old. */
  #tellInTime(): void {
    const running = this.#running();
    const early = this.#lastLineMs + PAUSE_MS - this.#now();
    if (early > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#tellInTime();
      }, early);
    } else if (this.#told < running) {
      this.#tellEnded(running);
    } else {
      this.#tell(running);
    }
  }

  /** Tells of the parts before this one that were not told of, in one line. */
  #tellEnded(running: number): void {
    const from = this.#told;
    this.#told = running;
    if (running - from === 1) this.#tell(from);
    if (running - from <= 1) return;
    const label = `groups ${from + 1} to ${running} of ${this.#progress.length}`;
    this.#write(progressLine(label, sumOf(this.#progress.slice(from, running)), {}));
  }

  #tell(part: number): void {
    const shown = this.#progress[part];
    if (!shown) return;
    this.#write(progressLine(shown.label, shown.counts, this.#pace.of(part, shown.counts, this.#now())));
  }

  #write(line: string): void {
    this.#lastLineMs = this.#now();
    if (line === this.#lastLine) return;
    this.#lastLine = line;
    // What cannot be written is a remark only; the command itself meets the closed output when it prints.
    this.#writing = this.#writing.then(() => this.output.errors.write(`${line}\n`)).catch(() => {});
  }
}

/** `group 1 of 2: 1200 of 20000 tasks done, 3 failed, 5000/s, 4 s left`. */
export function progressLine(label: string, counts: Counts, pace: Pace): string {
  return `${label}: ${[`${counts.done} of ${count(counts.tasks, "task")} done`, ...remarks(counts, pace)].join(", ")}`;
}
