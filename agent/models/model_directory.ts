import { named } from "../llm/model_name.ts";
import type { DeviceInfo, DeviceModel, Model, ModelRates, ModelReport } from "../../proto/messages.ts";

/** A device that is online, as the directory needs it. */
export interface DirectoryDevice {
  readonly info: Readonly<DeviceInfo>;
}

/** A model on a device that is online. */
export interface ModelHost {
  readonly device: Readonly<DeviceInfo>;
  readonly model: Model;
  /** Generations at once on the device, 1 or more. */
  readonly parallel: number;
  /** Whether the device says what it measures: an older one does not. */
  readonly tellsRates: boolean;
}

/** The most models of one device that are believed. */
const MAX_MODELS = 1000;

/** The most generations at once that a device is believed to run. */
const MAX_PARALLEL = 1024;

const UNMEASURED: ModelRates = {
  prefill_toks_per_s: 0,
  decode_toks_per_s: 0,
  load_ms: 0,
  overhead_ms: 0,
  characters_per_token: 0,
  output_tokens: 0,
  samples: 0,
  measured_at: 0,
};

/** Which models the devices of the mesh have: what each last said over its stream, or, of older ones, when it registered. */
export class ModelDirectory {
  readonly #reports = new Map<string, ModelReport>();

  /** @param online the devices that work can reach now, by name, then by id */
  constructor(private readonly online: () => readonly DirectoryDevice[]) {}

  /** A device's models as they are from now on. */
  reported(deviceId: string, report: ModelReport): void {
    this.#reports.set(deviceId, { ...report, models: report.models.slice(0, MAX_MODELS).map(believed) });
  }

  /** The device is gone; it reports anew when it is back. */
  forget(deviceId: string): void {
    this.#reports.delete(deviceId);
  }

  /** Whether a device can generate now. */
  hasModel(device: Readonly<DeviceInfo>): boolean {
    const report = this.#reports.get(device.device_id);
    return report ? report.default_model !== "" : device.has_local_model;
  }

  /** All models of the devices that are online, by the model's name, then in the order of the devices. */
  all(): DeviceModel[] {
    const all = this.online().flatMap(({ info }) => {
      const { models, default_model } = this.reportOf(info);
      return models.map((model): DeviceModel => ({
        device_id: info.device_id,
        device_name: info.device_name,
        model,
        is_default: model.name === default_model,
      }));
    });
    return all.sort((a, b) => compare(a.model?.name ?? "", b.model?.name ?? ""));
  }

  /**
   * The models that may answer a request, at most one of each device.
   *
   * @param model empty = each device's own choice
   * @param deviceId empty = any
   */
  hosts(model: string, deviceId: string, can: "generates" | "embeds"): ModelHost[] {
    const hosts: ModelHost[] = [];
    for (const { info } of this.online()) {
      if (deviceId && info.device_id !== deviceId) continue;
      const host = this.hostOn(info, model, can);
      if (host) hosts.push(host);
    }
    return hosts;
  }

  /** The model of one device that answers a request for `model`; undefined where it has none. */
  hostOn(
    device: Readonly<DeviceInfo>,
    model: string,
    can: "generates" | "embeds" = "generates",
  ): ModelHost | undefined {
    const { models, default_model, parallel } = this.reportOf(device);
    const asked = model || (can === "generates" ? default_model : "");
    // Embeddings are better made by a model that does nothing else.
    const first = () => models.find((one) => one[can] && !one.generates) ?? models.find((one) => one[can]);
    const found = asked ? named(models, asked) : first();
    if (!found?.[can]) return undefined;
    const tellsRates = this.#reports.has(device.device_id);
    return { device, model: found, parallel: Math.min(MAX_PARALLEL, Math.max(1, parallel)), tellsRates };
  }

  /** What a device said; of an older one, what its registration says. */
  reportOf(device: Readonly<DeviceInfo>): ModelReport {
    return this.#reports.get(device.device_id) ?? reportOfRegistration(device);
  }
}

function reportOfRegistration(device: Readonly<DeviceInfo>): ModelReport {
  const { has_local_model, local_model_name, local_chat_endpoint } = device;
  if (!has_local_model) return { models: [], default_model: "", parallel: 1, queue: 0 };
  const name = local_model_name || "local";
  const { llm_prefill_toks_per_s: prefill_toks_per_s, llm_decode_toks_per_s: decode_toks_per_s } = device;
  const model: Model = {
    name,
    endpoint: local_chat_endpoint,
    loaded: true,
    size_bytes: 0,
    memory_mb: 0,
    parameter_size: "",
    quantization: "",
    modified_at: 0,
    generates: true,
    embeds: false,
    rates: { ...UNMEASURED, prefill_toks_per_s, decode_toks_per_s },
  };
  return { models: [model], default_model: name, parallel: 1, queue: 0 };
}

/** A model with amounts that can be reckoned with, whatever the device says. */
function believed(model: Model): Model {
  const rates = model.rates ?? UNMEASURED;
  const amounts = Object.entries(rates).map(([name, value]) => [name, amount(value)]);
  return { ...model, memory_mb: amount(model.memory_mb), rates: Object.fromEntries(amounts) as ModelRates };
}

function amount(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
