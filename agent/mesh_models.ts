import type { DeviceEntry, Registry } from "./devices/registry.ts";
import { takesWork } from "./devices/registry.ts";
import type { TaskDispatcher } from "./jobs/dispatcher.ts";
import { inPlacementOrder } from "./jobs/placement.ts";
import { Backlog } from "./models/backlog.ts";
import { CoolDown } from "./models/cool_down.ts";
import { type GenerationObserver, ModelGateway, type ModelLinks } from "./models/gateway.ts";
import { JobOutlook } from "./models/job_outlook.ts";
import { ModelDirectory } from "./models/model_directory.ts";
import type { PlacementDevice, PlacementParts } from "./models/placement_preview.ts";
import { PredictionLog } from "./models/prediction_log.ts";
import { Predictor } from "./models/predictor.ts";
import { Summarizer } from "./models/summarizer.ts";
import type { DeviceInfo, ModelRates } from "../proto/messages.ts";
import type { PeerModels } from "./mesh/peer_parts.ts";
import type { ModelHost } from "./plans/cost_profile.ts";
import type { Store } from "./store/store.ts";

/** What a coordinator knows of the models of its mesh, and does with them. */
export class MeshModels {
  readonly directory: ModelDirectory;
  readonly predictions: PredictionLog;
  readonly #backlog = new Backlog();
  readonly #coolDown = new CoolDown();
  readonly #predictor: Predictor;

  constructor(private readonly registry: Registry, store: Store) {
    this.directory = new ModelDirectory(() => registry.online().filter(takesWork));
    this.predictions = new PredictionLog(store);
    this.#predictor = new Predictor(this.predictions);
  }

  /** Where the links to devices tell what these say of their models. */
  get peerModels(): PeerModels {
    return {
      hasModel: (device) => this.directory.hasModel(device),
      reported: (deviceId, report) => {
        this.directory.reported(deviceId, report);
        this.#coolDown.clear(deviceId);
        this.#backlog.changed();
      },
      loaded: (deviceId, load) => this.#backlog.reported(deviceId, load),
      forget: (deviceId) => {
        this.directory.forget(deviceId);
        this.#backlog.forget(deviceId);
        this.#coolDown.clear(deviceId);
      },
    };
  }

  gateway(links: ModelLinks, observer?: GenerationObserver): ModelGateway {
    const { directory, registry } = this;
    return new ModelGateway({
      directory,
      backlog: this.#backlog,
      coolDown: this.#coolDown,
      predictor: this.#predictor,
      links,
      devices: registry,
      observer,
    });
  }

  summarizer(gateway: ModelGateway): Summarizer {
    return new Summarizer(this.directory, gateway);
  }

  outlook(): JobOutlook {
    const device = (deviceId: string) => this.registry.find(deviceId)?.info;
    return new JobOutlook(this.directory, this.#backlog, this.#predictor, device);
  }

  placement(dispatcher: Pick<TaskDispatcher, "targets">): PlacementParts {
    const devices = () =>
      dispatcher.targets().toSorted(inPlacementOrder).flatMap((target): PlacementDevice[] => {
        const entry = this.registry.find(target.deviceId);
        return entry ? [{ info: entry.info, kinds: target.kinds }] : [];
      });
    return { directory: this.directory, backlog: this.#backlog, predictor: this.#predictor, devices };
  }

  /** Why a device (or, with an empty id, the mesh) has no model to answer prompts now; undefined where it has. */
  lackOf(deviceId: string): string | undefined {
    const online = (deviceId ? [this.registry.find(deviceId)] : this.registry.online()).filter(isThere);
    if (online.some(({ info }) => this.directory.hasModel(info))) return undefined;
    if (!deviceId) return "no device that is online has one";
    const device = this.registry.find(deviceId);
    // One that is away is waited for: what it has then, it says then.
    if (device && !device.online) {
      return device.info.has_local_model ? undefined : `${device.info.device_name} has none`;
    }
    return `${device?.info.device_name ?? deviceId} has none`;
  }

  /** What a price needs to know of a device and its model, whose latest rates its registration may not have yet. */
  priceOf(info: Readonly<DeviceInfo>): ModelHost {
    const host = this.directory.hostOn(info, "");
    if (!host) return { info };
    const device = { ...info, ...ratesOf(host.model.rates) };
    const { name, memory_mb: memoryMb, loaded, rates } = host.model;
    const queueMs = this.#backlog.queueMs(device.device_id, host.parallel);
    return { info: device, model: { name, memoryMb, loaded, loadMs: rates?.load_ms ?? 0 }, queueMs };
  }
}

/** As a registration has them; a device's own count only if both are known. */
function ratesOf(rates: ModelRates | null): Partial<DeviceInfo> {
  const { prefill_toks_per_s: llm_prefill_toks_per_s = 0, decode_toks_per_s: llm_decode_toks_per_s = 0 } = rates ?? {};
  return llm_prefill_toks_per_s > 0 && llm_decode_toks_per_s > 0
    ? { llm_prefill_toks_per_s, llm_decode_toks_per_s }
    : {};
}

function isThere(entry: DeviceEntry | undefined): entry is DeviceEntry {
  return entry !== undefined && takesWork(entry);
}
