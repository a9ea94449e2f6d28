import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import { UsageError } from "../core/errors.ts";
import { checkPlan, requireKnownKinds } from "./check_plan.ts";
import { DeterministicPlanner } from "./deterministic.ts";
import { parsePlanFile } from "./plan_file.ts";

const SPEC_EXAMPLE = `{"groups":[{"index":0,"tasks":[{"task_id":"a","kind":"LLM_GENERATE",
"prompt_tokens":500,"max_output_tokens":200}]}]}`;

const PARSED = {
  groups: [{
    index: 0,
    tasks: [{
      task_id: "a",
      kind: "LLM_GENERATE",
      input: "",
      target_device_id: "",
      prompt_tokens: 500,
      max_output_tokens: 200,
    }],
  }],
};

function example(name: string): string {
  return Deno.readTextFileSync(new URL(`../../docs/examples/${name}`, import.meta.url));
}

/** The message for a plan of one group with one task, some of whose fields are replaced. */
function refusal(value: unknown): string {
  return assertThrows(() => parsePlanFile(JSON.stringify(value), "p.json"), UsageError).message;
}

Deno.test("a plan file is read, whether its names are snake_case or camelCase, bare or wrapped", () => {
  assertEquals(parsePlanFile(SPEC_EXAMPLE, "plan.json").plan, PARSED);
  assertEquals(parsePlanFile(`\uFEFF{"plan":${SPEC_EXAMPLE}}`, "plan.json").plan, PARSED);
  const camel = { taskId: "a", kind: "LLM_GENERATE", promptTokens: 500, maxOutputTokens: 200, targetDeviceId: "d" };
  const expected = { ...PARSED.groups[0]?.tasks[0], target_device_id: "d" };
  const { plan: read } = parsePlanFile(JSON.stringify({ groups: [{ index: 4, tasks: [camel] }] }), "plan.json");
  assertEquals(read.groups, [{ index: 4, tasks: [expected as typeof PARSED.groups[0]["tasks"][0]] }]);
});

Deno.test("what a plan preview printed is a plan file", async () => {
  const device = deviceInfo({ device_id: "d" });
  const preview = await new DeterministicPlanner().plan({ text: "x", maxWorkers: 0, devices: [device] });
  assertEquals(parsePlanFile(JSON.stringify(preview), "-").plan, preview.plan);
});

Deno.test("groups without an index are numbered by their place", () => {
  const tasks = [{ kind: "ECHO" }];
  const { plan: read } = parsePlanFile(JSON.stringify({ groups: [{ tasks }, { tasks }, { tasks }] }), "plan.json");
  assertEquals(read.groups.map((group) => group.index), [0, 1, 2]);
  assertEquals(read.groups[0]?.tasks[0], {
    task_id: "",
    kind: "ECHO",
    input: "",
    target_device_id: "",
    prompt_tokens: 0,
    max_output_tokens: 0,
  });
});

Deno.test("every field of the wrong type is refused by its path, with what stood there", () => {
  const of = (task: unknown) => ({ groups: [{ index: 0, tasks: [{ kind: "ECHO" }, task] }] });
  const wrongFor = {
    string: [[7, "a number"], [true, "a boolean"], [null, "null"], [[], "an array"], [{}, "an object"]],
    number: [["7", "a string"], [false, "a boolean"], [null, "null"], [[1], "an array"], [{}, "an object"]],
    array: [["x", "a string"], [7, "a number"], [true, "a boolean"], [null, "null"], [{}, "an object"]],
    object: [["x", "a string"], [7, "a number"], [true, "a boolean"], [null, "null"], [[], "an array"]],
  } as const;
  const article = { string: "a string", number: "a number", array: "an array", object: "an object" };
  const fields: [keyof typeof wrongFor, string, (value: unknown) => unknown][] = [
    ["object", "the top level", (value) => value],
    ["array", '"groups"', (value) => ({ groups: value })],
    ["object", '"plan"', (value) => ({ plan: value })],
    ["array", '"plan.groups"', (value) => ({ plan: { groups: value } })],
    ["object", '"groups[0]"', (value) => ({ groups: [value] })],
    ["number", '"groups[0].index"', (value) => ({ groups: [{ index: value, tasks: [] }] })],
    ["array", '"groups[0].tasks"', (value) => ({ groups: [{ tasks: value }] })],
    ["object", '"groups[0].tasks[1]"', (value) => of(value)],
    ...["task_id", "taskId", "kind", "input", "target_device_id", "targetDeviceId"].map((
      name,
    ): typeof fields[0] => ["string", `"groups[0].tasks[1].${name}"`, (value) => of({ kind: "ECHO", [name]: value })]),
    ...["prompt_tokens", "promptTokens", "max_output_tokens", "maxOutputTokens"].map((
      name,
    ): typeof fields[0] => ["number", `"groups[0].tasks[1].${name}"`, (value) => of({ kind: "ECHO", [name]: value })]),
  ];
  for (const [type, path, build] of fields) {
    for (const [value, found] of wrongFor[type]) {
      const expected = `Cannot read plan: ${path} is not ${article[type]} but ${found} (in p.json)`;
      assertEquals(refusal(build(value)), expected);
    }
  }
});

