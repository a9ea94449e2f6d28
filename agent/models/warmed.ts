import type { Backlog } from "./backlog.ts";
import type { ModelHost } from "./model_directory.ts";

/** A model that the device was given something for is loaded by the time that it gets to the next. */
export function warmed(host: ModelHost, backlog: Backlog): ModelHost {
  if (host.model.loaded || !backlog.isUsing(host.device.device_id, host.model.name)) return host;
  return { ...host, model: { ...host.model, loaded: true } };
}
