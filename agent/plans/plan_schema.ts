import * as v from "valibot";

/** The largest number of the wire's 32-bit fields. None of them has a meaning below 0. */
const INT32_MAX = 2 ** 31 - 1;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(INT32_MAX));

/**
 * Entries without a prototype: an object schema looks its names up with `in`, and would take a key like "constructor"
 * for a known one.
 */
function names<E extends v.ObjectEntries>(entries: E): E {
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
  v.transform((task) => ({
    task_id: task.task_id ?? task.taskId ?? "",
    kind: task.kind,
    input: task.input,
    target_device_id: task.target_device_id ?? task.targetDeviceId ?? "",
    prompt_tokens: task.prompt_tokens ?? task.promptTokens ?? 0,
    max_output_tokens: task.max_output_tokens ?? task.maxOutputTokens ?? 0,
  })),
);

const Group = v.strictObject(names({ index: v.optional(Count), tasks: v.array(Task) }));

/** A plan as people write it. A group without `index` has its place in the list for one. */
export const PlanSchema = v.pipe(
  v.strictObject(names({ groups: v.array(Group) })),
  v.transform(({ groups }) => ({
    groups: groups.map(({ index, tasks }, position) => ({ index: index ?? position, tasks })),
  })),
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
