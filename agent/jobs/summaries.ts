import { delay, LinkedSignal } from "../core/abort.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import type { Job } from "./job.ts";
import { noSummary } from "./reduce.ts";

/** Writing a summary ends after this, in ms: as long as a task may take that says nothing else. */
const LIMIT_MS = 250_000;

/** After a start, devices with models come back within this, in ms: a summary that was under way waits for them. */
const RETURN_MS = 15_000;

/** How often it is looked whether one is there, in ms. */
const LOOK_MS = 250;

/** Who writes summaries. */
export interface OutputSummarizer {
  /** Whether there is a model that could. */
  readonly isAvailable: boolean;
  /** @throws {MeshError} why there is none */
  summarize(
    text: string,
    outputs: readonly { readonly deviceName: string; readonly output: string }[],
    limits: { readonly signal: AbortSignal },
  ): Promise<string>;
}

/** Summaries that are being written: the last step of jobs whose reduce is LLM_SUMMARIZE. */
export class Summaries {
  readonly #underWay = new Map<Job, LinkedSignal>();
  readonly #returned = performance.now() + RETURN_MS;

  /** @param summarizer undefined = there never is one */
  constructor(private readonly summarizer: OutputSummarizer | undefined) {}

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
      reduced = noSummary(messageOf(run.signal.aborted ? run.signal.reason : error));
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
    const { summarizer } = this;
    while (!summarizer?.isAvailable && performance.now() < this.#returned) await delay(LOOK_MS, signal);
    if (!summarizer?.isAvailable) {
      throw new MeshError("FAILED_PRECONDITION", "no device that is online has a local model");
    }
    const outputs = job.tasks.filter((task) => task.state === "DONE")
      .map(({ deviceName, result }) => ({ deviceName, output: result }));
    return await summarizer.summarize(job.record.text, outputs, { signal });
  }
}
