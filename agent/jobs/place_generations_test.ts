import { assert, assertEquals } from "../../tests/assert.ts";
import type { GenerationStats } from "../../proto/messages.ts";
import type { JobRecord, TaskRecord } from "../store/store.ts";
import type { GenerationHost, GenerationOutlook } from "./generation_outlook.ts";
import { Job } from "./job.ts";
import { DeviceLeases } from "./leases.ts";
import { placeGenerations } from "./place_generations.ts";
import { Slot } from "./slot.ts";

/** Devices that take so many ms for each character of a prompt. */
class Outlook implements GenerationOutlook {
  readonly given_: object[] = [];
  readonly ended_: (GenerationStats | null)[] = [];

  constructor(readonly speeds: Record<string, number>, readonly queues: Record<string, number[]> = {}) {}

  version = 1;
  /** How often it was asked. */
  asked = 0;

  host(deviceId: string): GenerationHost | undefined {
    this.asked++;
    const speed = this.speeds[deviceId];
    if (speed === undefined) return undefined;
    return { places: [...this.queues[deviceId] ?? [0]], predictMs: ({ input }) => input.length * speed };
  }

  given(key: object): number {
    this.given_.push(key);
    return 0;
  }

  ended(_key: object, stats: GenerationStats | null): void {
    this.ended_.push(stats);
  }
}

function jobOf(inputs: readonly string[], maxWorkers = 0): Job {
  const record: JobRecord = {
    jobId: "job",
    text: "",
    maxWorkers,
    reduce: "CONCAT",
    summary: "",
    createdAt: 0,
    state: "QUEUED",
    finishedAt: 0,
    reason: "",
    reduced: "",
  };
  const tasks = inputs.map((input, ordinal): TaskRecord => ({
    ordinal,
    group: 0,
    spec: {
      task_id: `t${ordinal}`,
      kind: "LLM_GENERATE",
      input,
      target_device_id: "",
      prompt_tokens: 0,
      max_output_tokens: 0,
    },
    state: "QUEUED",
    timeoutMs: 1000,
    attempt: 0,
    deviceId: "",
    deviceName: "",
    result: "",
    error: "",
    failedAttempts: [],
  }));
  const job = new Job(record, tasks);
  job.openGroup();
  return job;
}

function slotsOf(
  names: readonly string[],
  outlook: GenerationOutlook,
  lacksModel: readonly string[] = [],
  credits: Readonly<Record<string, number>> = {},
): Slot[] {
  return names.map((name) =>
    new Slot({
      deviceId: name,
      deviceName: name,
      instanceId: "",
      credits: credits[name] ?? 512,
      kinds: new Map([["LLM_GENERATE", 1]]),
      lacksModel: lacksModel.includes(name),
      load: 0,
    }, new DeviceLeases(name, "", outlook))
  );
}

/** Places what can be placed. Returns which task went where, and whether some wait for a better device. */
function placed(job: Job, slots: readonly Slot[], outlook: Outlook, { limit = 64, now = 0 } = {}) {
  const where: string[] = [];
  placeGenerations(job, slots, { limit, now }, outlook, (task, slot) => {
    where.push(`${task.spec.task_id} ${slot.target.deviceId}`);
    slot.leases.add(task);
    job.devices.add(slot.target.deviceId);
  });
  return { where, waitsForBetter: job.waitsForBetter !== undefined, left: job.ready.firstAttempts };
}

Deno.test("each prompt goes where it is finished first; what a busy device finishes sooner waits for it", () => {
  const outlook = new Outlook({ fast: 1, slow: 10 });
  const slots = slotsOf(["slow", "fast"], outlook);
  const job = jobOf(["x".repeat(10), "x".repeat(10), "x".repeat(10)]);
  assertEquals(placed(job, slots, outlook), { where: ["t0 fast"], waitsForBetter: true, left: 2 });
});

