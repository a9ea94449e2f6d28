import { shortId } from "../agent/core/ids.ts";
import type { DeviceInfo, DeviceState } from "../proto/messages.ts";
import type { Paint } from "./output/paint.ts";
import type { Cell, Column } from "./output/table.ts";
import { ago, megabytes, percent } from "./output/units.ts";

/** What is known of a device; an agent that has the specification's service only knows no status and no link. */
export type KnownDevice = Pick<DeviceState, "device" | "status"> & Partial<DeviceState>;

export const DEVICE_COLUMNS: readonly Column[] = [
  { header: "NAME", shrinkTo: 8 },
  { header: "ID" },
  { header: "PLATFORM", shrinkTo: 8, dropAt: 3 },
  { header: "CAPABILITIES", shrinkTo: 7, dropAt: 2 },
  { header: "LOAD", align: "right", dropAt: 4 },
  { header: "FREE RAM", align: "right", dropAt: 5 },
  { header: "MODEL", shrinkTo: 8, dropAt: 6 },
  { header: "LAST SEEN", dropAt: 1 },
];

export function deviceRow(known: KnownDevice, paint: Paint, nowMs: number): Cell[] {
  const { device, status, online } = known;
  const cells = [
    device?.device_name ?? "",
    shortId(device?.device_id ?? ""),
    device ? platformOf(device) : "",
    device ? capabilitiesOf(device) : "",
    status && online !== false ? percent(status.cpu_load) : "-",
    device?.ram_free_mb ? megabytes(device.ram_free_mb) : "-",
    device?.local_model_name || "-",
    lastSeenOf(known, nowMs),
  ];
  return online === false ? cells.map((text) => ({ text, paint: paint.dim })) : cells;
}

export function platformOf(device: DeviceInfo): string {
  return [device.platform, device.arch].filter(Boolean).join("/") || "-";
}

/** What a device can do, in a few words: `cpu gpu npu screen model`. */
export function capabilitiesOf(device: DeviceInfo): string {
  const words = [
    device.has_cpu && "cpu",
    device.has_gpu && "gpu",
    device.has_npu && "npu",
    device.can_screen_capture && "screen",
    device.has_local_model && "model",
  ];
  return words.filter(Boolean).join(" ") || "-";
}

function lastSeenOf({ status, online }: KnownDevice, nowMs: number): string {
  if (!status) return "-";
  const seen = ago(status.last_seen, nowMs);
  return online === false ? `${seen} (offline)` : seen;
}

/**
 * A device as one object for `--json`: the specification's `DeviceInfo`, and what is known of it now beside it.
 */
export function deviceDocument({ device, ...now }: KnownDevice): Record<string, unknown> {
  return { ...device, ...now };
}
