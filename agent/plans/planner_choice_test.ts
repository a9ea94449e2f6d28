import { assert, assertEquals, assertMatch, assertRejects } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import type { PlanPreviewResponse } from "../../proto/messages.ts";
import { BusyError, MeshError } from "../core/errors.ts";
import { requireKnownKinds } from "./check_plan.ts";
import { ExternalPlanner } from "./external_planner.ts";
import { ModelPlanner } from "./model_planner.ts";
import type { Planner, PlanningRequest } from "./planner.ts";
import { PlannerChoice, type PlannerChoiceOptions } from "./planner_choice.ts";
import { PlanningFailure } from "./planning_failure.ts";

const BOX = deviceInfo({ device_id: "id-1", device_name: "box" });
const PAD = deviceInfo({ device_id: "id-2", device_name: "pad" });
const REQUEST: PlanningRequest = { text: "count sheep", maxWorkers: 0, devices: [BOX, PAD] };
const MINUTE = 60_000;
const NO_MODEL = new PlanningFailure("absent", "no device of this mesh has a local model");
const BROKEN = new PlanningFailure("failed", "the external planner failed: exit code 3");
const WRONG = new PlanningFailure("invalid", "the plan of llama on box is invalid: it is empty");

/** A planner that does what the test says, and remembers what it was asked. */
class Scripted implements Planner {
  readonly requests: PlanningRequest[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];

  constructor(public does: (request: PlanningRequest, signal?: AbortSignal) => Promise<PlanPreviewResponse>) {}

  plan(request: PlanningRequest, signal?: AbortSignal): Promise<PlanPreviewResponse> {
    this.requests.push(request);
    this.signals.push(signal);
    return this.does(request, signal);
  }
}

function made(target_device_id = "id-1", words: Partial<PlanPreviewResponse> = {}): PlanPreviewResponse {
  const task = { task_id: "a", kind: "ECHO", input: "", target_device_id, prompt_tokens: 0, max_output_tokens: 0 };
  return {
    used_ai: true,
    notes: "using the plan of llama on box",
    rationale: "sheep",
    plan: { groups: [{ index: 0, tasks: [task] }] },
    reduce: { kind: "CONCAT" },
    ...words,
  };
}

const answers = (preview: PlanPreviewResponse) => new Scripted(() => Promise.resolve(preview));
const fails = (error: Error) => new Scripted(() => Promise.reject(error));

/** One that answers only when the test lets it, or when its signal aborts. */
function waiting(): { planner: Scripted; answer: (preview: PlanPreviewResponse) => void } {
  const answer = Promise.withResolvers<PlanPreviewResponse>();
  const planner = new Scripted((_, signal) => {
    const aborted = Promise.withResolvers<PlanPreviewResponse>();
    signal?.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
    return Promise.race([answer.promise, aborted.promise]);
  });
  return { planner, answer: answer.resolve };
}

function choice(options: Partial<PlannerChoiceOptions>): PlannerChoice {
  return new PlannerChoice({ use: "auto", check: (plan) => requireKnownKinds(plan, ["ECHO", "SYSINFO"]), ...options });
}

