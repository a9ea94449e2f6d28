import { join } from "node:path";
import { assert, assertEquals, assertMatch, assertRejects } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import type { PlanPreviewResponse } from "../../proto/messages.ts";
import { delay } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import { type CheckedPlan, requireKnownKinds } from "./check_plan.ts";
import { ExternalPlanner, type ExternalPlannerOptions } from "./external_planner.ts";
import { PlannerChoice } from "./planner_choice.ts";
import { PlanningFailure } from "./planning_failure.ts";

const DEVICES = [
  deviceInfo({ device_id: "id-1", device_name: "box", has_npu: true, grpc_addr: "10.0.0.5:50051" }),
  deviceInfo({ device_id: "id-2", device_name: "pad" }),
];
const REQUEST = { text: `count the "sheep"\nand 'goats' 羊`, maxWorkers: 2, devices: DEVICES };
const PLAN = { groups: [{ index: 0, tasks: [{ task_id: "a", kind: "ECHO", input: "hi", target_device_id: "id-2" }] }] };
const GOOD = {
  ok: true,
  used_ai: true,
  notes: "by the brain",
  rationale: "sheep first",
  plan: PLAN,
  reduce: { kind: "LINES" },
};

const RULES = {
  reduces: ["CONCAT", "LINES"],
  check(plan: CheckedPlan, maxWorkers: number) {
    requireKnownKinds(plan, ["ECHO", "SYSINFO"]);
    const named = new Set(plan.groups.flatMap((group) => group.tasks.map((task) => task.target_device_id)));
    if (named.size > maxWorkers) throw new MeshError("INVALID_ARGUMENT", `max_workers: is ${maxWorkers}`);
  },
};

/** A folder for scripts and what they write, and one for requests, which has to be empty at the end. */
class Bench implements AsyncDisposable {
  readonly folder = Deno.realPathSync(Deno.makeTempDirSync());
  readonly requests = Deno.realPathSync(Deno.makeTempDirSync());
  #scripts = 0;

  /** A planner whose program is this script. `$OUT` is the bench's folder. */
  planner(script: string, options: Partial<ExternalPlannerOptions> = {}, interpreter = "#!/bin/sh"): ExternalPlanner {
    const program = join(this.folder, `planner ${this.#scripts++}`);
    const setup = interpreter === "#!/bin/sh" ? `OUT='${this.folder}'\n` : "";
    Deno.writeTextFileSync(program, `${interpreter}\n${setup}${script}\n`);
    Deno.chmodSync(program, 0o755);
    return new ExternalPlanner({ program, ...RULES, folder: this.requests, ...options });
  }

  /** A planner whose program prints this. */
  printing(answer: unknown, options: Partial<ExternalPlannerOptions> = {}): ExternalPlanner {
    const file = join(this.folder, `answer${this.#scripts}`);
    Deno.writeTextFileSync(file, typeof answer === "string" ? answer : JSON.stringify(answer));
    return this.planner(`cat '${file}'`, options);
  }

  /** The lines of a file that scripts write, as soon as there are `count`. */
  async lines(name: string, count: number): Promise<string[]> {
    const read = () => {
      try {
        return Deno.readTextFileSync(join(this.folder, name)).split("\n").slice(0, -1);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    };
    await until(() => read().length >= count);
    return read();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = [...Deno.readDirSync(this.requests)];
    await Deno.remove(this.requests, { recursive: true });
    await Deno.remove(this.folder, { recursive: true });
    assertEquals(left, [], "no request is left behind");
  }
}

async function until(condition: () => boolean, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error("the condition was not met in time");
    await delay(5);
  }
}

/** A zombie still has a pid, but runs no more. */
function isGone(pid: string): boolean {
  try {
    return /^State:\tZ/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return true;
  }
}

/** Waits until none of them runs: after SIGKILL that is up to the kernel. */
async function gone(pids: readonly string[]): Promise<void> {
  await until(() => pids.every(isGone));
}

async function fails(planner: ExternalPlanner, why: PlanningFailure["why"], message: string | RegExp): Promise<void> {
  const failure = await assertRejects(() => planner.plan(REQUEST), PlanningFailure);
  assertEquals(failure.why, why, failure.message);
  assertMatch(failure.message, /^[^\n]{1,500}$/);
  if (typeof message === "string") assertEquals(failure.message, message);
  else assertMatch(failure.message, message);
}

const unix = { ignore: Deno.build.os === "windows" };

