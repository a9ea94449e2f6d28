import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import { MeshError } from "../core/errors.ts";
import { checkPlan } from "./check_plan.ts";
import { DeterministicPlanner } from "./deterministic.ts";

const device = (device_name: string, device_id: string) => deviceInfo({ device_id, device_name });

const DEVICES = [device("pad", "3"), device("box", "9"), device("box", "1")];

Deno.test("the plan has one SYSINFO task per device, in order of name then id, whatever the order given", async () => {
  const planner = new DeterministicPlanner();
  const preview = await planner.plan({ text: "look around", maxWorkers: 0, devices: DEVICES });
  const reversed = await planner.plan({ text: "look around", maxWorkers: 0, devices: DEVICES.toReversed() });
  assertEquals(preview, reversed);
  assertEquals([preview.used_ai, preview.reduce], [false, { kind: "CONCAT" }]);
  assertEquals(preview.notes, "no local model or external planner is set up; using the deterministic plan");
  assertEquals(preview.rationale, "1 SYSINFO task on each of 3 of 3 devices");
  assertEquals(preview.plan?.groups.map((group) => group.index), [0]);
  assertEquals(preview.plan?.groups[0]?.tasks.map((task) => [task.task_id, task.kind, task.target_device_id]), [
    ["task-1", "SYSINFO", "1"],
    ["task-2", "SYSINFO", "9"],
    ["task-3", "SYSINFO", "3"],
  ]);
  assertEquals(checkPlan(preview.plan).taskCount, 3);
});

Deno.test("max_workers bounds the devices, and the rationale says so", async () => {
  const rows: [number, number, string][] = [
    [1, 3, "1 SYSINFO task on 1 of 3 devices (max_workers is 1; chosen in order of name)"],
    [2, 3, "1 SYSINFO task on each of 2 of 3 devices (max_workers is 2; chosen in order of name)"],
    [3, 3, "1 SYSINFO task on each of 3 of 3 devices"],
    [99, 3, "1 SYSINFO task on each of 3 of 3 devices"],
    [0, 1, "1 SYSINFO task on 1 of 1 device"],
  ];
  for (const [maxWorkers, count, rationale] of rows) {
    const request = { text: "", maxWorkers, devices: DEVICES.slice(0, count) };
    const preview = await new DeterministicPlanner().plan(request);
    assertEquals(preview.rationale, rationale);
    assertEquals(preview.plan?.groups[0]?.tasks.length, maxWorkers === 0 ? count : Math.min(maxWorkers, count));
  }
});

Deno.test("without a device, with a negative max_workers or once aborted there is no plan", async () => {
  const planner = new DeterministicPlanner("why");
  const none = await assertRejects(
    () => planner.plan({ text: "", maxWorkers: 0, devices: [] }),
    MeshError,
    "no device",
  );
  assertEquals(none.code, "FAILED_PRECONDITION");
  const negative = await assertRejects(
    () => planner.plan({ text: "", maxWorkers: -1, devices: DEVICES }),
    MeshError,
    "max_workers: -1 is negative",
  );
  assertEquals(negative.code, "INVALID_ARGUMENT");
  const signal = AbortSignal.abort(new MeshError("CANCELLED", "the caller went away"));
  await assertRejects(
    () => planner.plan({ text: "", maxWorkers: 0, devices: DEVICES }, signal),
    MeshError,
    "went away",
  );
});
