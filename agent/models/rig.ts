import { deviceInfo } from "../../tests/device_info.ts";
import type { DeviceInfo, Model, ModelReport } from "../../proto/messages.ts";

/** A device as it registers. For tests. */
export function device(name: string, part: Partial<DeviceInfo> = {}): DeviceInfo {
  const device_id = `id-${name}`;
  return deviceInfo({ device_id, device_name: name, ram_free_mb: 8000, has_local_model: true, ...part });
}

/** A loaded model that reads 1000 and writes `decode` tokens/s. For tests. */
export function model(name: string, decode: number, part: Partial<Model> = {}): Model {
  return {
    name,
    endpoint: "http://localhost:11434",
    loaded: true,
    size_bytes: 1_000_000_000,
    memory_mb: 1200,
    parameter_size: "1B",
    quantization: "Q4_K_M",
    modified_at: 0,
    generates: true,
    embeds: false,
    rates: {
      prefill_toks_per_s: 1000,
      decode_toks_per_s: decode,
      load_ms: 3000,
      overhead_ms: 0,
      characters_per_token: 4,
      output_tokens: 100,
      samples: 5,
      measured_at: 1,
    },
    ...part,
  };
}

export function report(models: readonly Model[], part: Partial<ModelReport> = {}): ModelReport {
  return { models: [...models], default_model: models[0]?.name ?? "", parallel: 1, queue: 256, ...part };
}
