import { MeshError } from "../core/errors.ts";
import type { RoutingMode, RoutingPolicy } from "../../proto/messages.ts";
import { type DeviceEntry, noDevice, takesWork } from "./registry.ts";

/**
 * The device that a policy chooses. Among equals it is the one with the lowest CPU load (an unknown one counts as full),
 * then the first by name, then by id.
 *
 * @param policy none is `BEST_AVAILABLE`. Its `device_id` counts for `FORCE_DEVICE_ID` only.
 * @param devices all known devices, offline ones included.
 * @param selfId the agent that is asked.
 * @throws {MeshError} `INVALID_ARGUMENT` for a policy that makes no sense, `NOT_FOUND` for an unknown device,
 * `UNAVAILABLE` for one that is offline, `FAILED_PRECONDITION` when no device satisfies the policy.
 */
export function selectDevice(
  policy: RoutingPolicy | null | undefined,
  devices: readonly DeviceEntry[],
  selfId: string,
): DeviceEntry {
  const mode: RoutingMode = policy?.mode ?? "BEST_AVAILABLE";
  if (mode === "FORCE_DEVICE_ID") return forced(policy?.device_id ?? "", devices);
  const choice = Object.hasOwn(CHOICES, mode) ? CHOICES[mode] : undefined;
  // A number that this version of the enum does not have arrives as it is.
  if (!choice) throw new MeshError("INVALID_ARGUMENT", `policy.mode: ${mode} is not a known mode`);
  const online = devices.filter(takesWork);
  const chosen = choice.choose(online, selfId);
  if (chosen) return chosen;
  const reason = online.length === 0 ? "no device is online" : choice.unmet;
  throw new MeshError("FAILED_PRECONDITION", `no device satisfies policy ${mode}: ${reason}`);
}

interface Choice {
  choose(online: readonly DeviceEntry[], selfId: string): DeviceEntry | undefined;
  /** Why none of several online devices was chosen. */
  readonly unmet: string;
}

const CHOICES: Readonly<Record<Exclude<RoutingMode, "FORCE_DEVICE_ID">, Choice>> = {
  BEST_AVAILABLE: { choose: best, unmet: "" },
  REQUIRE_NPU: {
    choose: (online) => best(online.filter((device) => device.info.has_npu)),
    unmet: "none that is online has an NPU",
  },
  PREFER_REMOTE: {
    choose: (online, selfId) =>
      leastLoaded(online.filter((device) => device.info.device_id !== selfId)) ?? best(online),
    unmet: "",
  },
  PREFER_LOCAL_MODEL: { choose: (online) => best(withModel(online)) ?? best(online), unmet: "" },
  REQUIRE_LOCAL_MODEL: {
    choose: (online) => best(withModel(online)),
    unmet: "none that is online has a local model",
  },
};

function forced(deviceId: string, devices: readonly DeviceEntry[]): DeviceEntry {
  if (deviceId === "") throw new MeshError("INVALID_ARGUMENT", "policy.device_id: FORCE_DEVICE_ID needs a device");
  const device = devices.find((candidate) => candidate.info.device_id === deviceId);
  if (!device) throw noDevice(deviceId);
  if (device.online) return device;
  const lastSeen = new Date(device.lastSeen).toISOString().replace(/\.\d+Z$/, "Z");
  throw new MeshError("UNAVAILABLE", `device "${device.info.device_name}" is offline, last seen ${lastSeen}`);
}

/** NPU before GPU before CPU. */
function best(devices: readonly DeviceEntry[]): DeviceEntry | undefined {
  const highest = Math.max(...devices.map(rank));
  return leastLoaded(devices.filter((device) => rank(device) === highest));
}

function rank({ info }: DeviceEntry): number {
  return info.has_npu ? 2 : info.has_gpu ? 1 : 0;
}

function withModel(devices: readonly DeviceEntry[]): DeviceEntry[] {
  return devices.filter((device) => device.info.has_local_model);
}

function leastLoaded(devices: readonly DeviceEntry[]): DeviceEntry | undefined {
  let least: DeviceEntry | undefined;
  for (const device of devices) {
    if (!least || comesBefore(device, least)) least = device;
  }
  return least;
}

function comesBefore(a: DeviceEntry, b: DeviceEntry): boolean {
  const [loadA, loadB] = [loadOf(a), loadOf(b)];
  if (loadA !== loadB) return loadA < loadB;
  const [nameA, nameB] = [a.info.device_name, b.info.device_name];
  if (nameA !== nameB) return nameA < nameB;
  return a.info.device_id < b.info.device_id;
}

function loadOf({ sample }: DeviceEntry): number {
  return sample && sample.cpu_load >= 0 ? sample.cpu_load : 1;
}
