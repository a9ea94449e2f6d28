import { messageOf } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import type { Store } from "../store/store.ts";

const log = logger("jobs");

/** Old jobs are looked for this often, in ms, or as often as they are kept if that is less. */
const INTERVAL_MS = 3_600_000;

/** The shortest time between two looks, in ms. */
const LEAST_INTERVAL_MS = 1000;

/** Ids of old jobs that are asked for at once. */
const PAGE = 100;

/** How long a submission can be found by its key, in ms: 24 h. */
export const SUBMISSION_LIFE_MS = 24 * 3_600_000;

/** Forgets jobs that ended long ago, and keys of submissions. */
export class Retention implements Component {
  readonly name = "retention";
  #timer: ReturnType<typeof setInterval> | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;

  /**
   * @param keepMs how long a job is kept after its end, in ms; undefined = for ever
   * @param onRemoved hears of each job that is removed
   */
  constructor(
    private readonly store: Pick<Store, "finishedBefore" | "removeJob" | "forgetSubmissions">,
    private readonly keepMs: number | undefined,
    private readonly onRemoved: (jobId: string) => void = () => {},
  ) {}

  start(): void {
    const interval = Math.max(LEAST_INTERVAL_MS, Math.min(INTERVAL_MS, this.keepMs ?? INTERVAL_MS));
    this.#timer = setInterval(() => this.#look(), interval);
    this.#look();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    this.#running ??= this.#sweep().catch((error) => {
      log.warning("cannot remove old jobs, trying again later: {reason}", { reason: messageOf(error) });
    }).finally(() => this.#running = undefined);
  }

  async #sweep(): Promise<void> {
    await this.store.forgetSubmissions(Date.now() - SUBMISSION_LIFE_MS);
    if (this.keepMs === undefined) return;
    let removed = 0;
    while (!this.#stopping) {
      const page = await this.store.finishedBefore(Date.now() - this.keepMs, PAGE);
      if (page.length === 0) break;
      for (const jobId of page) {
        if (this.#stopping) break;
        await this.store.removeJob(jobId);
        this.onRemoved(jobId);
      }
      removed += page.length;
    }
    if (removed > 0) log.info("{count} jobs that ended long ago are removed", { count: removed });
  }
}