Deno.test(
  "a planner program is called as the specification says, and its plan is taken with its words",
  unix,
  async () => {
    await using bench = new Bench();
    const planner = bench.planner(`
    printf '%s\\n' "$@" > "$OUT/args"
    cp "$3" "$OUT/request"
    stat -c %a "$3" "$(dirname "$3")" > "$OUT/modes"
    pwd > "$OUT/pwd"
    cat <<'END'\n${JSON.stringify(GOOD)}\nEND`);
    const preview: PlanPreviewResponse = await planner.plan(REQUEST);
    assertEquals([preview.used_ai, preview.notes, preview.rationale], [true, "by the brain", "sheep first"]);
    assertEquals(preview.reduce, { kind: "LINES" });
    const task = {
      task_id: "a",
      kind: "ECHO",
      input: "hi",
      target_device_id: "id-2",
      prompt_tokens: 0,
      max_output_tokens: 0,
    };
    assertEquals(preview.plan, { groups: [{ index: 0, tasks: [task] }] });

    const [plan, flag, file = "", ...format] = await bench.lines("args", 5);
    assertEquals([plan, flag, format], ["plan", "--in", ["--format", "json"]]);
    assert(file.startsWith(`${bench.requests}/`), file);
    assertEquals(await bench.lines("modes", 2), ["600", "700"]);
    assert(file.startsWith(`${(await bench.lines("pwd", 1))[0]}/`), "it works in its own folder");
    assertEquals(JSON.parse(await Deno.readTextFile(join(bench.folder, "request"))), {
      text: REQUEST.text,
      max_workers: 2,
      devices: [
        {
          device_id: "id-1",
          device_name: "box",
          has_npu: true,
          has_gpu: false,
          has_cpu: true,
          grpc_addr: "10.0.0.5:50051",
        },
        { device_id: "id-2", device_name: "pad", has_npu: false, has_gpu: false, has_cpu: true, grpc_addr: "" },
      ],
    });
  },
);

Deno.test("a planner program sees nothing of the agent's environment and has no standard input", unix, async () => {
  await using bench = new Bench();
  Deno.env.set("EDGEMESH_KEY", "very-secret");
  try {
    const planner = bench.planner(`cat; env | cut -d= -f1 | sort > "$OUT/env"\necho '${JSON.stringify(GOOD)}'`);
    await planner.plan(REQUEST);
  } finally {
    Deno.env.delete("EDGEMESH_KEY");
  }
  const names = (await Deno.readTextFile(join(bench.folder, "env"))).trim().split("\n");
  const shells = ["OLDPWD", "PWD", "SHLVL", "_"];
  const given = ["HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ"];
  assertEquals(names.filter((name) => ![...shells, ...given].includes(name)), []);
});

const python = { ignore: Deno.build.os === "windows" || !await canRun("python3") };
Deno.test("a planner written in Python makes a plan from the request", python, async () => {
  await using bench = new Bench();
  const planner = bench.planner(
    `
import json, sys
request = json.load(open(sys.argv[sys.argv.index("--in") + 1], encoding="utf-8"))
tasks = [{"kind": "ECHO", "input": request["text"], "target_device_id": d["device_id"]} for d in request["devices"]]
json.dump({"ok": True, "used_ai": False, "plan": {"groups": [{"index": 3, "tasks": tasks}]}}, sys.stdout)`,
    {},
    "#!/usr/bin/env python3",
  );
  const preview = await planner.plan(REQUEST);
  assertEquals(preview.plan?.groups[0]?.tasks.map((task) => [task.task_id, task.input, task.target_device_id]), [
    ["task-1", REQUEST.text, "id-1"],
    ["task-2", REQUEST.text, "id-2"],
  ]);
});

Deno.test("a planner that says it used no AI is believed, and one without words gets ours", unix, async () => {
  await using bench = new Bench();
  for (const words of [{ used_ai: false }, {}, { used_ai: null, notes: null, reduce: null, error: null }]) {
    const preview = await bench.printing({ ok: true, plan: PLAN, ...words }).plan(REQUEST);
    assertEquals([preview.used_ai, preview.rationale, preview.reduce], [false, "", { kind: "CONCAT" }]);
    assertEquals(preview.notes, "using the plan of the external planner");
  }
});

