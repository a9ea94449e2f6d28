import { LinkedSignal } from "../core/abort.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import type { GenerationStats, OutputFile, TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";
import { OVER, RememberedAttempts } from "./remembered_attempts.ts";
import { RunningCount } from "./running_count.ts";

/** Attempts that run at once for one coordinator. */
export const TASK_SLOTS = 512;

/** Attempts of one coordinator that are remembered, so that none is run twice. */
const REMEMBERED = 100_000;

/** Characters of attempts that are named in one message, at most: an agent receives 32 MiB. */
const MAX_REFS = 8 * 1_048_576;

/** What an attempt takes in a message besides its two ids, in bytes. */
const REF_OVERHEAD = 16;

/** What is stopped has so long, in ms, to end: its worker answers for it after 2 s. */
const STOP_MS = 2500;

/** The result of one attempt, with the wire's names. */
export type AttemptResult = Omit<TaskOutcome, keyof TaskRef | "lease" | "generation" | "output_file"> & {
  readonly generation?: GenerationStats | null;
  readonly output_file?: OutputFile | null;
};

/** What attempts are run with. */
export interface TaskRunner {
  /** Answers at once where nothing has to be waited for. @param task.timeoutMs 0 = the worker's own limit */
  runTask(
    task: {
      readonly kind: string;
      readonly input: string;
      readonly timeoutMs: number;
      readonly maxOutputTokens: number;
      /** What its span belongs to; empty where no traces are kept. */
      readonly traceParent: string;
      /** The job that a long output is filed under; empty where the coordinator takes texts only. */
      readonly fileUnder: string;
    },
    signal: AbortSignal,
  ): AttemptResult | Promise<AttemptResult>;
}

/** An attempt that runs. */
class RunningAttempt {
  /** @param stream the one that brought it, and to which its lease belongs */
  constructor(
    readonly ref: TaskRef,
    public lease: number,
    public stream: number,
    readonly controller: AbortController,
  ) {}
}

/**
 * The attempts that this device holds for one coordinator: those that run, and those whose outcome the coordinator has
 * not acknowledged. It lives over reconnects, so that a stream that breaks stops nothing and loses nothing, and it
 * remembers what it ran, so that nothing runs twice.
 */
export class HeldAttempts {
  readonly #attempts = new RememberedAttempts<RunningAttempt | TaskOutcome>(REMEMBERED);
  readonly #running = new RunningCount();
  /** Outcomes of leases of the stream that listens, by their number. */
  readonly #byLease = new Map<number, TaskOutcome>();
  #unacknowledged = 0;
  #stream = 0;
  #onOutcome: ((outcome: TaskOutcome) => void) | undefined;
  #stopped: MeshError | undefined;

  constructor(private readonly runner: TaskRunner) {}

  /** How many run now: at most {@link TASK_SLOTS}. */
  get running(): number {
    return this.#running.count;
  }

