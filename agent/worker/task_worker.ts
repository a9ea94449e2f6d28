import { MeshError, messageOf } from "../core/errors.ts";
import { echo } from "./echo.ts";
import { sysinfo } from "./sysinfo.ts";
import type { TaskKind, WorkerHost } from "./task_kind.ts";

/** What became of a task. */
export interface TaskRun {
  readonly ok: boolean;
  readonly output: string;
  /** One line; empty when `ok`. */
  readonly error: string;
  /** Time on this device, in ms. */
  readonly time_ms: number;
}

export interface Task {
  readonly kind: string;
  readonly input: string;
}

/** Runs tasks on this device, each by its kind. */
export class TaskWorker {
  /** The kinds that this device can run. */
  readonly kinds: readonly string[];
  readonly #kinds: ReadonlyMap<string, TaskKind>;

  constructor(private readonly host: WorkerHost, kinds: readonly TaskKind[] = [sysinfo, echo]) {
    this.#kinds = new Map(kinds.map((kind) => [kind.name, kind]));
    this.kinds = [...this.#kinds.keys()];
  }

  /**
   * Runs one task. A task that fails is a result, not an error.
   *
   * @throws {MeshError} `INVALID_ARGUMENT` for a kind that this device does not know, `CANCELLED` when the signal aborted
   */
  async run(task: Task, signal?: AbortSignal): Promise<TaskRun> {
    return await this.begin(task, signal);
  }

  /**
   * As `run`, but a task that has nothing to wait for is done when this returns, without a promise: for batches of many small
   * tasks.
   */
  begin(task: Task, signal?: AbortSignal): TaskRun | Promise<TaskRun> {
    const kind = this.#kinds.get(task.kind);
    if (!kind) {
      const given = JSON.stringify(task.kind.slice(0, 100));
      throw new MeshError("INVALID_ARGUMENT", `kind: ${given} is unknown, this device runs ${this.kinds.join(", ")}`);
    }
    if (signal?.aborted) throw cancelled();
    const begin = performance.now();
    try {
      const output = kind.run(task.input, this.host, signal);
      return typeof output === "string" ? done(output, begin) : this.#waitFor(output, begin, signal);
    } catch (error) {
      return failed(error, begin);
    }
  }

  async #waitFor(output: Promise<string>, begin: number, signal: AbortSignal | undefined): Promise<TaskRun> {
    try {
      return done(await output, begin);
    } catch (error) {
      if (signal?.aborted) throw cancelled();
      return failed(error, begin);
    }
  }
}

function done(output: string, begin: number): TaskRun {
  return { ok: true, output, error: "", time_ms: performance.now() - begin };
}

function failed(error: unknown, begin: number): TaskRun {
  return { ok: false, output: "", error: messageOf(error), time_ms: performance.now() - begin };
}

function cancelled(): MeshError {
  return new MeshError("CANCELLED", "the task was cancelled");
}