Deno.test("numbers are whole, not negative and fit the wire", () => {
  const wrong: [number, string][] = [
    [1.5, "is not a whole number: 1.5"],
    [-1, "is negative: -1"],
    [2147483648, "is more than 2147483647: 2147483648"],
    [1e300, "is more than 2147483647: 1e+300"],
  ];
  for (const [value, what] of wrong) {
    const tokens = { groups: [{ tasks: [{ kind: "ECHO", prompt_tokens: value }] }] };
    assertEquals(refusal(tokens), `Cannot read plan: "groups[0].tasks[0].prompt_tokens" ${what} (in p.json)`);
    const index = { groups: [{ index: value, tasks: [] }] };
    assertEquals(refusal(index), `Cannot read plan: "groups[0].index" ${what} (in p.json)`);
  }
  const largest = { groups: [{ index: 2147483647, tasks: [{ kind: "ECHO" }] }] };
  assertEquals(parsePlanFile(JSON.stringify(largest), "p.json").plan.groups[0]?.index, 2147483647);
});

Deno.test("a task may say how long an attempt at it may take, beside the plan that is sent", () => {
  const tasks = [
    { task_id: "a", kind: "ECHO", timeout: 0.5 },
    { taskId: "b", kind: "ECHO", timeout: "5m" },
    { task_id: "c", kind: "ECHO" },
  ];
  const { plan, taskTimeoutsMs } = parsePlanFile(JSON.stringify({ groups: [{ tasks }] }), "plan.json");
  assertEquals([...taskTimeoutsMs], [["a", 500], ["b", 300_000]]);
  assert(plan.groups[0]?.tasks.every((task) => !Object.hasOwn(task, "timeout")));
});

Deno.test("a time limit that is none, or of a task without a name, is refused by its path", () => {
  const wrong: [unknown, string][] = [
    ["soon", 'is "soon", which is not a duration: write 30, 30s, 5m, 2h or 7d'],
    [0, "is 0, which is not above 0"],
    [-1, "is -1, which is not above 0"],
    ["0s", 'is "0s", which is not above 0'],
    ["8d", 'is "8d", which is too long: at most 7d'],
    [null, 'is not a number of seconds or a text such as "5m" but null'],
    [[5], 'is not a number of seconds or a text such as "5m" but an array'],
  ];
  const of = (task: unknown) => ({ groups: [{ tasks: [task] }] });
  const path = '"groups[0].tasks[0].timeout"';
  for (const [timeout, what] of wrong) {
    const task = { task_id: "a", kind: "ECHO", timeout };
    assertEquals(refusal(of(task)), `Cannot read plan: ${path} ${what} (in p.json)`);
  }
  const unnamed = `Cannot read plan: ${path} needs a "task_id": give the task one (in p.json)`;
  assertEquals(refusal(of({ kind: "ECHO", timeout: 5 })), unnamed);
  assertEquals(refusal(of({ task_id: "", kind: "ECHO", timeout: 5 })), unnamed);
});

