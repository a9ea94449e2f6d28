import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import type { JobStatus, Plan, TaskAssignment } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { DeterministicPlanner } from "../plans/deterministic.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { Store } from "../store/store.ts";
import type { DispatchListener, DispatchTarget, TaskDispatcher } from "./dispatcher.ts";
import { JobService } from "./job_service.ts";

const DEVICES = [
  deviceInfo({ device_id: "aaaaaaaa-1", device_name: "ann" }),
  deviceInfo({ device_id: "bbbbbbbb-2", device_name: "bob" }),
];

/** Devices that answer at once, or never. `fail` names tasks whose run fails. */
class Devices implements TaskDispatcher {
  listener: DispatchListener | undefined;
  readonly acknowledged: string[] = [];

  constructor(private readonly options: { answering: boolean; fail?: readonly string[] }) {}

  targets(): DispatchTarget[] {
    return DEVICES.map((device) => ({
      deviceId: device.device_id,
      deviceName: device.device_name,
      instanceId: "1",
      credits: 64,
      kinds: undefined,
      load: 0,
    }));
  }

  isOnline(deviceId: string): boolean {
    return DEVICES.some((device) => device.device_id === deviceId);
  }

  assign(deviceId: string, tasks: readonly TaskAssignment[]): void {
    if (!this.options.answering) return;
    queueMicrotask(() =>
      this.listener?.outcomes(
        deviceId,
        tasks.map(({ job_id, task_id, attempt, input }) => {
          const ok = !this.options.fail?.includes(task_id);
          return {
            job_id,
            task_id,
            attempt,
            ok,
            output: ok ? input : "",
            error: ok ? "" : "broken",
            time_ms: 1,
            error_code: "",
            lease: 0,
            generation: null,
            output_file: null,
          };
        }),
      )
    );
  }

  acknowledge(_deviceId: string, outcomes: readonly { task_id: string }[]): void {
    this.acknowledged.push(...outcomes.map((outcome) => outcome.task_id));
  }

  cancel(): void {}

  listen(listener: DispatchListener): void {
    this.listener = listener;
  }
}

function serviceOf(dispatcher: Devices, store: Store = new MemoryStore()): JobService {
  return new JobService({
    store,
    dispatcher,
    devices: { has: (id) => dispatcher.isOnline(id), online: () => DEVICES, lacksModel: () => "no device has one" },
    planner: new DeterministicPlanner(),
    kinds: ["SYSINFO", "ECHO"],
    reattachGraceMs: 60_000,
    maxQueuedTasks: 1000,
  });
}

function planOf(groups: { index: number; tasks: [id: string, target?: string, kind?: string][] }[]): Plan {
  return {
    groups: groups.map(({ index, tasks }) => ({
      index,
      tasks: tasks.map(([task_id, target_device_id = "", kind = "ECHO"]) => ({
        task_id,
        kind,
        input: `out of ${task_id}`,
        target_device_id,
        prompt_tokens: 0,
        max_output_tokens: 0,
      })),
    })),
  };
}

const submission = (plan: Plan | null, change = {}) => ({ text: "", maxWorkers: 0, plan, reduce: "", ...change });