  /** How many have an outcome that is not acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /**
   * Outcomes go to this listener as they come, until another one listens. None is told twice: see {@link outcomes}. The
   * leases of a former listener's stream are no names for this one.
   */
  listen(onOutcome: (outcome: TaskOutcome) => void): void {
    this.#onOutcome = onOutcome;
    this.#stream++;
    for (const outcome of this.#byLease.values()) outcome.lease = 0;
    this.#byLease.clear();
  }

  /** Ends `listen`, unless another one listens by now. */
  unlisten(onOutcome: (outcome: TaskOutcome) => void): void {
    if (this.#onOutcome === onOutcome) this.#onOutcome = undefined;
  }

  /**
   * Runs an attempt. False for one that it knows already: it only goes under its new lease then.
   *
   * @param takesFiles whether a long output may be a file
   */
  begin(task: TaskAssignment, takesFiles = false): boolean {
    const known = this.#attempts.get(task);
    if (known !== undefined) {
      if (known !== OVER) this.#renew(known, task.lease);
      return false;
    }
    const { kind, input, timeout_ms: timeoutMs, max_output_tokens: maxOutputTokens, lease } = task;
    const { trace_parent: traceParent } = task;
    const refusal = this.#refusal();
    if (refusal) {
      this.#end(task, lease, failure(refusal));
      return true;
    }
    const controller = new AbortController();
    let result: AttemptResult | Promise<AttemptResult>;
    try {
      const fileUnder = takesFiles ? task.job_id : "";
      const given = { kind, input, timeoutMs, maxOutputTokens, traceParent, fileUnder };
      result = this.runner.runTask(given, controller.signal);
    } catch (error) {
      result = failure(error);
    }
    if (!(result instanceof Promise)) this.#end(task, lease, result);
    else {
      const { job_id, task_id, attempt } = task;
      this.#wait(new RunningAttempt({ job_id, task_id, attempt }, lease, this.#stream, controller), result);
    }
    return true;
  }

  /** The outcome of an attempt that has ended and is not acknowledged. */
  outcome(ref: TaskRef): TaskOutcome | undefined {
    const what = this.#attempts.get(ref);
    return what === OVER || what instanceof RunningAttempt ? undefined : what;
  }

  /** All outcomes that are not acknowledged. */
  outcomes(): TaskOutcome[] {
    const outcomes: TaskOutcome[] = [];
    for (const what of this.#open()) if (!(what instanceof RunningAttempt)) outcomes.push(what);
    return outcomes;
  }

  /**
   * The attempts that it holds, those that run first. Of others only as many as a message takes: whose outcome comes
   * without having been named is run again elsewhere, which is waste but no harm.
   */
  refs(): TaskRef[] {
    const refs = this.#runningAttempts().map((attempt) => attempt.ref);
    let characters = 0;
    for (const { job_id, task_id, attempt } of this.outcomes()) {
      characters += job_id.length + task_id.length + REF_OVERHEAD;
      if (characters > MAX_REFS) break;
      refs.push({ job_id, task_id, attempt });
    }
    return refs;
  }

  /** The coordinator has the outcome for good. */
  acknowledge(ref: TaskRef): void {
    if (this.outcome(ref) === undefined) return;
    this.#attempts.set(ref, OVER);
    this.#unacknowledged--;
  }

  /** The same for an outcome that went up under its lease. */
  acknowledgeLease(lease: number): void {
    const outcome = this.#byLease.get(lease);
    this.#byLease.delete(lease);
    if (outcome) this.acknowledge(outcome);
  }

  /** Nobody wants the attempt any more. Its outcome follows. */
  cancel(ref: TaskRef): void {
    const what = this.#attempts.get(ref);
    if (what instanceof RunningAttempt) what.controller.abort(new MeshError("CANCELLED", "cancelled"));
  }

  /** Resolves when nothing runs, or the signal aborts. */
  idle(signal: AbortSignal): Promise<void> {
    return this.#running.none(signal);
  }

  /** Stops all that runs, waits until it has ended (at most 2.5 s), and refuses what comes after. Idempotent. */
  async stop(reason: string): Promise<void> {
    this.#stopped ??= new MeshError("UNAVAILABLE", reason);
    for (const { controller } of this.#runningAttempts()) controller.abort(this.#stopped);
    using late = new LinkedSignal();
    late.abortAfter(STOP_MS, this.#stopped);
    await this.idle(late.signal);
  }

  /** Without a look at all that is remembered where nothing is open. */
  #open(): Iterable<RunningAttempt | TaskOutcome> {
    return this.running + this.#unacknowledged > 0 ? this.#attempts.open() : [];
  }

  #runningAttempts(): RunningAttempt[] {
    const running: RunningAttempt[] = [];
    for (const what of this.#open()) if (what instanceof RunningAttempt) running.push(what);
    return running;
  }

  #renew(known: RunningAttempt | TaskOutcome, lease: number): void {
    if (known instanceof RunningAttempt) known.stream = this.#stream;
    else {
      this.#byLease.delete(known.lease);
      if (lease > 0) this.#byLease.set(lease, known);
    }
    known.lease = lease;
  }

  #refusal(): MeshError | undefined {
    if (this.#stopped) return this.#stopped;
    if (this.running < TASK_SLOTS) return undefined;
    return new MeshError("RESOURCE_EXHAUSTED", `this device runs ${TASK_SLOTS} tasks for its coordinator already`);
  }

  async #wait(attempt: RunningAttempt, run: Promise<AttemptResult>): Promise<void> {
    this.#running.begin();
    this.#attempts.set(attempt.ref, attempt);
    let result: AttemptResult;
    try {
      result = await run;
    } catch (error) {
      result = failure(error);
    }
    this.#running.end();
    this.#end(attempt.ref, attempt.stream === this.#stream ? attempt.lease : 0, result);
  }

  #end({ job_id, task_id, attempt }: TaskRef, lease: number, result: AttemptResult): void {
    const { ok, output, error, error_code, time_ms, generation = null, output_file = null } = result;
    const outcome: TaskOutcome = {
      job_id,
      task_id,
      attempt,
      ok,
      output,
      error,
      error_code,
      time_ms,
      lease,
      generation,
      output_file,
    };
    if (lease > 0) this.#byLease.set(lease, outcome);
    this.#attempts.set(outcome, outcome);
    this.#unacknowledged++;
    this.#onOutcome?.(outcome);
  }
}

function failure(error: unknown): AttemptResult {
  const error_code = error instanceof MeshError ? error.code : "";
  return { ok: false, output: "", error: messageOf(error), error_code, time_ms: 0 };
}
