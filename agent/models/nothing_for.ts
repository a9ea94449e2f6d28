import { MeshError } from "../core/errors.ts";
import { noDevice } from "../devices/registry.ts";
import { listed, named } from "../llm/model_name.ts";
import type { ModelDirectory } from "./model_directory.ts";

/** What a request names. */
export interface Wanted {
  /** Empty = the device's own choice. */
  readonly model: string;
  /** Empty = any. */
  readonly device_id: string;
}

/** Which devices there are, whether online or not. */
export interface KnownDevices {
  find(deviceId: string): { readonly info: { readonly device_name: string }; readonly online: boolean } | undefined;
}

/** Why no device can be asked: NOT_FOUND, UNAVAILABLE or FAILED_PRECONDITION, with what there is. */
export function nothingFor(
  { model, device_id }: Wanted,
  can: "generates" | "embeds",
  { directory, devices }: { readonly directory: ModelDirectory; readonly devices: KnownDevices },
): MeshError {
  const device = device_id ? devices.find(device_id) : undefined;
  if (device_id && !device) return noDevice(device_id);
  if (device && !device.online) return new MeshError("UNAVAILABLE", `device ${device.info.device_name} is offline`);
  const where = device ? `device ${device.info.device_name}` : "no device that is online";
  const there = directory.all().filter((one) => !device_id || one.device_id === device_id);
  const names = [...new Set(there.flatMap((one) => one.model?.[can] ? [one.model.name] : []))];
  const what = can === "embeds" ? "local model that makes embeddings" : "local model";
  if (names.length === 0) {
    return new MeshError("FAILED_PRECONDITION", device ? `${where} has no ${what}` : `${where} has a ${what}`);
  }
  if (model && named(there.flatMap((one) => one.model ?? []), model)) {
    const verb = can === "embeds" ? "makes no embeddings" : "generates no text";
    return new MeshError("FAILED_PRECONDITION", `model ${JSON.stringify(model)} ${verb}; there are: ${listed(names)}`);
  }
  const has = device ? `${where} has no model` : `${where} has model`;
  return new MeshError("NOT_FOUND", `${has} ${JSON.stringify(model.slice(0, 128))}; there are: ${listed(names)}`);
}
