import { LinkedSignal } from "../core/abort.ts";
import { durationText } from "../core/duration.ts";
import { MeshError } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { KindSlots } from "../../proto/messages.ts";
import { isLong, type OutputFiles, type OutputSink } from "./file_outputs.ts";
import { filed } from "./filed_run.ts";
import type { Generation, LastingKind, TaskKind, WorkerHost, WrittenOutput } from "./task_kind.ts";
import { done, failed, type TaskRun } from "./task_run.ts";
import { Turns } from "./turns.ts";

const log = logger("worker");

/** A task that names no time limit ends after this, in ms. */
const DEFAULT_TIMEOUT_MS = 250_000;

/** The longest time that a timer can be set to, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A task that was told to end is answered for after this, in ms, whether it ended or not. */
const HEED_MS = 2000;

export interface Task {
  readonly kind: string;
  readonly input: string;
  /** The task ends after this, in ms, counted from its turn; 0 or absent = 250 s. */
  readonly timeoutMs?: number;
  /** Of LLM_GENERATE; 0 or absent = no limit of the task's own. */
  readonly maxOutputTokens?: number;
  /** The job that a long output is filed under; empty or absent = the output is a text, however long it is. */
  readonly fileUnder?: string;
}

/** A kind with the places for its tasks. */
interface Place {
  readonly kind: TaskKind;
  readonly turns: Turns;
}

/** Runs tasks on this device, each by its kind, and of each kind only so many at once. */
export class TaskWorker {
  /** The kinds that this device can run. */
  readonly kinds: readonly string[];
  /** The same with how many tasks of each it runs at once. */
  readonly slots: readonly KindSlots[];
  readonly #places: ReadonlyMap<string, Place>;

  /** @param outputs where long outputs are kept; undefined where they never are */
  constructor(
    private readonly host: WorkerHost,
    kinds: readonly TaskKind[],
    private readonly outputs?: OutputFiles,
  ) {
    this.kinds = kinds.map((kind) => kind.name);
    this.slots = kinds.map(({ name, slots }) => ({ kind: name, slots }));
    this.#places = new Map(kinds.map((kind) => [kind.name, { kind, turns: new Turns(kind.slots) }]));
  }

  /** @throws {MeshError} `INVALID_ARGUMENT` for a kind that this device does not know */
  requireKind(kind: string): void {
    if (!this.#places.has(kind)) throw new MeshError("INVALID_ARGUMENT", this.#unknown(kind));
  }

  /**
   * Runs one task. One that has nothing to wait for is done when this returns, without a promise; one above its kind's
   * number waits its turn. Whatever happens is the result: nothing is thrown, the promise does not reject.
   *
   * @param signal aborts when nobody wants the task any more; its reason becomes the task's error
   */
  begin(task: Task, signal?: AbortSignal): TaskRun | Promise<TaskRun> {
    const begin = performance.now();
    const place = this.#places.get(task.kind);
    if (!place) return failed(new MeshError("UNIMPLEMENTED", this.#unknown(task.kind)), begin);
    if (signal?.aborted) return failed(reasonOf(signal), begin);
    const { kind, turns } = place;
    if ("run" in kind) return this.#run(kind, turns, task, signal);
    try {
      const run = done(kind.answer(task.input, this.host), begin);
      const fileOutput = isLong(run.output) ? this.#fileOutput(task) : undefined;
      return fileOutput ? filed(run, fileOutput).catch((error) => failed(error, begin)) : run;
    } catch (error) {
      return failed(error, begin);
    }
  }

  async #run(kind: LastingKind, turns: Turns, task: Task, signal: AbortSignal | undefined): Promise<TaskRun> {
    const asked = performance.now();
    try {
      await turns.take(signal);
    } catch (error) {
      return failed(signal?.aborted ? reasonOf(signal) : error, asked);
    }
    const begin = performance.now();
    using limited = new LinkedSignal(signal);
    const limit = timeLimit(task.timeoutMs);
    const late = new MeshError("DEADLINE_EXCEEDED", `stopped after ${durationText(limit)}, its time limit`);
    if (!kind.limitsTime) limited.abortAfter(limit, late);
    const fileOutput = this.#fileOutput(task);
    const limits = { timeoutMs: limit, maxOutputTokens: task.maxOutputTokens ?? 0, fileOutput };
    const work = (async () => await kind.run(task.input, this.host, limited.signal, limits))();
    const leave = () => turns.leave();
    work.then(leave, leave);
    try {
      const run = done(await endOrGiveUp(work, limited.signal, kind.name), begin);
      return fileOutput && isLong(run.output) ? await filed(run, fileOutput) : run;
    } catch (error) {
      // Where it goes on, what it writes is nobody's.
      work.then((answer) => this.#discard(answer, task), () => {/* it is told already */});
      return failed(limited.signal.aborted ? reasonOf(limited.signal) : error, begin);
    }
  }

  #fileOutput({ fileUnder }: Task): (() => Promise<OutputSink>) | undefined {
    const { outputs } = this;
    return outputs && fileUnder ? () => outputs.begin(fileUnder) : undefined;
  }

  #discard(answer: string | Generation | WrittenOutput, { fileUnder }: Task): void {
    if (typeof answer === "string" || !("file" in answer) || !fileUnder) return;
    this.outputs?.remove(fileUnder, answer.file.name).catch((error) =>
      log.warning("cannot remove an output that nobody wants: {error}", { error })
    );
  }

  #unknown(kind: string): string {
    return `kind: ${JSON.stringify(kind.slice(0, 100))} is unknown, this device runs ${this.kinds.join(", ")}`;
  }
}

function timeLimit(timeoutMs: number | undefined): number {
  return timeoutMs !== undefined && timeoutMs > 0 ? Math.min(MAX_TIMER_MS, timeoutMs) : DEFAULT_TIMEOUT_MS;
}

/** As `work` ends; rejects with the signal's reason when that aborted and `work` goes on all the same. */
function endOrGiveUp<T>(work: Promise<T>, signal: AbortSignal, kind: string): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onAbort = () => {
      timer = setTimeout(() => {
        log.warning("a task of kind {kind} goes on although it was stopped: its place stays taken", { kind });
        reject(signal.reason);
      }, HEED_MS);
    };
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    };
    work.then(resolve, reject).then(settle);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Why a task was stopped. */
function reasonOf(signal: AbortSignal): MeshError {
  const { reason } = signal;
  return reason instanceof MeshError ? reason : new MeshError("CANCELLED", "the task was cancelled");
}