Deno.test("used_ai, notes and rationale tell who made the plan, and why nobody else did", async () => {
  const brain = made("id-1", { notes: "by the brain", rationale: "the brain's" });
  const rule = "using the deterministic plan";
  const byRule = "1 SYSINFO task on each of 2 of 2 devices";
  const rows: [string, Partial<PlannerChoiceOptions>, boolean, string, string][] = [
    ["nothing is set up", {}, false, `no local model or external planner is set up; ${rule}`, byRule],
    ["no model", { model: fails(NO_MODEL) }, false, `no local model or external planner is set up; ${rule}`, byRule],
    ["a model", { model: answers(made()) }, true, "using the plan of llama on box", "sheep"],
    ["a model fails", { model: fails(WRONG) }, false, `${WRONG.message}; ${rule}`, byRule],
    [
      "the program comes first",
      { external: answers(brain), model: fails(new Error("was asked")) },
      true,
      brain.notes,
      "the brain's",
    ],
    [
      "the program says that it used no AI",
      { external: answers({ ...brain, used_ai: false }), model: answers(made()) },
      false,
      "by the brain",
      "the brain's",
    ],
    [
      "the program fails, a model is there",
      { external: fails(BROKEN), model: answers(made()) },
      true,
      `${BROKEN.message}; using the plan of llama on box`,
      "sheep",
    ],
    [
      "both fail",
      { external: fails(BROKEN), model: fails(WRONG) },
      false,
      `${BROKEN.message}; ${WRONG.message}; ${rule}`,
      byRule,
    ],
    [
      "the program fails, no model",
      { external: fails(BROKEN), model: fails(NO_MODEL) },
      false,
      `${BROKEN.message}; ${NO_MODEL.message}; ${rule}`,
      byRule,
    ],
    [
      "switched off",
      { use: "deterministic", external: answers(brain), model: answers(made()) },
      false,
      `the planner is switched off (--planner deterministic); ${rule}`,
      byRule,
    ],
    ["model only", { use: "model", external: answers(brain), model: answers(made()) }, true, made().notes, "sheep"],
    ["model only, none there", { use: "model", model: fails(NO_MODEL) }, false, `${NO_MODEL.message}; ${rule}`, byRule],
    ["model only, impossible", { use: "model" }, false, `no local model can be asked; ${rule}`, byRule],
    [
      "program only",
      { use: "external", external: fails(BROKEN), model: answers(made()) },
      false,
      `${BROKEN.message}; ${rule}`,
      byRule,
    ],
    [
      "program only, none",
      { use: "external", model: answers(made()) },
      false,
      `no external planner program is configured; ${rule}`,
      byRule,
    ],
  ];
  for (const [name, options, usedAi, notes, rationale] of rows) {
    const preview = await choice(options).plan(REQUEST);
    assertEquals([preview.used_ai, preview.notes, preview.rationale], [usedAi, notes, rationale], name);
  }
});

Deno.test("a preview and a submission of the same text get the same plan for 5 min from the first", async () => {
  let time = 1000;
  const model = new Scripted((request) => Promise.resolve(made("id-1", { rationale: `of ${request.text}, ${time}` })));
  const planner = choice({ model, now: () => time });
  const first = await planner.plan(REQUEST);
  time += 4 * MINUTE;
  assertEquals(await planner.plan({ ...REQUEST, devices: [PAD, BOX] }), first);
  time += MINUTE - 1;
  assertEquals(await planner.plan(REQUEST), first);
  assertEquals(model.requests.length, 1);
  assertMatch((await planner.plan({ ...REQUEST, maxWorkers: 1 })).rationale, /300999/);
  assertMatch((await planner.plan({ ...REQUEST, text: "count sheep " })).rationale, /of count sheep , 300999/);
  time += 1;
  assertMatch((await planner.plan(REQUEST)).rationale, /301000/);
  assertEquals(model.requests.length, 4);
});

Deno.test("a plan made by the rule since an AI failed is remembered too, so that preview and submission agree", async () => {
  let time = 0;
  const external = fails(BROKEN);
  const planner = choice({ external, model: fails(NO_MODEL), now: () => time });
  const first = await planner.plan(REQUEST);
  external.does = () => Promise.resolve(made());
  assertEquals(await planner.plan(REQUEST), first);
  time = 5 * MINUTE;
  assertEquals((await planner.plan(REQUEST)).used_ai, true);
});

Deno.test("without a model in the mesh the plan follows the devices, and a model that comes is asked at once", async () => {
  const model = fails(NO_MODEL);
  for (const planner of [choice({ model }), choice({})]) {
    assertEquals((await planner.plan({ ...REQUEST, devices: [BOX] })).plan?.groups[0]?.tasks.length, 1);
    assertEquals((await planner.plan(REQUEST)).plan?.groups[0]?.tasks.length, 2);
  }
  const planner = choice({ model });
  await planner.plan(REQUEST);
  model.does = () => Promise.resolve(made());
  assertEquals((await planner.plan(REQUEST)).used_ai, true);
});

