import { BusyError } from "../core/errors.ts";
import { orAbort } from "./or_abort.ts";

/** Begins what a run does. Its signal aborts when nobody waits for it any more. */
export type BeginRun<Value> = (signal: AbortSignal) => Promise<Value>;

interface Run<Value> {
  readonly result: Promise<Value>;
  readonly controller: AbortController;
  waiting: number;
}

/** When it is worth another try after too many runs, in ms: most take a few seconds. */
const RETRY_MS = 5000;

/** Lets callers that want the same share one run of it: it ends early only when all of them have gone. */
export class SharedRuns<Value> {
  readonly #runs = new Map<string, Run<Value>>();
  readonly #all = new Set<Promise<unknown>>();
  #stopped: unknown;

  /** @param most runs at once */
  constructor(private readonly most: number) {}

  /**
   * Waits for the run of this key, which is begun if there is none.
   *
   * @throws the signal's reason when it aborts; what the run throws; {BusyError} when too many are under way
   */
  async join(key: string, begin: BeginRun<Value>, signal?: AbortSignal): Promise<Value> {
    signal?.throwIfAborted();
    if (this.#stopped !== undefined) throw this.#stopped;
    const run = this.#runs.get(key) ?? this.#begin(key, begin);
    run.waiting++;
    try {
      return signal ? await orAbort(run.result, signal) : await run.result;
    } finally {
      if (--run.waiting === 0) {
        if (this.#runs.get(key) === run) this.#runs.delete(key);
        run.controller.abort(signal?.reason);
      }
    }
  }

  /** Aborts all runs with this reason and waits for their end; from then on it is thrown to whoever comes. */
  async stop(reason: unknown): Promise<void> {
    this.#stopped ??= reason;
    for (const { controller } of this.#runs.values()) controller.abort(reason);
    await Promise.all(this.#all);
  }

  #begin(key: string, begin: BeginRun<Value>): Run<Value> {
    if (this.#all.size >= this.most) {
      throw new BusyError(`${this.most} plans are being made already: try again later`, RETRY_MS);
    }
    const controller = new AbortController();
    const run: Run<Value> = { result: begin(controller.signal), controller, waiting: 0 };
    this.#runs.set(key, run);
    const over: Promise<unknown> = run.result.catch(() => {}).finally(() => this.#all.delete(over));
    this.#all.add(over);
    return run;
  }
}
