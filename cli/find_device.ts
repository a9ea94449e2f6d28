import { shortId } from "../agent/core/ids.ts";
import { MeshError } from "../agent/core/errors.ts";
import { nearest } from "../agent/core/nearest.ts";
import type { DeviceInfo } from "../proto/messages.ts";
import type { MeshClient } from "./client.ts";

type NamedDevice = Pick<DeviceInfo, "device_id" | "device_name">;

/**
 * The device that a person means: by its whole id, its name, its name in another case, or the beginning of its id, in
 * this order.
 *
 * @throws {MeshError} INVALID_ARGUMENT when it could be several, which it lists; NOT_FOUND when it is none
 */
export function findDevice<Device extends NamedDevice>(wanted: string, devices: readonly Device[]): Device {
  const folded = wanted.toLowerCase();
  const readings: ((device: Device) => boolean)[] = [
    (device) => device.device_id === wanted,
    (device) => device.device_name === wanted,
    (device) => device.device_name.toLowerCase() === folded,
    (device) => folded !== "" && device.device_id.toLowerCase().startsWith(folded),
  ];
  for (const reading of readings) {
    const [found, ...others] = devices.filter(reading);
    if (found && others.length === 0) return found;
    if (found) throw ambiguous(wanted, [found, ...others]);
  }
  throw unknown(wanted, devices);
}

/** The id of the device that a person means, as {@link findDevice} understands it. */
export async function deviceIdOf(client: MeshClient, wanted: string): Promise<string> {
  const { devices } = await client.orchestrator("ListDevices", {});
  return findDevice(wanted, devices).device_id;
}

function ambiguous(wanted: string, candidates: readonly NamedDevice[]): MeshError {
  const shown = candidates.slice(0, 8).map(label);
  if (candidates.length > shown.length) shown.push("…");
  return new MeshError("INVALID_ARGUMENT", `device ${JSON.stringify(wanted)} could be each of ${shown.join(", ")}`);
}

function unknown(wanted: string, devices: readonly NamedDevice[]): MeshError {
  const meant = nearest(wanted, devices.map((device) => device.device_name));
  const hint = meant === undefined ? "`edgemesh devices` lists them" : `did you mean ${meant}?`;
  return new MeshError("NOT_FOUND", `no device ${JSON.stringify(wanted)} (${hint})`);
}

function label(device: NamedDevice): string {
  return `${device.device_name} (${shortId(device.device_id)})`;
}
