import { checked } from "../agent/config/settings.ts";
import { UsageError } from "../agent/core/errors.ts";
import { taskTimeoutOf } from "../agent/plans/task_timeout.ts";
import type { Plan } from "../proto/gen/edgemesh/Plan.ts";
import { MOST_WORKERS, type Reduce, type Submission } from "./submission.ts";

/** How a job is run. */
export interface SubmitOptions {
  /** Use at most so many devices. Default 0: all. */
  readonly maxWorkers?: number;
  /** How the results are combined. Default: as whoever makes the plan from words chooses, else `concat`. */
  readonly reduce?: Reduce;
  /** An attempt at a task ends after this, in ms: above 0, at most 7 days. Default 250,000. */
  readonly taskTimeoutMs?: number;
  /** The same for single tasks, in ms, by task id. */
  readonly taskTimeouts?: Readonly<Record<string, number>>;
  /**
   * Of a mesh's client of one name, the same key within 24 h answers the same job: 1 to 256 printable ASCII characters.
   * Default: a random one, which makes a submission count once whose answer is lost.
   */
  readonly idempotencyKey?: string;
}

/**
 * The job to submit.
 *
 * @param work what to do, in words, or a plan
 * @throws {UsageError} when an option is wrong, with its name and value: on the wire some would pass for others
 */
export function submissionOf(work: string | Plan, options: SubmitOptions): Submission {
  const { maxWorkers = 0, reduce, taskTimeoutMs, taskTimeouts = {} } = options;
  return {
    ...(typeof work === "string" ? { text: work, plan: null } : { text: "", plan: work }),
    maxWorkers: workerCount(maxWorkers),
    reduce,
    taskTimeoutMs: taskTimeoutMs === undefined ? undefined : timeout("taskTimeoutMs", taskTimeoutMs),
    taskTimeoutsMs: new Map(
      Object.entries(taskTimeouts).map(([id, ms]) => [id, timeout(`taskTimeouts[${JSON.stringify(id)}]`, ms)]),
    ),
    idempotencyKey: key(options.idempotencyKey ?? crypto.randomUUID()),
  };
}

/** @throws {UsageError} when it is no number of devices; 0 = all */
export function workerCount(count: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= MOST_WORKERS) return count;
  throw new UsageError(`maxWorkers "${count}": not a whole number from 0 (all) to ${MOST_WORKERS}`);
}

function timeout(origin: string, value: number): number {
  return checked({ origin, value }, (ms) => taskTimeoutOf(ms / 1000));
}

function key(text: string): string {
  if (/^[ -~]{1,256}$/.test(text)) return text;
  throw new UsageError(`idempotencyKey ${JSON.stringify(text)}: not 1 to 256 printable ASCII characters`);
}
