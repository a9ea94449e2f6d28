import { join } from "node:path";
import { archName, platformName } from "../agent/devices/platform.ts";
import { isUuid } from "../agent/core/ids.ts";
import type { DeviceInfo } from "../proto/messages.ts";

/**
 * This machine as a device, as far as it is known without an agent: no rates were measured, so the platform's defaults
 * will count, and no model is known.
 */
export function thisDevice(dataDir: string): DeviceInfo {
  return {
    device_id: idIn(dataDir),
    device_name: Deno.hostname(),
    platform: platformName(),
    arch: archName(),
    has_cpu: true,
    has_gpu: false,
    has_npu: false,
    grpc_addr: "",
    can_screen_capture: false,
    http_addr: "",
    llm_prefill_toks_per_s: 0,
    llm_decode_toks_per_s: 0,
    ram_free_mb: Math.floor(Deno.systemMemoryInfo().available / 1024 / 1024),
    has_local_model: false,
    local_model_name: "",
    local_chat_endpoint: "",
  };
}

/** The id that an agent on this machine keeps, or one that says that there is none. */
function idIn(dataDir: string): string {
  try {
    const id = Deno.readTextFileSync(join(dataDir, "device_id")).trim().toLowerCase();
    if (isUuid(id)) return id;
  } catch {
    // No agent ever ran here, or another user's did: the estimate does not depend on it.
  }
  return "this-device";
}
