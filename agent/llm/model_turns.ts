import { LinkedSignal } from "../core/abort.ts";
import { durationText } from "../core/duration.ts";
import { MeshError } from "../core/errors.ts";
import type { ModelLoad } from "../../proto/messages.ts";
import { GenerationQueue, type QueueLimits } from "./generation_queue.ts";

/** Work without a limit of its own ends after this, in ms: as long as a task may take. */
const DEFAULT_TIMEOUT_MS = 250_000;

/** The longest time that a timer can be set to, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a model is asked for. */
export interface ModelWork<T> {
  readonly model: string;
  /** Whether the model is in memory now, as far as is known. */
  isLoaded(): boolean;
  /** Of what is kept in memory while it waits. */
  readonly characters: number;
  /** How long it will take, in ms. */
  predictMs(isCold: boolean): number;
  /** Does it; heeds the signal. */
  run(turn: ModelTurn): Promise<T>;
}

/** What work is done with. */
export interface ModelTurn {
  /** The wait for it, in ms. */
  readonly waitedMs: number;
  /** The model was not in memory, and nothing else is under way that loads it. */
  readonly isCold: boolean;
  readonly signal: AbortSignal;
}

export interface TurnOptions {
  /** When it aborts, the work stops, or its wait for a turn ends. Its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Counted from its turn, in ms; absent or 0 = 250 s; `Infinity` = the signal alone limits it. */
  readonly timeoutMs?: number | undefined;
  /** It is not turned away where too much waits already: for tasks, of which a device gets no more than it runs at once. */
  readonly alwaysWaits?: boolean | undefined;
}

/** Lets the work of this device's models run in turns, each within its time. */
export class ModelTurns {
  readonly #queue: GenerationQueue;
  /** How much each model was asked for that has not ended. */
  readonly #asked = new Map<string, number>();
  /** Those that run or wait: kept here, since a signal that all of them listen to would search its listeners for each. */
  readonly #runs = new Set<LinkedSignal>();
  readonly #ends = new Set<Promise<void>>();
  #stopped: MeshError | undefined;

  constructor(limits: QueueLimits) {
    this.#queue = new GenerationQueue(limits);
  }

  get load(): ModelLoad {
    const { running, waiting, backlogMs } = this.#queue;
    return { running, waiting, backlog_ms: backlogMs };
  }

  /**
   * @throws {MeshError} a `BusyError` when too much waits already; DEADLINE_EXCEEDED after its time; the signal's reason;
   * UNAVAILABLE when this device stops; else the work's own failure
   */
  run<T>(work: ModelWork<T>, options: TurnOptions = {}): Promise<T> {
    const result = this.#run(work, options);
    const end = result.then(() => {}, () => {/* whoever asked hears of it */}).then(() => void this.#ends.delete(end));
    this.#ends.add(end);
    return result;
  }

  /** Stops what runs and waits. */
  async stop(): Promise<void> {
    this.#stopped ??= new MeshError("UNAVAILABLE", "the agent is stopping");
    for (const run of this.#runs) run.abort(this.#stopped);
    await Promise.all(this.#ends);
  }

  async #run<T>(work: ModelWork<T>, { signal, timeoutMs, alwaysWaits }: TurnOptions): Promise<T> {
    if (this.#stopped) throw this.#stopped;
    using run = new LinkedSignal(signal);
    this.#runs.add(run);
    // Where something else is asked of the model, that loads it.
    const isFirst = this.#begin(work.model);
    try {
      const predictedMs = work.predictMs(isFirst && !work.isLoaded());
      const wanted = { predictedMs, characters: work.characters, alwaysWaits };
      using turn = await this.#queue.take(wanted, run.signal);
      limit(run, timeoutMs);
      const isCold = isFirst && !work.isLoaded();
      return await work.run({ waitedMs: turn.waitedMs, isCold, signal: run.signal });
    } catch (error) {
      throw run.signal.aborted ? run.signal.reason : error;
    } finally {
      this.#runs.delete(run);
      this.#end(work.model);
    }
  }

  /** Whether nothing else is asked of the model. */
  #begin(model: string): boolean {
    const others = this.#asked.get(model) ?? 0;
    this.#asked.set(model, others + 1);
    return others === 0;
  }

  #end(model: string): void {
    const others = (this.#asked.get(model) ?? 1) - 1;
    if (others > 0) this.#asked.set(model, others);
    else this.#asked.delete(model);
  }
}

function limit(run: LinkedSignal, timeoutMs: number | undefined): void {
  if (timeoutMs === Infinity) return;
  const ms = timeoutMs !== undefined && timeoutMs > 0 ? Math.min(MAX_TIMER_MS, timeoutMs) : DEFAULT_TIMEOUT_MS;
  run.abortAfter(ms, new MeshError("DEADLINE_EXCEEDED", `stopped after ${durationText(ms)}, its time limit`));
}