Deno.test("a free slow device takes what it finishes before the fast one would, past longer prompts that wait", () => {
  const outlook = new Outlook({ fast: 1, slow: 3 }, { fast: [50] });
  const slots = slotsOf(["slow", "fast"], outlook);
  // The fast one has no place now.
  for (const task of jobOf(["x"]).tasks) slots[1]?.leases.add(task);
  const job = jobOf(["x".repeat(40), "x".repeat(10)]);
  // t0: 90 on fast, 120 on slow. t1: 100 on fast behind t0, 30 on slow.
  assertEquals(placed(job, slots, outlook), { where: ["t1 slow"], waitsForBetter: false, left: 1 });
});

Deno.test("a job that waits for a better device is not looked at again before a second, or something changes", () => {
  const outlook = new Outlook({ fast: 1, slow: 100 });
  const slots = slotsOf(["slow", "fast"], outlook);
  const job = jobOf(["x", "x"]);
  assertEquals(placed(job, slots, outlook).waitsForBetter, true);
  const before = outlook.asked;
  placed(job, slots, outlook, { now: 900 });
  assertEquals(outlook.asked, before);
  placed(job, slots, outlook, { now: 1001 });
  assert(outlook.asked > before);
  // Who is expected to take that long may never end: the other device has it meanwhile.
  outlook.queues.fast = [1000];
  outlook.version++;
  assertEquals(placed(job, slots, outlook, { now: 1002 }).where, ["t1 slow"]);
});

Deno.test("a device whose credits are used up is waited for where it is much better than one that is free", () => {
  const outlook = new Outlook({ fast: 1, slow: 1e6 });
  const slots = slotsOf(["slow", "fast"], outlook, [], { fast: 0 });
  for (const task of jobOf(["x"]).tasks) slots[1]?.leases.add(task);
  assertEquals(placed(jobOf(["x"]), slots, outlook), { where: [], waitsForBetter: true, left: 1 });
  assertEquals(placed(jobOf(["x"]), slotsOf(["slow", "fast"], outlook, [], { fast: 0 }), outlook).where, ["t0 slow"]);
});

Deno.test("a device without a model now gets nothing", () => {
  const outlook = new Outlook({ a: 1, b: 5 });
  const job = jobOf(["x", "x"]);
  assertEquals(placed(job, slotsOf(["a", "b"], outlook, ["a"]), outlook), {
    where: ["t0 b"],
    waitsForBetter: false,
    left: 1,
  });
  assertEquals(placed(jobOf(["x"]), slotsOf(["a"], outlook, ["a"]), outlook).where, []);
});

Deno.test("prompts stay on as many devices as the job may use", () => {
  const outlook = new Outlook({ a: 1, b: 1 });
  const job = jobOf(["xx", "xx", "xx"], 1);
  assertEquals(placed(job, slotsOf(["a", "b"], outlook), outlook), { where: ["t0 a"], waitsForBetter: false, left: 2 });
});

Deno.test("a queue that some tasks were taken out of keeps the others in their order", () => {
  const outlook = new Outlook({ a: 1, b: 1 });
  const job = jobOf(["x", "x", "x", "x"]);
  placed(job, slotsOf(["a", "b"], outlook), outlook);
  const queue = job.ready.anywhere.get("LLM_GENERATE");
  assertEquals(queue?.peek(10).map((task) => task.spec.task_id), ["t2", "t3"]);
  assert(queue);
  assertEquals([queue.length, job.ready.take(queue)?.spec.task_id, job.ready.firstAttempts], [2, "t2", 1]);
});

Deno.test("predictions hear what a device was given, and that it no longer has it", () => {
  const outlook = new Outlook({ a: 1 });
  const [task] = jobOf(["x"]).tasks;
  assert(task);
  const leases = new DeviceLeases("a", "", outlook);
  leases.add(task);
  leases.add(task);
  assertEquals(outlook.given_, [task]);
  leases.clear();
  assertEquals([outlook.ended_, leases.tasks.size, leases.ofKind("LLM_GENERATE")], [[null], 0, 0]);
});
