import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import type { Plan, TaskSpec } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { checkPlan, type PlanLimits, requireKnownKinds, taskPath } from "./check_plan.ts";

function task(fields: Partial<TaskSpec> = {}): TaskSpec {
  return {
    task_id: "",
    kind: "ECHO",
    input: "",
    target_device_id: "",
    prompt_tokens: 0,
    max_output_tokens: 0,
    ...fields,
  };
}

function group(index: number, ...tasks: TaskSpec[]) {
  return { index, tasks };
}

function plan(...groups: Plan["groups"]): Plan {
  return { groups };
}

function ids(checked: ReturnType<typeof checkPlan>): string[][] {
  return checked.groups.map((group) => group.tasks.map((task) => task.task_id));
}

Deno.test("groups run in ascending index, gaps and all, and remember where they stood", () => {
  const given = plan(group(7, task({ task_id: "c" })), group(0, task({ task_id: "a" })), group(3, task()));
  const checked = checkPlan(given);
  assertEquals(checked.groups.map(({ index, position }) => [index, position]), [[0, 1], [3, 2], [7, 0]]);
  assertEquals(checked.taskCount, 3);
  assertEquals(given.groups.map(({ index }) => index), [7, 0, 3], "the client's plan stays as it was");
});

Deno.test("tasks without an id get one that no other task has, in plan order", () => {
  const given = plan(
    group(1, task(), task({ task_id: "task-4" })),
    group(0, task(), task({ task_id: "task-2" }), task()),
  );
  assertEquals(ids(checkPlan(given)), [["task-1", "task-2", "task-3"], ["task-5", "task-4"]]);
  assertEquals(given.groups[0]?.tasks[0]?.task_id, "", "the client's plan stays as it was");
});

Deno.test("a malformed plan is refused by the path of the wrong field", () => {
  const a = task({ task_id: "a" });
  const small: Partial<PlanLimits> = { groups: 2, tasks: 3, idLength: 4, inputBytes: 8 };
  const wrong: [Plan | null, string, Partial<PlanLimits>?][] = [
    [null, "plan: none was given"],
    [plan(), "plan.groups: a plan needs at least one group"],
    [plan(group(0, a), group(1)), "plan.groups[1].tasks: a group needs at least one task"],
    [plan(group(0, a), group(0, task())), "plan.groups[1].index: 0 is used twice"],
    [plan(group(-1, a)), "plan.groups[0].index: -1 is negative"],
    [plan(group(0.5, a)), "plan.groups[0].index: 0.5 is not a whole number"],
    [plan(group(0, task(), a, a)), 'plan.groups[0].tasks[2].task_id: "a" is used twice'],
    [plan(group(1, a), group(0, task(), a)), 'plan.groups[0].tasks[0].task_id: "a" is used twice'],
    [plan(group(0, task({ kind: "" }))), "plan.groups[0].tasks[0].kind: a task needs a kind"],
    [plan(group(0, task({ prompt_tokens: -3 }))), "plan.groups[0].tasks[0].prompt_tokens: -3 is negative"],
    [plan(group(0, task({ max_output_tokens: -1 }))), "plan.groups[0].tasks[0].max_output_tokens: -1 is negative"],
    [plan(group(0, task({ prompt_tokens: NaN }))), "plan.groups[0].tasks[0].prompt_tokens: NaN is not a whole number"],
    [
      plan(group(0, task({ task_id: "a\nb" }))),
      String.raw`plan.groups[0].tasks[0].task_id: "a\nb" contains a control character`,
    ],
    [plan(group(0, task({ kind: "\x9b2J" }))), String.raw`tasks[0].kind: "\u009b2J" contains a control character`],
    [plan(group(0, task({ target_device_id: "\0" }))), String.raw`target_device_id: "\u0000" contains a control`],
    [plan(group(0, task({ task_id: "abcde" }))), "task_id: 5 characters are more than the 4 allowed", small],
    [plan(group(0, task({ input: "123456789" }))), "input: more than the 8 bytes allowed", small],
    [plan(group(0, task({ input: "ééééé" }))), "input: more than the 8 bytes allowed", small],
    [plan(group(0, a), group(1, a), group(2, a)), "plan.groups: 3 groups are more than the 2 allowed", small],
    [plan(group(0, a, a), group(1, a, a)), "plan: 4 tasks are more than the 3 allowed", small],
  ];
  for (const [given, message, limits] of wrong) {
    const error = assertThrows(() => checkPlan(given, limits ? { limits } : {}), MeshError, message);
    assertEquals(error.code, "INVALID_ARGUMENT");
    assert(!error.message.includes("\n"), "one line");
  }
});

Deno.test("what is exactly at a limit is taken", () => {
  const limits = { groups: 2, tasks: 2, idLength: 4, inputBytes: 8 };
  const at = plan(group(0, task({ task_id: "abcd", input: "éééé" })), group(1, task({ input: "12345678" })));
  assertEquals(checkPlan(at, { limits }).taskCount, 2);
  const large = task({ input: "x".repeat(1024 * 1024), task_id: "i".repeat(256) });
  assertEquals(checkPlan(plan(group(0, large))).taskCount, 1);
  const larger = task({ input: "x".repeat(1024 * 1024 + 1) });
  assertThrows(() => checkPlan(plan(group(0, larger))), MeshError, "input: more than the 1048576 bytes allowed");
});

Deno.test("an unknown kind is refused for a job, with the known ones and the path as the client wrote it", () => {
  const kinds = ["SYSINFO", "ECHO"];
  const checked = checkPlan(plan(group(5, task(), task({ kind: "SYSINF" })), group(0, task({ kind: "SYSINFO" }))));
  const error = assertThrows(() => requireKnownKinds(checked, kinds), MeshError);
  assertEquals(error.code, "INVALID_ARGUMENT");
  assertEquals(
    error.message,
    'plan.groups[0].tasks[1].kind: "SYSINF" is not a known kind (did you mean SYSINFO?); known: ECHO, SYSINFO',
  );
  requireKnownKinds(checked, [...kinds, "SYSINF"]);
  const lower = checkPlan(plan(group(0, task({ kind: "echo" }))));
  assertThrows(() => requireKnownKinds(lower, kinds), MeshError, "did you mean ECHO?");
});

Deno.test("a task is named by the place where the client wrote it", () => {
  const checked = checkPlan(plan(group(9, task()), group(0, task())));
  assertEquals(checked.groups.map((group) => taskPath(group, 0)), [
    "plan.groups[1].tasks[0]",
    "plan.groups[0].tasks[0]",
  ]);
});

Deno.test("a plan of 100,000 tasks is checked without quadratic work", () => {
  const tasksOf = (count: number) =>
    plan(group(0, ...Array.from({ length: count }, (_, i) => task({ task_id: i % 2 ? "" : `t${i}` }))));
  const [small, large] = [tasksOf(10_000), tasksOf(100_000)];
  const timeOf = (given: Plan) => {
    const start = performance.now();
    checkPlan(given);
    return performance.now() - start;
  };
  let [smallMs, largeMs] = [Infinity, Infinity];
  // Ten times the tasks: about ten times the work; a hundred times if it were quadratic. Other work on the machine slows
  // down some rounds, but not the fastest of many.
  const isLinear = () => largeMs < Math.max(smallMs, 1) * 50;
  for (let round = 0; round < 50 && !isLinear(); round++) {
    smallMs = Math.min(smallMs, timeOf(small));
    largeMs = Math.min(largeMs, timeOf(large));
  }
  assert(isLinear(), `${smallMs} ms for 10,000 tasks, ${largeMs} ms for 100,000`);
});
