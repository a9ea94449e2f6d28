import type { DeviceInfo } from "../../proto/messages.ts";

/** Sorts devices by name, then id, by code unit: the same on every machine, whatever its language. */
export function byNameThenId(
  a: Pick<DeviceInfo, "device_id" | "device_name">,
  b: Pick<DeviceInfo, "device_id" | "device_name">,
): number {
  return compare(a.device_name, b.device_name) || compare(a.device_id, b.device_id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
