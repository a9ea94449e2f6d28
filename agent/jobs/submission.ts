import { commandInput } from "../commands/command_input.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { type CheckedPlan, requireKnownKinds, taskPath } from "../plans/check_plan.ts";
import { LLM_GENERATE } from "./generation_outlook.ts";
import type { FailedAttempt, SubmissionKey, TaskRecord } from "../store/store.ts";
import type { Plan } from "../../proto/messages.ts";

/** An attempt at a task ends after this, in ms, unless the submission says otherwise. */
const DEFAULT_TASK_TIMEOUT_MS = 250_000;

/** The longest time limit of a task, in ms: seven days. */
const MAX_TASK_TIMEOUT_MS = 7 * 24 * 3_600_000;

/** One for all tasks, of which most never fail. */
const NO_ATTEMPTS: readonly FailedAttempt[] = [];

/** The longest job description, in characters. */
const MAX_TEXT = 65_536;

/** The longest idempotency key, in characters. */
const MAX_KEY = 256;

/** What a client asks for. */
export interface JobSubmission {
  readonly text: string;
  /** At most this many distinct devices; 0 = all. */
  readonly maxWorkers: number;
  /** Null = the planner makes one from the text. */
  readonly plan: Plan | null;
  readonly reduce: string;
  /** An attempt at a task ends after this, in ms; 0 or undefined = 250,000. */
  readonly taskTimeoutMs?: number;
  /** The same for single tasks, by their id. */
  readonly taskTimeoutsMs?: Readonly<Record<string, number>>;
  /** The same key of the same client within 24 h answers the same job. */
  readonly submission?: SubmissionKey | undefined;
}

/** @throws {MeshError} INVALID_ARGUMENT naming what of a submission, apart from its plan, cannot be */
export function checkSubmission({ text, maxWorkers, plan, taskTimeoutMs, submission }: JobSubmission): void {
  if (maxWorkers < 0) throw wrong("max_workers", `must be 0 (all) or more, is ${maxWorkers}`);
  if (text.length > MAX_TEXT) throw wrong("text", `is ${text.length} characters long, at most ${MAX_TEXT} are taken`);
  if (!plan && !text.trim()) throw wrong("text", "is empty, and no plan was given");
  if (taskTimeoutMs) checkTimeout("task_timeout_ms", taskTimeoutMs);
  if (submission && submission.key.length > MAX_KEY) {
    throw wrong("idempotency key", `is ${submission.key.length} characters long, at most ${MAX_KEY} are taken`);
  }
}

/** What of the mesh decides whether a plan can run. */
export interface PlanSurroundings {
  /** Kinds of tasks that can run. */
  readonly kinds: readonly string[];
  /** True for every registered device, online or not. */
  hasDevice(deviceId: string): boolean;
  /** Why a device (or, with an empty id, the mesh) has no model to answer prompts now; undefined where it has. */
  lacksModel(deviceId: string): string | undefined;
}

/**
 * Refuses a plan that cannot run.
 *
 * @throws {MeshError} INVALID_ARGUMENT or NOT_FOUND naming the field; FAILED_PRECONDITION when nothing in the mesh can run it
 */
export function requireRunnable(plan: CheckedPlan, maxWorkers: number, around: PlanSurroundings): void {
  requireKnownKinds(plan, [...around.kinds, LLM_GENERATE]);
  const named = new Set<string>();
  const withModel = new Set<string>();
  for (const group of plan.groups) {
    group.tasks.forEach((task, at) => {
      const field = (name: string) => `${taskPath(group, at)}.${name}`;
      if (task.kind === "COMMAND") requireCommand(task.input, field);
      const target = task.target_device_id;
      if (target && !named.has(target)) {
        if (!around.hasDevice(target)) {
          throw new MeshError("NOT_FOUND", `${field("target_device_id")}: no device "${target}"`);
        }
        named.add(target);
      }
      if (task.kind !== LLM_GENERATE || withModel.has(target)) return;
      const lack = around.lacksModel(target);
      if (lack) {
        throw new MeshError("FAILED_PRECONDITION", `${field("kind")}: ${task.kind} needs a local model: ${lack}`);
      }
      withModel.add(target);
    });
  }
  if (maxWorkers > 0 && named.size > maxWorkers) {
    throw wrong("max_workers", `is ${maxWorkers}, but the plan names ${named.size} different devices`);
  }
}

/**
 * The tasks of a checked plan as they are kept, made one by one.
 *
 * @throws {MeshError} INVALID_ARGUMENT for a time limit that cannot be, or of a task that the plan does not have
 */
export function* taskRecords(
  plan: CheckedPlan,
  limits: Pick<JobSubmission, "taskTimeoutMs" | "taskTimeoutsMs"> = {},
): Generator<TaskRecord> {
  const common = limits.taskTimeoutMs || DEFAULT_TASK_TIMEOUT_MS;
  const single = new Map(Object.entries(limits.taskTimeoutsMs ?? {}));
  let ordinal = 0;
  for (const [position, group] of plan.groups.entries()) {
    for (const spec of group.tasks) {
      const own = single.size > 0 ? single.get(spec.task_id) : undefined;
      if (own !== undefined) {
        single.delete(spec.task_id);
        checkTimeout(`task_timeouts_ms[${JSON.stringify(spec.task_id)}]`, own);
      }
      yield {
        ordinal: ordinal++,
        group: position,
        spec,
        state: "QUEUED",
        timeoutMs: own ?? common,
        attempt: 0,
        deviceId: "",
        deviceName: "",
        result: "",
        error: "",
        failedAttempts: NO_ATTEMPTS,
      };
    }
  }
  for (const taskId of single.keys()) throw wrong("task_timeouts_ms", `the plan has no task ${JSON.stringify(taskId)}`);
}

function requireCommand(input: string, field: (name: string) => string): void {
  try {
    commandInput(input);
  } catch (error) {
    throw wrong(field("input"), messageOf(error).replace(/^input: /, ""));
  }
}

function checkTimeout(path: string, ms: number): void {
  if (ms > 0 && ms <= MAX_TASK_TIMEOUT_MS) return;
  throw wrong(path, `must be 1 to ${MAX_TASK_TIMEOUT_MS} ms, is ${ms}`);
}

function wrong(path: string, what: string): MeshError {
  return new MeshError("INVALID_ARGUMENT", `${path}: ${what}`);
}
