import { setImmediate as turn } from "node:timers/promises";
import type { Plan, TaskSpec } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { quoted } from "./quoted.ts";

/** How large a plan may be. */
export interface PlanLimits {
  readonly groups: number;
  /** Over all groups. */
  readonly tasks: number;
  /** Characters (UTF-16 units) of a task id, a kind or a target device id. */
  readonly idLength: number;
  /** Bytes of one task's input, as UTF-8. */
  readonly inputBytes: number;
}

const PLAN_LIMITS: PlanLimits = { groups: 10_000, tasks: 1_000_000, idLength: 256, inputBytes: 1024 * 1024 };

/** So many tasks are checked before other work gets its turn: about 2 ms. */
const TASKS_A_TURN = 4000;

/** A group of a checked plan: at least one task, each with an id that no other task of the plan has. */
export interface CheckedGroup {
  readonly index: number;
  /** Where the group stood in the plan as it came, from 0: what paths in messages count. */
  readonly position: number;
  readonly tasks: readonly TaskSpec[];
}

/** A plan that can be priced and run: what {@link checkPlan} promises. */
export interface CheckedPlan {
  /** At least one, in ascending order of `index`, without duplicates; gaps are possible. */
  readonly groups: readonly CheckedGroup[];
  /** Tasks in all groups. */
  readonly taskCount: number;
}

/**
 * Checks a client's plan and puts its groups in order. The plan itself is left as it is. A task without an id gets
 * `task-1`, `task-2`, … in plan order, past the ids that are taken.
 *
 * @param options.path what messages call the plan
 * @throws {MeshError} INVALID_ARGUMENT, naming the field: `plan.groups[0].tasks[1].task_id: "a" is used twice`
 */
export function checkPlan(plan: Plan | null, options: CheckOptions = {}): CheckedPlan {
  const checking = check(plan, options);
  for (;;) {
    const { done, value } = checking.next();
    if (done) return value;
  }
}

/** The same, with turns for other work in between: 100,000 tasks take some 50 ms. */
export async function checkPlanInTurns(plan: Plan | null, options: CheckOptions = {}): Promise<CheckedPlan> {
  const checking = check(plan, options);
  for (;;) {
    const { done, value } = checking.next();
    if (done) return value;
    await turn();
  }
}

interface CheckOptions {
  readonly path?: string;
  readonly limits?: Partial<PlanLimits>;
}

function* check(plan: Plan | null, options: CheckOptions): Generator<void, CheckedPlan> {
  const path = options.path ?? "plan";
  const limits = { ...PLAN_LIMITS, ...options.limits };
  if (!plan) throw wrong(path, "none was given");
  const taskCount = checkSize(plan, path, limits);
  const groups = inOrder(plan, path);
  const { ids, unnamed } = yield* checkTasks(groups, path, limits);
  return { groups: unnamed ? nameTasks(groups, ids) : groups, taskCount };
}

/**
 * Refuses kinds that nothing here can run. For a job; a cost preview takes any kind, at a penalty.
 *
 * @throws {MeshError} INVALID_ARGUMENT, naming the field, its kind and the known ones
 */
export function requireKnownKinds(plan: CheckedPlan, kinds: Iterable<string>, path = "plan"): void {
  const known = new Set(kinds);
  for (const group of plan.groups) {
    group.tasks.forEach((task, at) => {
      if (known.has(task.kind)) return;
      const names = [...known].sort();
      const hint = didYouMean(task.kind.toUpperCase(), names);
      throw wrong(
        `${taskPath(group, at, path)}.kind`,
        `${quoted(task.kind)} is not a known kind${hint}; known: ${names.join(", ")}`,
      );
    });
  }
}

/** How messages name the task that stands at `at` (from 0) in its group: `plan.groups[0].tasks[1]`. */
export function taskPath(group: CheckedGroup, at: number, path = "plan"): string {
  return `${path}.groups[${group.position}].tasks[${at}]`;
}

function wrong(path: string, what: string): MeshError {
  return new MeshError("INVALID_ARGUMENT", `${path}: ${what}`);
}