Deno.test("names beside the contract's and nulls in the plan do no harm", unix, async () => {
  await using bench = new Bench();
  const task = { task_id: null, kind: "ECHO", input: null, target_device_id: "id-1", prompt_tokens: null };
  const plan = { groups: [{ index: null, tasks: [task] }] };
  const preview = await bench.printing({ ...GOOD, plan, error: null, model: "brain-2", timings: [1] }).plan(REQUEST);
  assertEquals(preview.plan?.groups[0]?.tasks.map((task) => [task.task_id, task.input]), [["task-1", ""]]);
});

Deno.test("a planner program that fails is named with its own reason", unix, async () => {
  await using bench = new Bench();
  const failed = "the external planner failed: ";
  await fails(bench.planner("echo first >&2; echo 'no model' >&2; exit 3"), "failed", `${failed}exit code 3: no model`);
  await fails(bench.planner("exit 4"), "failed", `${failed}exit code 4`);
  await fails(bench.planner("kill -9 $$"), "failed", `${failed}ended by SIGKILL`);
  await fails(bench.printing({ ok: false, error: "the model\nis gone" }), "failed", `${failed}the model is gone`);
  await fails(bench.printing({ ok: false }), "failed", `${failed}it does not say why`);
  const both = bench.planner(`echo '{"ok": false, "error": "no NPU"}'; echo trace >&2; exit 1`);
  await fails(both, "failed", `${failed}exit code 1: no NPU`);
  await fails(bench.planner(`echo '${JSON.stringify(GOOD)}'; exit 1`), "failed", `${failed}exit code 1`);
  const endless = bench.planner("head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 5");
  await fails(endless, "failed", /exit code 5: x{100}/);
});

Deno.test("a program that is not there or cannot be run is named", unix, async () => {
  await using bench = new Bench();
  const missing = join(bench.folder, "none");
  await fails(
    bench.planner("", { program: missing }),
    "failed",
    /^the external planner failed: ".*none" cannot be started: .*No such file/,
  );
  await fails(bench.planner("", { program: bench.folder }), "failed", /cannot be started: .*[Pp]ermission denied/);
  await fails(bench.printing(GOOD, { folder: missing }), "failed", /its request cannot be written: .*No such file/);
});