Deno.test("a remembered plan whose device went away is made anew, and says so", async () => {
  let time = 0;
  const model = new Scripted(({ devices }) => Promise.resolve(made(devices[0]?.device_id)));
  const planner = choice({ model, now: () => time });
  await planner.plan(REQUEST);
  time = 90_000;
  const anew = await planner.plan({ ...REQUEST, devices: [PAD] });
  assertEquals(anew.plan?.groups[0]?.tasks[0]?.target_device_id, "id-2");
  assertEquals(
    anew.notes,
    'the plan of 90 s ago cannot run any more (plan.groups[0].tasks[0].target_device_id: "id-1" is none of the devices ' +
      "that can take work now): this is a new one; using the plan of llama on box",
  );
  time += 5 * MINUTE - 1;
  assertEquals(await planner.plan(REQUEST), anew, "the new one is remembered from when it was made");
});

Deno.test("a remembered plan that the mesh does not run any more is made anew", async () => {
  let kinds = ["ECHO", "SYSINFO"];
  const model = answers(made());
  const planner = choice({ model, check: (plan) => requireKnownKinds(plan, kinds), now: () => 0 });
  await planner.plan(REQUEST);
  kinds = ["SYSINFO"];
  model.does = () => Promise.reject(NO_MODEL);
  const anew = await planner.plan(REQUEST);
  assertMatch(
    anew.notes,
    /^the plan of 0 ms ago cannot run any more \(.*"ECHO" is not a known kind.*\): this is a new one; no local/,
  );
  assertEquals(anew.used_ai, false);
  assertMatch((await planner.plan(REQUEST)).notes, /^no local model/);
});

Deno.test("equal requests at once share one run, which goes on while anybody waits for it", async () => {
  const { planner: model, answer } = waiting();
  const planner = choice({ model });
  const callers = [new AbortController(), new AbortController()];
  const gone = new MeshError("CANCELLED", "the caller went away");
  const left = assertRejects(() => planner.plan(REQUEST, callers[0]?.signal), MeshError);
  const stays = planner.plan(REQUEST, callers[1]?.signal);
  const plain = planner.plan(REQUEST);
  callers[0]?.abort(gone);
  assert(await left === gone);
  assertEquals(model.signals.map((signal) => signal?.aborted), [false]);
  answer(made());
  assertEquals(await stays, made());
  assertEquals(await plain, made());
  assertEquals(model.requests.length, 1);
});

Deno.test("a run that nobody waits for any more is ended, and the next request begins a new one", async () => {
  const { planner: model } = waiting();
  const planner = choice({ model });
  const callers = [new AbortController(), new AbortController()];
  const gone = new MeshError("CANCELLED", "the caller went away");
  const plans = callers.map(({ signal }) => assertRejects(() => planner.plan(REQUEST, signal), MeshError));
  callers[0]?.abort(gone);
  await plans[0];
  assertEquals(model.signals[0]?.aborted, false);
  callers[1]?.abort(gone);
  assert(await plans[1] === gone);
  assertEquals(model.signals[0]?.aborted, true);
  model.does = () => Promise.resolve(made());
  assertEquals(await planner.plan(REQUEST), made());
  assertEquals(model.requests.length, 2);
  await assertRejects(() => planner.plan(REQUEST, callers[0]?.signal), MeshError, "the caller went away");
});

Deno.test("so many different plans at once are refused, and what is stopped ends", async () => {
  const { planner: model } = waiting();
  const planner = choice({ model });
  const plans = Array.from(
    { length: 256 },
    (_, at) =>
      assertRejects(() => planner.plan({ ...REQUEST, text: `sheep ${at}` }), MeshError, "the agent is stopping"),
  );
  const busy = await assertRejects(() => planner.plan(REQUEST), BusyError, "256 plans are being made already");
  assertEquals(busy.code, "RESOURCE_EXHAUSTED");
  await planner.stop();
  for (const stopped of await Promise.all(plans)) assertEquals(stopped.code, "UNAVAILABLE");
  await assertRejects(() => planner.plan(REQUEST), MeshError, "the agent is stopping");
  await planner.stop();
});

