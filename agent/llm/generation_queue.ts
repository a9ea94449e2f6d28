import { durationText } from "../core/duration.ts";
import { BusyError } from "../core/errors.ts";
import { endOfAll } from "./list_scheduling.ts";

export interface QueueLimits {
  /** Generations at once, 1 or more. */
  readonly parallel: number;
  /** Generations that may wait for their turn, 0 or more. */
  readonly queue: number;
}

/** What wants a turn. */
export interface QueuedWork {
  /** How long it will take once it has its turn, in ms. */
  readonly predictedMs: number;
  /** Of what is kept in memory for it while it waits. */
  readonly characters: number;
  /** It waits even where the queue is full: whoever sends it sends few at once. */
  readonly alwaysWaits?: boolean | undefined;
}

/** A turn: dispose of it when the work has ended. */
export interface Turn extends Disposable {
  /** The wait for it, in ms. */
  readonly waitedMs: number;
}

/** Whoever is turned away is told to wait for at least this, in ms. */
const LEAST_RETRY_MS = 1000;

/** Characters of everything that waits, at most: long prompts fill the memory before the places. */
const MAX_WAITING_CHARACTERS = 256 * 1024 * 1024;

interface Entry extends QueuedWork {
  readonly askedAt: number;
  begunAt: number;
  readonly begin: () => void;
}

/** Generations of this device: some run, the others wait, first come first served. */
export class GenerationQueue {
  readonly #running = new Set<Entry>();
  readonly #waiting = new Set<Entry>();
  #waitingCharacters = 0;

  /** @param onChange called whenever `running` or `waiting` has changed */
  constructor(private readonly limits: QueueLimits, private readonly onChange: () => void = () => {}) {}

  /** Generations under way. */
  get running(): number {
    return this.#running.size;
  }

  /** Generations that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * When everything that runs and waits will have ended, as predicted, in ms from now. What is late is expected to take as
   * long again as it is late.
   */
  get backlogMs(): number {
    const waiting = Array.from(this.#waiting, ({ predictedMs }) => predictedMs);
    return endOfAll(this.#remaining(), waiting, this.limits.parallel);
  }

  /**
   * Resolves with the turn; rejects with the signal's reason when it aborts before that.
   *
   * @throws {BusyError} when too much waits already
   */
  take(work: QueuedWork, signal?: AbortSignal): Promise<Turn> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const now = performance.now();
    if (this.#running.size < this.limits.parallel) {
      return Promise.resolve(this.#begin({ ...work, askedAt: now, begunAt: now, begin: () => {} }));
    }
    const isFull = this.#waiting.size >= this.limits.queue ||
      this.#waitingCharacters + work.characters > MAX_WAITING_CHARACTERS;
    if (isFull && !work.alwaysWaits) return Promise.reject(this.#busy());
    return new Promise((resolve, reject) => {
      const entry: Entry = {
        ...work,
        askedAt: now,
        begunAt: 0,
        begin: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve(this.#begin(entry));
        },
      };
      const onAbort = () => {
        this.#unwait(entry);
        this.onChange();
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(entry);
      this.#waitingCharacters += entry.characters;
      this.onChange();
    });
  }

  #begin(entry: Entry): Turn {
    entry.begunAt = performance.now();
    this.#running.add(entry);
    this.onChange();
    return { waitedMs: entry.begunAt - entry.askedAt, [Symbol.dispose]: () => this.#end(entry) };
  }

  #end(entry: Entry): void {
    if (!this.#running.delete(entry)) return;
    const [next] = this.#waiting;
    if (!next) return this.onChange();
    this.#unwait(next);
    next.begin();
  }

  #unwait(entry: Entry): void {
    if (this.#waiting.delete(entry)) this.#waitingCharacters -= entry.characters;
  }

  /** What is left of each generation that runs, in ms. */
  #remaining(): number[] {
    const now = performance.now();
    return Array.from(this.#running, ({ predictedMs, begunAt }) => Math.abs(predictedMs - (now - begunAt)));
  }

  /** A place to wait in is free when the first of those that run has ended. */
  #busy(): BusyError {
    const retryAfterMs = Math.max(LEAST_RETRY_MS, Math.min(...this.#remaining()));
    const { size } = this.#waiting;
    return new BusyError(
      `this device has as many prompts as it takes (${this.running} under way, ${size} waiting); ` +
        `try again in ${durationText(retryAfterMs)}`,
      retryAfterMs,
    );
  }
}
