import type { InstantKind } from "./task_kind.ts";

/** Says what the device is: name, id, platform, memory, and its time. */
export const sysinfo: InstantKind = {
  name: "SYSINFO",
  slots: 64,
  answer(_input, host) {
    const { device_name, device_id, platform, arch } = host.info();
    const { mem_total_mb, mem_used_mb } = host.sample();
    return [
      `Device: ${device_name}`,
      `Device ID: ${device_id}`,
      `Platform: ${platform}/${arch}`,
      `Memory: ${Math.round(mem_total_mb)} MB total, ${Math.round(mem_used_mb)} MB used`,
      `Time: ${rfc3339(new Date())}`,
    ].join("\n");
  },
};

/** UTC in whole seconds, as in `2026-11-05T12:00:00Z`. */
function rfc3339(time: Date): string {
  return time.toISOString().slice(0, 19) + "Z";
}
