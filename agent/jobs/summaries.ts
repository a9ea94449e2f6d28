import { delay, LinkedSignal } from "../core/abort.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { clipped } from "../plans/clipped.ts";
import type { Job, Task } from "./job.ts";
import { unreadNote } from "./output_files.ts";
import { noSummary } from "./reduce.ts";

/** Writing a summary ends after this, in ms: as long as a task may take that says nothing else. */
const LIMIT_MS = 250_000;

/** After a start, devices with models come back within this, in ms: summaries of jobs that go on wait for them. */
const RETURN_MS = 15_000;

/** The longest reason for there being none, in characters: it is kept with the job. */
const MAX_REASON = 1000;

/** How often it is looked whether one is there, in ms. */
const LOOK_MS = 250;

/** One that is there, and fails before all are back, is asked again after this, in ms: it may not be reachable yet. */
const AGAIN_MS = 1000;

/** Who writes summaries. */
export interface OutputSummarizer {
  /** Whether there is a model that could. */
  readonly isAvailable: boolean;
  /**
   * @param text the job's description
   * @param outputs may be a million: no more of them are to be read than are needed
   * @param total how many there are
   * @throws {MeshError} why there is none
   */
  summarize(
    text: string,
    outputs: Iterable<{ readonly deviceName: string; readonly output: string }>,
    total: number,
    limits: { readonly signal: AbortSignal },
  ): Promise<string>;
}

/** Summaries that are being written: the last step of jobs whose reduce is LLM_SUMMARIZE. */
export class Summaries {
  readonly #underWay = new Map<Job, LinkedSignal>();
  readonly #restored = new WeakSet<Job>();
  readonly #returned = performance.now() + RETURN_MS;

  /** @param summarizer undefined = there never is one */
  constructor(private readonly summarizer: OutputSummarizer | undefined) {}

  /** A job that a former run of the agent left unfinished: the devices that it had may not be back yet. */
  restored(job: Job): void {
    this.#restored.add(job);
  }

  /**
   * Writes a job's summary, and hands over what its final result is then: where no model could, a line that says why.
   * Does nothing while it is under way already.
   */
  async begin(job: Job, finished: (reduced: string) => void): Promise<void> {
    if (this.#underWay.has(job)) return;
    using run = new LinkedSignal();
    this.#underWay.set(job, run);
    run.abortAfter(LIMIT_MS, new MeshError("DEADLINE_EXCEEDED", `no model wrote one within ${LIMIT_MS / 1000} s`));
    let reduced: string;
    try {
      reduced = await this.#write(job, run.signal);
    } catch (error) {
      reduced = noSummary(clipped(messageOf(run.signal.aborted ? run.signal.reason : error), MAX_REASON));
    }
    // What was stopped is nobody's any more.
    if (this.#underWay.delete(job)) finished(reduced);
  }

  /** Nobody wants a job's summary any more. */
  cancel(job: Job): void {
    const run = this.#underWay.get(job);
    this.#underWay.delete(job);
    run?.abort(new MeshError("CANCELLED", "the job was cancelled"));
  }

  /** Stops all: they are written anew after the next start. */
  stop(): void {
    for (const job of [...this.#underWay.keys()]) this.cancel(job);
  }

  async #write(job: Job, signal: AbortSignal): Promise<string> {
    const waitsUntil = this.#restored.has(job) ? this.#returned : 0;
    for (;;) {
      const { summarizer } = this;
      while (!summarizer?.isAvailable && performance.now() < waitsUntil) await delay(LOOK_MS, signal);
      if (!summarizer?.isAvailable) {
        throw new MeshError("FAILED_PRECONDITION", "no device that is online has a local model");
      }
      const unread = job.tasks.filter(isFiled).map(({ spec }) => spec.task_id);
      const total = job.progress.reduce((sum, { done }) => sum + done, 0) - unread.length;
      if (total === 0 && unread.length > 0) {
        throw new MeshError("FAILED_PRECONDITION", "all outputs are kept as files, which no model has read");
      }
      try {
        const summary = await summarizer.summarize(job.record.text, outputsOf(job), total, { signal });
        return unread.length === 0 ? summary : `${summary}\n\n${unreadNote(unread)}`;
      } catch (error) {
        if (signal.aborted || performance.now() >= waitsUntil) throw error;
      }
      await delay(AGAIN_MS, signal);
    }
  }
}

/** One after the other, so that nobody has to hold them all once more. */
function* outputsOf(job: Job): Iterable<{ deviceName: string; output: string }> {
  for (const task of job.tasks) {
    if (task.state === "DONE" && !isFiled(task)) yield { deviceName: task.deviceName, output: task.result };
  }
}

function isFiled({ outputFile }: Task): boolean {
  return outputFile !== undefined;
}