Deno.test("an answer that is not the contract's JSON is refused with the place", unix, async () => {
  await using bench = new Bench();
  const wrong = "the answer of the external planner is invalid: ";
  const rows: [unknown, string][] = [
    ["", "it is empty"],
    [`Loading model…\n${JSON.stringify(GOOD)}`, 'it is not JSON: unexpected "L" at line 1, column 1'],
    [`${JSON.stringify(GOOD)}\ndone`, 'it is not JSON: unexpected "d" at line 2, column 1'],
    [
      JSON.stringify(GOOD).slice(0, -1),
      `it is not JSON: it ends too early, at line 1, column ${JSON.stringify(GOOD).length}`,
    ],
    [[GOOD], "the top level is not an object but an array"],
    ["null", "the top level is not an object but null"],
    [{ used_ai: true, plan: PLAN }, '"ok" is missing'],
    [{ ...GOOD, ok: "yes" }, '"ok" is not boolean but a string'],
    [{ ...GOOD, used_ai: 1 }, '"used_ai" is not boolean but a number'],
    [{ ...GOOD, plan: undefined }, '"plan" is missing'],
    [
      { ...GOOD, plan: { groups: [{ tasks: [{ kind: 7 }] }] } },
      '"plan.groups[0].tasks[0].kind" is not a string but a number',
    ],
    [
      { ...GOOD, plan: { groups: [{ tasks: [{ kind: "ECHO", target: "id-1" }] }] } },
      '"plan.groups[0].tasks[0].target" is not a known name',
    ],
    [
      { ...GOOD, plan: { groups: [{ tasks: [{ task_id: "a", kind: "ECHO", timeout: 3 }] }] } },
      '"timeout" is nothing that a planner decides',
    ],
  ];
  for (const [answer, reason] of rows) await fails(bench.printing(answer), "invalid", wrong + reason);
  await fails(bench.planner(`printf '"\\377"'`), "invalid", `${wrong}it is not UTF-8`);
  await fails(bench.printing(`${"[".repeat(1_000_000)}null`), "invalid", /it is not JSON: it ends too early/);
  await fails(
    bench.printing(`{"ok": true, "notes": null, "plan": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    "invalid",
    `${wrong}"plan" is not an object but an array`,
  );
});

Deno.test("a plan that cannot run is refused as a client's would be", unix, async () => {
  await using bench = new Bench();
  const answer = (...tasks: object[]) => ({ ...GOOD, plan: { groups: [{ tasks }] } });
  const rows: [unknown, RegExp][] = [
    [{ ...GOOD, plan: { groups: [] } }, /plan\.groups: a plan needs at least one group/],
    [answer({ kind: "DANCE" }), /plan\.groups\[0\]\.tasks\[0\]\.kind: "DANCE" is not a known kind/],
    [answer({ task_id: "a", kind: "ECHO" }, { task_id: "a", kind: "ECHO" }), /task_id: "a" is used twice/],
    [
      answer({ kind: "ECHO", target_device_id: "id-9" }),
      /tasks\[0\]\.target_device_id: "id-9" is none of the devices that can take work now/,
    ],
    [
      answer({ kind: "ECHO" }, { kind: "ECHO", target_device_id: "id-1" }, { kind: "ECHO", target_device_id: "id-2" }),
      /max_workers: is 2/,
    ],
    [
      answer({ kind: "ECHO", input: "x".repeat(1024 * 1024 + 1) }),
      /tasks\[0\]\.input: more than the 1048576 bytes allowed/,
    ],
    [{ ...GOOD, reduce: { kind: "VOTE" } }, /reduce\.kind: "VOTE" is not a known kind: CONCAT, LINES/],
  ];
  for (const [wrong, reason] of rows) await fails(bench.printing(wrong), "invalid", reason);
});

Deno.test("a program that writes without end is stopped", unix, async () => {
  await using bench = new Bench();
  const planner = bench.planner('echo $$ >> "$OUT/pids"; exec yes');
  await fails(planner, "failed", "the external planner failed: its answer is larger than 8 MiB");
  await gone(await bench.lines("pids", 1));
});

Deno.test(
  "a program that is too slow is ended with its children, and so is one whose caller goes away",
  unix,
  async () => {
    await using bench = new Bench();
    const script = (file: string) =>
      `trap '' TERM INT\nsleep 600 &\necho $! >> "$OUT/${file}"; echo $$ >> "$OUT/${file}"; wait`;
    const slow = bench.planner(script("slow"), { timeLimitMs: 2_000 });
    await fails(slow, "timed-out", "the external planner timed out after 2 s");
    await gone(await bench.lines("slow", 2));

    const caller = new AbortController();
    const left = new MeshError("CANCELLED", "the caller went away");
    const planning = assertRejects(
      () => bench.planner(script("left")).plan(REQUEST, caller.signal),
      MeshError,
      "the caller went away",
    );
    const pids = await bench.lines("left", 2);
    caller.abort(left);
    assert(await planning === left);
    await gone(pids);
    await assertRejects(() => bench.printing(GOOD).plan(REQUEST, caller.signal), MeshError, "the caller went away");
  },
);

Deno.test("what a program leaves running is ended, and does not hold up its answer", unix, async () => {
  await using bench = new Bench();
  const planner = bench.planner(`sleep 600 &\necho $! >> "$OUT/child"\necho '${JSON.stringify(GOOD)}'`);
  assertEquals((await planner.plan(REQUEST)).notes, "by the brain");
  await gone(await bench.lines("child", 1));
});

Deno.test("programs are ended at once when the agent has to end", unix, async () => {
  await using bench = new Bench();
  const planner = bench.planner('echo $$ >> "$OUT/pids"; exec sleep 600');
  const planning = fails(planner, "failed", "the external planner failed: ended by SIGKILL");
  const pids = await bench.lines("pids", 1);
  new PlannerChoice({ use: "auto", external: planner, check: RULES.check }).kill();
  await planning;
  await gone(pids);
});

Deno.test("at most four programs run at once, and the others get their turn", unix, async () => {
  await using bench = new Bench();
  const planner = bench.planner(`
    touch "$OUT/run.$$"
    ls "$OUT" | grep -c '^run' >> "$OUT/counts"
    while [ ! -e "$OUT/go" ]; do sleep 0.02; done
    rm "$OUT/run.$$"
    echo '${JSON.stringify(GOOD)}'`);
  const plans = Array.from({ length: 9 }, () => planner.plan(REQUEST));
  await bench.lines("counts", 4);
  Deno.writeTextFileSync(join(bench.folder, "go"), "");
  assertEquals((await Promise.all(plans)).map((preview) => preview.notes), Array(9).fill("by the brain"));
  const counts = await bench.lines("counts", 9);
  assert(counts.every((count) => Number(count) <= 4), counts.join(" "));
});

async function canRun(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
