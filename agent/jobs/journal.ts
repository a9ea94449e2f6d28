import { delay } from "../core/abort.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { JobChange, TaskChange } from "../store/store.ts";

const log = logger("jobs");

/** How long to wait before a write that failed (a full disk) is tried again, in ms. */
const RETRY_MS = 1000;

/** What the journal writes to. */
export interface JournalStore {
  update(change: { readonly jobs: readonly JobChange[]; readonly tasks: readonly TaskChange[] }): Promise<void>;
}

interface Entry {
  readonly jobs: readonly JobChange[];
  readonly tasks: readonly TaskChange[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Writes what changes of jobs, in order, one transaction at a time; whatever arrives while one is under way shares the
 * next. A write that fails is kept and tried again until it succeeds, so that work goes on when the disk has room.
 */
export class Journal {
  #pending: Entry[] = [];
  #writing: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(private readonly store: JournalStore) {}

  /** Resolves when the change is durable; rejects with UNAVAILABLE when the journal is closed before that. */
  write(change: { readonly jobs?: readonly JobChange[]; readonly tasks?: readonly TaskChange[] }): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(closedError());
    return new Promise((done, failed) => {
      this.#pending.push({ jobs: change.jobs ?? [], tasks: change.tasks ?? [], done, failed });
      this.#writing ??= this.#drain();
    });
  }

  /** Writes what is pending, once more each, and ends. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const entries = this.#pending;
      this.#pending = [];
      const failure = await this.#writeAll(entries);
      for (const entry of entries) {
        if (failure === undefined) entry.done();
        else entry.failed(failure);
      }
    }
    // Together with the last look: a write that comes after it must start a new round.
    this.#writing = undefined;
  }

  /** Undefined once it is written; the failure when the journal was closed before that. */
  async #writeAll(entries: readonly Entry[]): Promise<unknown> {
    const change = { jobs: entries.flatMap((entry) => entry.jobs), tasks: entries.flatMap((entry) => entry.tasks) };
    for (let attempt = 1;; attempt++) {
      const last = this.#closing.signal.aborted;
      try {
        await this.store.update(change);
        if (attempt > 1) log.info("the journal is written again, after {attempt} attempts", { attempt });
        return undefined;
      } catch (error) {
        if (attempt === 1) log.error("cannot write the journal, trying again: {reason}", { reason: messageOf(error) });
        if (last) return error;
        await delay(RETRY_MS, this.#closing.signal).catch(() => {/* closing: one last attempt */});
      }
    }
  }
}

function closedError(): MeshError {
  return new MeshError("UNAVAILABLE", "the agent is stopping");
}
