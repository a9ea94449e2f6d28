import { MeshError } from "../../agent/core/errors.ts";
import type { DeviceInfo } from "../../proto/messages.ts";
import type { KnownDevice } from "../device_view.ts";

/** What of the pictures is asked for; undefined = the page's default. */
export interface Asked {
  readonly fps: number | undefined;
  readonly quality: number | undefined;
  readonly monitor: number | undefined;
}

/**
 * Where a browser sees a device's screen: on a page of the agent that is connected.
 *
 * @throws {MeshError} FAILED_PRECONDITION when that agent does not say where it serves HTTP
 */
export function pageAddress(known: readonly KnownDevice[], device: DeviceInfo, asked: Asked): string {
  const agent = known.find((one) => "link" in one && one.link === "self")?.device;
  if (!agent?.http_addr) {
    throw new MeshError("FAILED_PRECONDITION", "the agent does not say where it serves pages: update it");
  }
  const sameName = known.filter((one) => one.device?.device_name === device.device_name);
  const name = sameName.length === 1 ? device.device_name : device.device_id;
  const query = Object.entries(asked).filter(([, value]) => value !== undefined).map(([key, value]) =>
    `${key}=${value}`
  );
  return `http://${agent.http_addr}/screen/${encodeURIComponent(name)}${query.length > 0 ? `?${query.join("&")}` : ""}`;
}
