import { MeshError } from "../../../core/errors.ts";
import type { Monitor } from "../../types.ts";
import type { GdiLibrary } from "./gdi_library.ts";
import { DISPLAY_DEVICE_BYTES, emptyDevMode, readDevMode, readDisplayDevice, sized, wide } from "./gdi_structs.ts";

const CURRENT_SETTINGS = 0xffffffff;
/** More display devices than Windows has. */
const MAX_DEVICES = 256;

/** The monitors, the primary one first. @throws {MeshError} `UNAVAILABLE` when there is none */
export function gdiMonitors(library: GdiLibrary): Monitor[] {
  const monitors: Omit<Monitor, "index">[] = [];
  for (let index = 0; index < MAX_DEVICES; index++) {
    const struct = sized(DISPLAY_DEVICE_BYTES);
    if (library.EnumDisplayDevicesW(null, index, struct, 0) === 0) break;
    const { name, shown, primary } = readDisplayDevice(struct);
    const mode = emptyDevMode();
    if (!shown || library.EnumDisplaySettingsW(wide(name), CURRENT_SETTINGS, mode) === 0) continue;
    monitors.push({ name: name.replace(/^\\\\\.\\/, ""), primary, ...readDevMode(mode) });
  }
  if (monitors.length === 0) throw new MeshError("UNAVAILABLE", "Windows has no monitor in this session");
  return monitors.sort((one, other) => Number(other.primary) - Number(one.primary))
    .map((monitor, index) => ({ index, ...monitor }));
}
