import * as v from "valibot";
import type { Plan, TaskSpec } from "../../proto/messages.ts";
import { UsageError } from "../core/errors.ts";
import { quoted } from "./quoted.ts";
import { taskTimeoutOf } from "./task_timeout.ts";

/** The largest number of the wire's 32-bit fields. None of them has a meaning below 0. */
const INT32_MAX = 2 ** 31 - 1;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(INT32_MAX));

/**
 * Entries without a prototype: an object schema looks its names up with `in`, and would take a key like "constructor"
 * for a known one.
 */
export function names<E extends v.ObjectEntries>(entries: E): E {
  return Object.assign(Object.create(null), entries);
}

/** The other spelling of the names that have two. */
const CAMEL_NAMES = {
  task_id: "taskId",
  target_device_id: "targetDeviceId",
  prompt_tokens: "promptTokens",
  max_output_tokens: "maxOutputTokens",
} as const;

const Task = v.pipe(
  v.strictObject(names({
    task_id: v.optional(v.string()),
    taskId: v.optional(v.string()),
    kind: v.string(),
    input: v.optional(v.string(), ""),
    target_device_id: v.optional(v.string()),
    targetDeviceId: v.optional(v.string()),
    prompt_tokens: v.optional(Count),
    promptTokens: v.optional(Count),
    max_output_tokens: v.optional(Count),
    maxOutputTokens: v.optional(Count),
    timeout: v.optional(v.union([v.number(), v.string()])),
  })),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input = dataset.value;
    for (const [snake, camel] of Object.entries(CAMEL_NAMES)) {
      if (!Object.hasOwn(input, snake) || !Object.hasOwn(input, camel)) continue;
      const path: [v.ObjectPathItem] = [{ type: "object", origin: "key", input, key: camel, value: input[camel] }];
      addIssue({ message: `gives "${snake}" a second time`, path });
    }
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.value.timeout === undefined) return;
    const input = dataset.value;
    const message = wrongTimeout(input.timeout) ??
      (input.task_id || input.taskId ? undefined : 'needs a "task_id": give the task one');
    const path: [v.ObjectPathItem] = [{ type: "object", origin: "key", input, key: "timeout", value: input.timeout }];
    if (message !== undefined) addIssue({ message, path });
  }),
  v.transform((task): TimedTask => {
    const spec = {
      task_id: task.task_id ?? task.taskId ?? "",
      kind: task.kind,
      input: task.input,
      target_device_id: task.target_device_id ?? task.targetDeviceId ?? "",
      prompt_tokens: task.prompt_tokens ?? task.promptTokens ?? 0,
      max_output_tokens: task.max_output_tokens ?? task.maxOutputTokens ?? 0,
    };
    return { spec, timeoutMs: task.timeout === undefined ? undefined : taskTimeoutOf(task.timeout) };
  }),
);

/** A task with what the contract's message has no field for. */
interface TimedTask {
  readonly spec: TaskSpec;
  readonly timeoutMs: number | undefined;
}

/** What is wrong with a time limit, after its field's name. */
function wrongTimeout(timeout: string | number | undefined): string | undefined {
  try {
    if (timeout !== undefined) taskTimeoutOf(timeout);
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return `is ${typeof timeout === "string" ? quoted(timeout) : timeout}, which ${error.message}`;
  }
}

const Group = v.strictObject(names({ index: v.optional(Count), tasks: v.array(Task) }));

/** What a plan file holds. */
export interface PlanFile {
  readonly plan: Plan;
  /** How long an attempt at a task may take, in ms, by task id: for those tasks that say so. */
  readonly taskTimeoutsMs: ReadonlyMap<string, number>;
}

/** A plan as people write it. A group without `index` has its place in the list for one. */
export const PlanSchema = v.pipe(
  v.strictObject(names({ groups: v.array(Group) })),
  v.transform(({ groups }): PlanFile => {
    const taskTimeoutsMs = new Map<string, number>();
    for (const { spec, timeoutMs } of groups.flatMap((group) => group.tasks)) {
      if (timeoutMs !== undefined) taskTimeoutsMs.set(spec.task_id, timeoutMs);
    }
    const plain = groups.map(({ index, tasks }, position) => ({
      index: index ?? position,
      tasks: tasks.map((task) => task.spec),
    }));
    return { plan: { groups: plain }, taskTimeoutsMs };
  }),
);

/** What stands beside the plan in a `PlanPreviewResponse`: how it was made, which does not matter to who runs it. */
const PREVIEW_NAMES = {
  used_ai: v.optional(v.unknown()),
  usedAi: v.optional(v.unknown()),
  notes: v.optional(v.unknown()),
  rationale: v.optional(v.unknown()),
  reduce: v.optional(v.unknown()),
};

/** The same inside of `{"plan": …}`, or of the message `PlanPreviewResponse`. */
export const WrappedPlanSchema = v.pipe(
  v.strictObject(names({ plan: PlanSchema, ...PREVIEW_NAMES })),
  v.transform(({ plan }) => plan),
);

/** The names that an object may have, for the one at this depth of the path. */
export function knownNames(pathOfObject: readonly (string | number)[]): string[] {
  const last = pathOfObject.findLast((key) => typeof key === "string");
  if (pathOfObject.length === 0 || last === "plan") return ["groups"];
  const schema = last === "tasks" ? Task.pipe[0] : Group;
  return Object.keys(schema.entries);
}
