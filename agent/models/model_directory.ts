import { named } from "../llm/model_name.ts";
import type { DeviceInfo, DeviceModel, Model, ModelRates, ModelReport } from "../../proto/messages.ts";
import { believedReport, UNMEASURED } from "./believed_report.ts";

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

/** Which models the devices of the mesh have: what each last said over its stream, or, of older ones, when it registered. */
export class ModelDirectory {
  readonly #reports = new Map<string, ModelReport>();

  /** @param online the devices that work can reach now, by name, then by id */
  constructor(private readonly online: () => readonly DirectoryDevice[]) {}

  /** A device's models as they are from now on, as far as it is believed: see {@link believedReport}. */
  reported(deviceId: string, report: ModelReport): void {
    this.#reports.set(deviceId, believedReport(report));
  }

  /** A device's model was measured just now: its next report will say the same. */
  measured(deviceId: string, name: string, rates: ModelRates): void {
    const report = this.#reports.get(deviceId);
    if (!report) return;
    const models = report.models.map((model) => model.name === name ? { ...model, rates } : model);
    this.reported(deviceId, { ...report, models });
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
    const found = asked ? named(models, asked) : can === "embeds" ? embedding(models) : undefined;
    if (!found?.[can]) return undefined;
    const tellsRates = this.#reports.has(device.device_id);
    return { device, model: found, parallel, tellsRates };
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

/** Embeddings are better made by a model that does nothing else. */
function embedding(models: readonly Model[]): Model | undefined {
  return models.find(({ embeds, generates }) => embeds && !generates) ?? models.find(({ embeds }) => embeds);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
