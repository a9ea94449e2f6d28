import type { DeviceInfo } from "../proto/messages.ts";

/** A plain Linux laptop without anything special, but for what the test says. */
export function deviceInfo(change: Partial<DeviceInfo> & Pick<DeviceInfo, "device_id">): DeviceInfo {
  return {
    device_name: change.device_id,
    platform: "linux",
    arch: "amd64",
    has_cpu: true,
    has_gpu: false,
    has_npu: false,
    grpc_addr: "",
    can_screen_capture: false,
    http_addr: "",
    llm_prefill_toks_per_s: 0,
    llm_decode_toks_per_s: 0,
    ram_free_mb: 0,
    has_local_model: false,
    local_model_name: "",
    local_chat_endpoint: "",
    ...change,
  };
}
