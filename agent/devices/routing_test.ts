import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import { type ErrorCode, MeshError } from "../core/errors.ts";
import type { RoutingMode } from "../../proto/messages.ts";
import type { DeviceEntry } from "./registry.ts";
import { selectDevice } from "./routing.ts";

interface Part {
  readonly name?: string;
  readonly load?: number;
  readonly has?: "npu" | "gpu";
  readonly model?: boolean;
  readonly offline?: boolean;
}

function device(id: string, { name = id, load, has, model = false, offline = false }: Part = {}): DeviceEntry {
  const info = deviceInfo({
    device_id: id,
    device_name: name,
    has_gpu: has === "gpu",
    has_npu: has === "npu",
    has_local_model: model,
  });
  return {
    info,
    registeredAt: 0,
    lastSeen: Date.UTC(2026, 10, 2, 10, 0, 0, 7),
    sample: load === undefined ? undefined : { cpu_load: load, mem_used_mb: 0, mem_total_mb: 0, ram_free_mb: 0 },
    online: !offline,
    link: offline ? "none" : "attached",
  };
}

const SELF = "self";
const policy = (mode: RoutingMode, device_id = "") => ({ mode, device_id });

Deno.test("each policy chooses the device that it promises", () => {
  const self = device(SELF, { load: 0.1 });
  const npu = device("npu", { has: "npu", load: 0.9 });
  const gpu = device("gpu", { has: "gpu", load: 0.5 });
  const cpu = device("cpu", { load: 0.2 });
  const model = device("model", { model: true, load: 0.8 });
  const goneNpu = device("gone", { has: "npu", model: true, offline: true });
  const all = [self, npu, gpu, cpu, model, goneNpu];
  const cases: [string, RoutingMode, DeviceEntry[], string][] = [
    ["NPU before all", "BEST_AVAILABLE", all, "npu"],
    ["GPU before CPU", "BEST_AVAILABLE", [self, cpu, gpu, goneNpu], "gpu"],
    ["least loaded CPU", "BEST_AVAILABLE", [self, cpu, model], SELF],
    ["NPU", "REQUIRE_NPU", all, "npu"],
    ["least loaded other device, whatever it has", "PREFER_REMOTE", all, "cpu"],
    ["self when alone", "PREFER_REMOTE", [self, goneNpu], SELF],
    ["model", "PREFER_LOCAL_MODEL", all, "model"],
    ["no model: the best", "PREFER_LOCAL_MODEL", [self, npu, cpu, goneNpu], "npu"],
    ["model required", "REQUIRE_LOCAL_MODEL", all, "model"],
  ];
  for (const [what, mode, devices, expected] of cases) {
    const orders = [devices, [...devices].reverse()];
    for (const order of orders) {
      assertEquals(selectDevice(policy(mode), order, SELF).info.device_id, expected, `${mode}: ${what}`);
      const ignored = selectDevice(policy(mode, "no such device"), order, SELF);
      assertEquals(ignored.info.device_id, expected, `${mode} with a device_id: ${what}`);
    }
  }
});

Deno.test("among equals the load decides, then the name, then the id", () => {
  const cases: [string, DeviceEntry[], string][] = [
    ["load", [device("a", { load: 0.5 }), device("b", { load: 0.4 })], "b"],
    ["an unknown load counts as full", [device("a"), device("b", { load: 0.99 })], "b"],
    ["a load of -1 is unknown", [device("a", { load: -1 }), device("b", { load: 0.99 })], "b"],
    ["unknown is as much as full", [device("b", { load: 1 }), device("a")], "a"],
    ["name", [device("1", { name: "b", load: 0 }), device("2", { name: "a", load: 0 })], "2"],
    ["id", [device("2", { name: "x", load: 0 }), device("1", { name: "x", load: 0 })], "1"],
  ];
  for (const [what, devices, expected] of cases) {
    for (const order of [devices, [...devices].reverse()]) {
      for (const mode of ["BEST_AVAILABLE", "PREFER_REMOTE"] as const) {
        assertEquals(selectDevice(policy(mode), order, SELF).info.device_id, expected, what);
      }
    }
  }
});

Deno.test("no policy is the best available", () => {
  const devices = [device("a"), device("b", { has: "gpu" })];
  assertEquals(selectDevice(null, devices, SELF).info.device_id, "b");
  assertEquals(selectDevice(undefined, devices, SELF).info.device_id, "b");
});

Deno.test("a forced device is taken, be it this one or a busy one", () => {
  const devices = [device(SELF), device("busy", { load: 1 }), device("npu", { has: "npu", load: 0 })];
  for (const id of ["busy", SELF]) {
    assertEquals(selectDevice(policy("FORCE_DEVICE_ID", id), devices, SELF).info.device_id, id);
  }
});

Deno.test("a policy that cannot be met says why", () => {
  const self = device(SELF);
  const gone = device("gone", { name: "old laptop", has: "npu", model: true, offline: true });
  const unknownMode = { mode: 9 as unknown as RoutingMode, device_id: "" };
  const cases: [Parameters<typeof selectDevice>[0], DeviceEntry[], ErrorCode, string][] = [
    [policy("REQUIRE_NPU"), [self, gone], "FAILED_PRECONDITION", "REQUIRE_NPU: none that is online has an NPU"],
    [policy("REQUIRE_LOCAL_MODEL"), [self, gone], "FAILED_PRECONDITION", "none that is online has a local model"],
    [policy("REQUIRE_NPU"), [gone], "FAILED_PRECONDITION", "no device is online"],
    [policy("BEST_AVAILABLE"), [], "FAILED_PRECONDITION", "no device is online"],
    [policy("PREFER_REMOTE"), [gone], "FAILED_PRECONDITION", "no device is online"],
    [policy("FORCE_DEVICE_ID"), [self], "INVALID_ARGUMENT", "policy.device_id"],
    [policy("FORCE_DEVICE_ID", "x"), [self], "NOT_FOUND", 'no device "x"'],
    [
      policy("FORCE_DEVICE_ID", "gone"),
      [self, gone],
      "UNAVAILABLE",
      'device "old laptop" is offline, last seen 2026-11-02T10:00:00Z',
    ],
    [unknownMode, [self], "INVALID_ARGUMENT", "policy.mode: 9 is not a known mode"],
  ];
  for (const [given, devices, code, message] of cases) {
    assertEquals(assertThrows(() => selectDevice(given, devices, SELF), MeshError, message).code, code, message);
  }
});

Deno.test("no work goes to a device that registered without an address and is not attached", () => {
  const self = device(SELF, { load: 0.9 });
  const npu = { ...device("phone", { has: "npu", model: true, load: 0 }), link: "dialled" as const };
  for (const mode of ["BEST_AVAILABLE", "PREFER_REMOTE", "PREFER_LOCAL_MODEL"] as const) {
    assertEquals(selectDevice(policy(mode), [self, npu], SELF).info.device_id, SELF, mode);
  }
  assertThrows(() => selectDevice(policy("REQUIRE_NPU"), [self, npu], SELF), MeshError, "has an NPU");
  const addressed = { ...npu, info: { ...npu.info, grpc_addr: "10.0.0.5:50051" } };
  assertEquals(selectDevice(policy("REQUIRE_NPU"), [self, addressed], SELF).info.device_id, "phone");
});