Deno.test("a thousand plans are remembered, and then the oldest is forgotten", async () => {
  const model = answers(made());
  const planner = choice({ model });
  const ask = (from: number, to: number) =>
    Promise.all(Array.from({ length: to - from }, (_, at) => planner.plan({ ...REQUEST, text: `sheep ${from + at}` })));
  for (let from = 0; from < 1001; from += 91) await ask(from, Math.min(from + 91, 1001));
  assertEquals(model.requests.length, 1001);
  await ask(1, 200);
  assertEquals(model.requests.length, 1001);
  await ask(0, 1);
  assertEquals(model.requests.length, 1002);
});

Deno.test("large plans are remembered only as far as memory allows", async () => {
  const tasks = Array.from({ length: 200_000 }, (_, at) => ({
    ...(made().plan?.groups[0]?.tasks[0] ?? (() => {
      throw new Error("there is a task");
    })()),
    task_id: `t${at}`,
  }));
  const model = answers(made("", { plan: { groups: [{ index: 0, tasks }] } }));
  const planner = choice({ model });
  for (const text of ["a", "b", "c", "d", "d", "c"]) await planner.plan({ ...REQUEST, text });
  assertEquals(model.requests.map(({ text }) => text), ["a", "b", "c", "d"]);
  await planner.plan({ ...REQUEST, text: "a" });
  assertEquals(model.requests.length, 5);
});

Deno.test("what a plan will take is said, and one without a price is not used", async () => {
  const said = await choice({ model: answers(made()), predictMs: () => 8333.3 }).plan(REQUEST);
  assertEquals(said.notes, "using the plan of llama on box; predicted to take 8.3 s");
  const predictMs = () => {
    throw new MeshError("FAILED_PRECONDITION", "no device can run it");
  };
  const unsaid = await choice({ external: answers(made()), predictMs }).plan(REQUEST);
  const notes = "the plan of the external planner has no price: no device can run it; using the deterministic plan";
  assertEquals([unsaid.used_ai, unsaid.notes], [false, notes]);
});

Deno.test("a request that nobody can plan for is refused before anybody is asked", async () => {
  const model = answers(made());
  const planner = choice({ model });
  const rows: [Partial<PlanningRequest>, string, string][] = [
    [{ maxWorkers: -1 }, "INVALID_ARGUMENT", "max_workers: -1 is negative"],
    [{ devices: [] }, "FAILED_PRECONDITION", "no device is online"],
    [{ text: "x".repeat(65_537) }, "INVALID_ARGUMENT", "text: is 65537 characters long, at most 65536 are taken"],
  ];
  for (const [change, code, message] of rows) {
    const refusal = await assertRejects(() => planner.plan({ ...REQUEST, ...change }), MeshError, message);
    assertEquals(refusal.code, code);
  }
  assertEquals(model.requests.length, 0);
});

Deno.test("a fault of the program itself is no failure of a planner", async () => {
  const bug = new TypeError("undefined is not a function");
  const planner = choice({ external: fails(bug), model: answers(made()) });
  assert(await assertRejects(() => planner.plan(REQUEST), TypeError) === bug);
});

const unix = { ignore: Deno.build.os === "windows" };
Deno.test("a real program that fails is replaced by a model, whose plan is then remembered", unix, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const program = `${folder}/brain`;
    await Deno.writeTextFile(program, "#!/bin/sh\necho 'no NPU' >&2\nexit 2\n", { mode: 0o755 });
    const check: PlannerChoiceOptions["check"] = (plan) => requireKnownKinds(plan, ["ECHO"]);
    let asked = 0;
    const text =
      '{"rationale":"r","reduce":"CONCAT","groups":[{"tasks":[{"kind":"ECHO","input":"hi","target_device_id":""}]}]}';
    const planner = choice({
      check,
      external: new ExternalPlanner({ program, check, reduces: ["CONCAT"], folder }),
      model: new ModelPlanner({
        check,
        reduces: ["CONCAT"],
        kinds: () => ["ECHO"],
        ask: () => Promise.resolve({ text, model: `m${++asked}`, deviceName: "box" }),
      }),
    });
    const preview = await planner.plan(REQUEST);
    const notes = "the external planner failed: exit code 2: no NPU; using the plan of m1 on box";
    assertEquals([preview.used_ai, preview.notes, preview.rationale], [true, notes, "r"]);
    assertEquals(await planner.plan(REQUEST), preview);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["brain"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
