import { delay } from "../core/abort.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { Change, JobChange, Lease, TaskChange } from "../store/store.ts";

const log = logger("jobs");

/** How long to wait before a write that failed (a full disk) is tried again, in ms. */
const RETRY_MS = 1000;

/** Of so many tries that fail, one is told of. */
const TRIES_A_WORD = 60;

/** What the journal writes to. */
export interface JournalStore {
  update(change: Change): Promise<void>;
}

interface Entry extends Change {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Writes what changes of jobs, in order, one transaction at a time; whatever arrives while one is under way shares the
 * next. A write that fails (a full disk, a locked file) is kept and tried again until it succeeds, so that nothing that was
 * answered for is lost and work goes on when it can.
 */
export class Journal {
  #pending: Entry[] = [];
  #writing: Promise<void> | undefined;
  #asked = false;
  readonly #closing = new AbortController();

  /** @param beforeWrite called before each write: what it adds shares that one */
  constructor(private readonly store: JournalStore, private readonly beforeWrite: () => void = () => {}) {}

  /**
   * Resolves when the change is durable; rejects with UNAVAILABLE when the journal is closed before that, or
   */
  write(change: Change): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(closedError());
    return new Promise((done, failed) => {
      this.#pending.push({ ...change, done, failed });
      this.#writing ??= this.#drain();
    });
  }

  /** Has `beforeWrite` called soon: when the write that is under way has ended. */
  ask(): void {
    if (this.#closing.signal.aborted) return;
    this.#asked = true;
    this.#writing ??= this.#drain();
  }

  /** Writes what is pending, once more each, and ends. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // One microtask later, what is written in the same go shares the first write.
    await Promise.resolve();
    while (this.#pending.length > 0 || this.#asked) {
      this.#asked = false;
      if (!this.#closing.signal.aborted) this.beforeWrite();
      if (this.#pending.length > 0) await this.#writePending();
    }
    // Together with the last look: a write that comes after it must start a new round.
    this.#writing = undefined;
  }

  async #writePending(): Promise<void> {
    const entries: Entry[] = [];
    for (let attempt = 1;; attempt++) {
      for (const entry of this.#pending) entries.push(entry);
      this.#pending = [];
      const last = this.#closing.signal.aborted;
      const failure = await this.#tryTo(changeOf(entries));
      if (failure === undefined) {
        if (attempt > 1) log.info("the journal is written again, after {attempt} attempts", { attempt });
        for (const entry of entries) entry.done();
        return;
      }
      if (attempt % TRIES_A_WORD === 1) {
        log.error("cannot write the journal, trying again: {reason}", { reason: messageOf(failure) });
      }
      if (last) {
        for (const entry of entries) entry.failed(failure);
        return;
      }
      await delay(RETRY_MS, this.#closing.signal).catch(() => {/* closing: one last attempt */});
    }
  }

  async #tryTo(change: Change): Promise<unknown> {
    try {
      await this.store.update(change);
      return undefined;
    } catch (error) {
      return error ?? new MeshError("INTERNAL", "the store failed without a reason");
    }
  }
}

function changeOf(entries: readonly Entry[]): Change {
  const jobs: JobChange[] = [];
  const tasks: TaskChange[] = [];
  const leases: Lease[] = [];
  for (const entry of entries) {
    for (const job of entry.jobs ?? []) jobs.push(job);
    for (const task of entry.tasks ?? []) tasks.push(task);
    for (const lease of entry.leases ?? []) leases.push(lease);
  }
  return { jobs, tasks, leases };
}

function closedError(): MeshError {
  return new MeshError("UNAVAILABLE", "the agent is stopping");
}