async function ended(service: JobService, jobId: string): Promise<JobStatus> {
  for (;;) {
    const status = await service.get(jobId);
    if (status.state !== "QUEUED" && status.state !== "RUNNING") return status;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

Deno.test("groups run in ascending index, and the result is in plan order", async () => {
  const dispatcher = new Devices({ answering: true });
  const service = serviceOf(dispatcher);
  await service.start();
  const plan = planOf([
    { index: 7, tasks: [["late", "aaaaaaaa-1"]] },
    { index: 2, tasks: [["one", "bbbbbbbb-2"], ["two", "aaaaaaaa-1"]] },
  ]);
  const info = await service.submit(submission(plan));
  assertEquals(info.summary, "distributed to 2 devices in 2 group(s)");
  const status = await ended(service, info.job_id);
  assertEquals(status.state, "DONE");
  assertEquals([status.current_group, status.total_groups], [1, 2]);
  assertEquals(
    status.final_result,
    "=== bob (bbbbbbbb) ===\nout of one\n\n=== ann (aaaaaaaa) ===\nout of two\n\n=== ann (aaaaaaaa) ===\nout of late",
  );
  assertEquals(dispatcher.acknowledged.toSorted(), ["late", "one", "two"]);
  assertEquals(dispatcher.acknowledged.at(-1), "late");
  await service.stop();
});

Deno.test("a job with a failed task ends FAILED with the reason, and what did succeed stays readable", async () => {
  const service = serviceOf(new Devices({ answering: true, fail: ["bad"] }));
  await service.start();
  const plan = planOf([{ index: 0, tasks: [["good"], ["bad"]] }, { index: 1, tasks: [["never"]] }]);
  const status = await ended(service, (await service.submit(submission(plan))).job_id);
  assertEquals(status.state, "FAILED");
  assertEquals(status.tasks.map((task) => task.state), ["DONE", "FAILED", "CANCELLED"]);
  assertEquals(status.tasks[2]?.error, "an earlier group failed");
  const [reason = "", ...rest] = status.final_result.split("\n");
  assert(/^task bad failed on (ann|bob): broken$/.test(reason), reason);
  assertStringIncludes(rest.join("\n"), "out of good");
  await service.stop();
});

Deno.test("text without a plan becomes one SYSINFO task on each device", async () => {
  const service = serviceOf(new Devices({ answering: true }));
  await service.start();
  const info = await service.submit(submission(null, { text: "how are you all" }));
  assertEquals(info.summary, "distributed to 2 devices in 1 group(s)");
  const status = await ended(service, info.job_id);
  assertEquals(status.tasks.map((task) => task.assigned_device_name), ["ann", "bob"]);
  await service.stop();
});

Deno.test("unfinished jobs go on after a restart, and finished ones are still there", async () => {
  const store = new MemoryStore();
  const before = serviceOf(new Devices({ answering: false }), store);
  await before.start();
  const open = await before.submit(submission(planOf([{ index: 0, tasks: [["a"], ["b"]] }])));
  await before.stop();

  const after = serviceOf(new Devices({ answering: true }), store);
  await after.start();
  const status = await ended(after, open.job_id);
  assertEquals(status.state, "DONE");
  await after.stop();

  const later = serviceOf(new Devices({ answering: false }), store);
  await later.start();
  assertEquals(await later.get(open.job_id), status);
  assertEquals((await later.list({ limit: 10 })).jobs.map((job) => [job.state, job.tasks_done]), [["DONE", 2]]);
  await later.stop();
});

Deno.test("what cannot be run is refused before anything is kept, and the message names the field", async () => {
  const store = new MemoryStore();
  const service = serviceOf(new Devices({ answering: true }), store);
  await service.start();
  const one = (target = "", kind = "ECHO") => planOf([{ index: 0, tasks: [["a", target, kind]] }]);
  const wrong: [Parameters<JobService["submit"]>[0], string, string][] = [
    [submission(null), "INVALID_ARGUMENT", "text: is empty"],
    [submission(one(), { maxWorkers: -1 }), "INVALID_ARGUMENT", "max_workers: must be 0"],
    [submission(one(), { reduce: "SUM" }), "INVALID_ARGUMENT", 'reduce.kind: unknown kind "SUM"'],
    [submission(one("nobody")), "NOT_FOUND", 'plan.groups[0].tasks[0].target_device_id: no device "nobody"'],
    [submission(one("", "DANCE")), "INVALID_ARGUMENT", "plan.groups[0].tasks[0].kind"],
    [submission(one("", "LLM_GENERATE")), "FAILED_PRECONDITION", "plan.groups[0].tasks[0].kind"],
    [submission({ groups: [] }), "INVALID_ARGUMENT", "plan.groups"],
    [
      submission(planOf([{ index: 0, tasks: [["a", "aaaaaaaa-1"], ["b", "bbbbbbbb-2"]] }]), { maxWorkers: 1 }),
      "INVALID_ARGUMENT",
      "max_workers: is 1, but the plan names 2 different devices",
    ],
  ];
  for (const [request, code, message] of wrong) {
    const error = await assertRejects(() => service.submit(request), MeshError, message);
    assertEquals(error.code, code);
  }
  assertEquals((await service.list({ limit: 10 })).jobs, []);
  await assertRejects(() => service.get("no such job"), MeshError, 'no job "no such job"');
  await service.stop();
});