/** Before anything else is looked at, so that an oversized plan costs nothing. Returns the number of tasks. */
function checkSize(plan: Plan, path: string, limits: PlanLimits): number {
  const { groups } = plan;
  if (groups.length === 0) throw wrong(`${path}.groups`, "a plan needs at least one group");
  if (groups.length > limits.groups) {
    throw wrong(`${path}.groups`, `${groups.length} groups are more than the ${limits.groups} allowed`);
  }
  let tasks = 0;
  groups.forEach((group, position) => {
    if (group.tasks.length === 0) throw wrong(`${path}.groups[${position}].tasks`, "a group needs at least one task");
    tasks += group.tasks.length;
  });
  if (tasks > limits.tasks) throw wrong(path, `${tasks} tasks are more than the ${limits.tasks} allowed`);
  return tasks;
}

function inOrder(plan: Plan, path: string): CheckedGroup[] {
  const seen = new Set<number>();
  const groups = plan.groups.map(({ index, tasks }, position) => {
    const at = `${path}.groups[${position}].index`;
    requireCount(index, at);
    if (seen.has(index)) throw wrong(at, `${index} is used twice`);
    seen.add(index);
    return { index, position, tasks };
  });
  return groups.sort((a, b) => a.index - b.index);
}

function* checkTasks(groups: readonly CheckedGroup[], path: string, limits: PlanLimits) {
  const ids = new Set<string>();
  /** Kinds and devices that were found to be well: most tasks share a few of them. */
  const known = new Set<string>([""]);
  let unnamed = false;
  let count = 0;
  for (const group of groups) {
    let at = -1;
    for (const task of group.tasks) {
      at++;
      if (++count % TASKS_A_TURN === 0) yield;
      const fault = faultOf(task, limits, known);
      if (fault) throw wrong(`${taskPath(group, at, path)}.${fault.field}`, fault.what);
      if (task.task_id === "") {
        unnamed = true;
      } else if (ids.size === ids.add(task.task_id).size) {
        throw wrong(`${taskPath(group, at, path)}.task_id`, `${quoted(task.task_id)} is used twice`);
      }
    }
  }
  return { ids, unnamed };
}

/** Builds no text while all is well: this runs once for each of up to a million tasks. */
function faultOf(task: TaskSpec, limits: PlanLimits, known: Set<string>): { field: string; what: string } | undefined {
  if (task.kind === "") return { field: "kind", what: "a task needs a kind" };
  const what = nameFault(task.task_id, limits.idLength);
  if (what) return { field: "task_id", what };
  for (const field of SHARED_NAMES) {
    const name = task[field];
    if (known.has(name)) continue;
    const what = nameFault(name, limits.idLength);
    if (what) return { field, what };
    known.add(name);
  }
  if (tooManyBytes(task.input, limits.inputBytes)) {
    return { field: "input", what: `more than the ${limits.inputBytes} bytes allowed` };
  }
  for (const field of TOKEN_COUNTS) {
    const what = countFault(task[field]);
    if (what) return { field, what };
  }
  return undefined;
}

const SHARED_NAMES = ["kind", "target_device_id"] as const;
const TOKEN_COUNTS = ["prompt_tokens", "max_output_tokens"] as const;
const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/u;

function nameFault(name: string, maxLength: number): string | undefined {
  if (name.length > maxLength) return `${name.length} characters are more than the ${maxLength} allowed`;
  if (UNPRINTABLE.test(name)) return `${quoted(name)} contains a control character`;
  return undefined;
}

function tooManyBytes(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  // A UTF-16 unit is at most three bytes of UTF-8: most inputs need no counting.
  return text.length * 3 > limit && new TextEncoder().encode(text).length > limit;
}

function countFault(value: number): string | undefined {
  if (value < 0) return `${value} is negative`;
  return Number.isInteger(value) ? undefined : `${value} is not a whole number`;
}

function requireCount(value: number, path: string): void {
  const what = countFault(value);
  if (what) throw wrong(path, what);
}

function nameTasks(groups: readonly CheckedGroup[], taken: ReadonlySet<string>): CheckedGroup[] {
  let last = 0;
  const nextFree = () => {
    do last++; while (taken.has(`task-${last}`));
    return `task-${last}`;
  };
  return groups.map((group) => ({
    ...group,
    tasks: group.tasks.map((task) => task.task_id === "" ? { ...task, task_id: nextFree() } : task),
  }));
}
