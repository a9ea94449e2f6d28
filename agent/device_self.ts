import type { DeviceInfo, ModelReport, StatusSample } from "../proto/messages.ts";
import { archName, platformName } from "./devices/platform.ts";

/** What a device can do, as the probe or the configuration says. */
export interface Capabilities {
  readonly has_gpu: boolean;
  readonly has_npu: boolean;
}

/** This device: what it says of itself when it registers, here and at every coordinator. */
export class DeviceSelf {
  #capabilities: Capabilities = { has_gpu: false, has_npu: false };
  /** Its local models now; undefined where it uses none. */
  models: (() => ModelReport) | undefined;
  /** Whether its screen can be captured, as an attempt showed. */
  canCapture: () => boolean = () => false;

  constructor(
    private readonly identity: {
      readonly deviceId: string;
      readonly name: string;
      readonly grpcAddress: () => string;
      readonly httpAddress: () => string;
    },
    private readonly sample: () => StatusSample,
  ) {}

  get deviceId(): string {
    return this.identity.deviceId;
  }

  get name(): string {
    return this.identity.name;
  }

  set capabilities(found: Capabilities) {
    this.#capabilities = found;
  }

  info(): DeviceInfo {
    return {
      device_id: this.identity.deviceId,
      device_name: this.identity.name,
      platform: platformName(),
      arch: archName(),
      has_cpu: true,
      ...this.#capabilities,
      grpc_addr: this.identity.grpcAddress(),
      http_addr: this.identity.httpAddress(),
      can_screen_capture: this.canCapture(),
      ram_free_mb: this.sample().ram_free_mb,
      ...modelInfo(this.models?.()),
    };
  }
}

/** What a registration says of the model that answers where none is named. */
function modelInfo(report: ModelReport | undefined) {
  const model = report?.models.find(({ name }) => name === report.default_model);
  return {
    llm_prefill_toks_per_s: model?.rates?.prefill_toks_per_s ?? 0,
    llm_decode_toks_per_s: model?.rates?.decode_toks_per_s ?? 0,
    has_local_model: model !== undefined,
    local_model_name: model?.name ?? "",
    local_chat_endpoint: model?.endpoint ?? "",
  };
}