Deno.test("what is missing, unknown or given twice is refused by its path", () => {
  const tasks = [{ kind: "ECHO" }];
  const wrong: [unknown, string][] = [
    [{}, '"groups" is missing'],
    [{ plan: {} }, '"plan.groups" is missing'],
    [{ groups: [{}] }, '"groups[0].tasks" is missing'],
    [{ groups: [{ tasks: [{ input: "x" }] }] }, '"groups[0].tasks[0].kind" is missing'],
    [{ group: [], groups: [] }, '"group" is not a known name (did you mean groups?)'],
    [{ plan: { groups: [] }, text: "x" }, '"text" is not a known name'],
    [{ plan: {}, groups: [] }, '"plan" is not a known name'],
    [{ plan: { groups: [], group: [] } }, '"plan.group" is not a known name (did you mean groups?)'],
    [{ groups: [{ tasks, indx: 1 }] }, '"groups[0].indx" is not a known name (did you mean index?)'],
    [
      { groups: [{ tasks: [{ kind: "ECHO", promt_tokens: 1 }] }] },
      '"groups[0].tasks[0].promt_tokens" is not a known name (did you mean prompt_tokens?)',
    ],
    [{ groups: [{ tasks, constructor: 1 }] }, '"groups[0].constructor" is not a known name'],
    [{ groups: [{ tasks, toString: 1 }] }, '"groups[0].toString" is not a known name'],
    [JSON.parse('{"groups":[],"__proto__":{"x":1}}'), '"__proto__" is not a known name'],
    [{ groups: [], "a\n\u009b": 1 }, String.raw`"a\n\u009b" is not a known name`],
    [
      { groups: [{ tasks: [{ kind: "ECHO", task_id: "a", taskId: "a" }] }] },
      '"groups[0].tasks[0].taskId" gives "task_id" a second time',
    ],
    [
      { groups: [{ tasks: [{ kind: "ECHO", maxOutputTokens: 0, max_output_tokens: 0 }] }] },
      '"groups[0].tasks[0].maxOutputTokens" gives "max_output_tokens" a second time',
    ],
  ];
  for (const [value, what] of wrong) assertEquals(refusal(value), `Cannot read plan: ${what} (in p.json)`);
});

Deno.test("a text that is no JSON is refused by line and column", () => {
  const wrong: [string, string][] = [
    ["", "it is empty"],
    [" \n", "it is empty"],
    ["nope", 'unexpected "o" at line 1, column 2'],
    ['{"groups": [\n  {"index": 0, "tasks": [x]}\n]}', 'unexpected "x" at line 2, column 26'],
    ['{"groups": [],}', 'unexpected "}" at line 1, column 15'],
    ["{'groups': []}", `unexpected "'" at line 1, column 2`],
    ['{"groups": []}\n}', 'unexpected "}" at line 2, column 1'],
    ['{"groups": [\n', "it ends too early, at line 2, column 1"],
    ['{"groups": "x', "it ends too early, at line 1, column 14"],
    ['{"groups": "a\tb"}', String.raw`unexpected "\t" at line 1, column 14`],
    ["// plan\n{}", 'unexpected "/" at line 1, column 1'],
    ['{"a":1 "b":2}', String.raw`unexpected "\"" at line 1, column 8`],
  ];
  for (const [text, what] of wrong) {
    const { message } = assertThrows(() => parsePlanFile(text, "-"), UsageError);
    assert(message.startsWith("Cannot read plan: it is "), message);
    assert(message.endsWith(`${what} (in standard input)`), message);
    assert(!message.includes("\n"), "one line");
  }
});

Deno.test("both example plans can be read, and the job's can be run", () => {
  const plan = checkPlan(parsePlanFile(example("plan.json"), "plan.json").plan);
  const kinds = plan.groups.flatMap((group) => group.tasks.map((task) => task.kind));
  assertEquals([...new Set(kinds)].sort(), ["ECHO", "LLM_GENERATE", "SYSINFO"]);
  assertEquals(plan.groups.length, 2);
  const job = checkPlan(parsePlanFile(example("job.json"), "job.json").plan);
  requireKnownKinds(job, ["ECHO", "SYSINFO"]);
});
