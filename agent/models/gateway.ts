import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import type {
  CalibrateRequest,
  CalibrateResponse,
  DeviceModel,
  EmbedRequest,
  EmbedResponse,
  GenerateRequest,
  GenerationEnd,
  GenerationStart,
  GenerationStats,
  ModelAnswer,
} from "../../proto/messages.ts";
import type { Backlog } from "./backlog.ts";
import type { CoolDown } from "./cool_down.ts";
import type { ModelDirectory, ModelHost } from "./model_directory.ts";
import { failureOf, ofDevice } from "./device_failures.ts";
import type { HostPrediction, Predictor } from "./predictor.ts";
import { characterCount } from "./prompt_size.ts";
import { type KnownDevices, nothingFor, type Wanted } from "./nothing_for.ts";
import { warmed } from "./warmed.ts";

/** How the gateway reaches a device's models. */
export interface ModelLinks {
  /** @throws {MeshError} the device's own failure; UNAVAILABLE when it is lost meanwhile; the signal's reason on abort */
  order(
    deviceId: string,
    task: { generate: GenerateRequest } | { embed: EmbedRequest } | { calibrate: CalibrateRequest },
    options: OrderOptions,
  ): Promise<ModelAnswer>;
}

interface OrderOptions {
  readonly onText?: (text: string) => void;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** Hears how a generation goes. */
export interface GenerationWatch {
  /** It is given to a device: once, and once more for each that is tried after one that failed. */
  onStart(start: GenerationStart): void;
  onText(text: string): void;
}

export interface GenerationLimits {
  readonly signal: AbortSignal;
  /** What is left of the caller's deadline, in ms. */
  readonly timeoutMs?: number | undefined;
}

/** A device that may answer, with what is expected of it. */
interface Choice {
  readonly host: ModelHost;
  readonly prediction: HostPrediction;
  readonly queueMs: number;
}

/** Failures after which a device is asked only when there is no other, for a while. */
const COOLS_DOWN: ReadonlySet<string> = new Set(["UNAVAILABLE", "INTERNAL"]);

/** A failure that says nothing of the request: another device may do better. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "UNAVAILABLE",
  "RESOURCE_EXHAUSTED",
  "INTERNAL",
  "FAILED_PRECONDITION",
  "NOT_FOUND",
  "UNIMPLEMENTED",
]);

/** A device that another one could stand in for may say nothing for this long at least, in ms. */
const LEAST_PATIENCE_MS = 30_000;

/** A generation that names no limit is ended by its device after this, in ms, counted from its turn. */
const DEVICE_LIMIT_MS = 250_000;

/** The longest time that a timer can be set to, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface GatewayParts {
  readonly coolDown: CoolDown;
  readonly directory: ModelDirectory;
  readonly backlog: Backlog;
  readonly predictor: Predictor;
  readonly links: ModelLinks;
  readonly devices: KnownDevices;
  readonly observer?: GenerationObserver | undefined;
}

/** Hears how generations end, for figures. */
export interface GenerationObserver {
  /** @param code `OK`, or gRPC's name of why it came to nothing. @param stats undefined then */
  generationEnded(code: string, stats: GenerationStats | undefined): void;
}

/**
 * Puts the models of the mesh to work: each request goes to the device that will finish it first, and to the next one
 * where that fails before it has said anything.
 */
export class ModelGateway {
  constructor(private readonly parts: GatewayParts) {}

  /** All models of the mesh, by name, then by device. */
  models(): DeviceModel[] {
    return this.parts.directory.all();
  }

  /**
   * @throws {MeshError} FAILED_PRECONDITION where no device has a model; NOT_FOUND for an unknown device or model; a
   * `BusyError` when every device's queue is full; else the device's failure
   */
  async generate(request: GenerateRequest, watch: GenerationWatch, limits: GenerationLimits): Promise<GenerationEnd> {
    const { observer } = this.parts;
    try {
      const end = await this.#generate(request, watch, limits);
      observer?.generationEnded("OK", end.stats ?? undefined);
      return end;
    } catch (error) {
      observer?.generationEnded(error instanceof MeshError ? error.code : "INTERNAL", undefined);
      throw error;
    }
  }

  async #generate(request: GenerateRequest, watch: GenerationWatch, limits: GenerationLimits): Promise<GenerationEnd> {
    const size = { characters: characterCount(request), maxTokens: request.max_tokens };
    const { backlog, predictor, links } = this.parts;
    const predict = (host: ModelHost) => predictor.predict(warmed(host, backlog), size);
    return await this.#firstThatCan(
      request,
      "generates",
      async (host, { said, isLast }) => {
        const { device_id } = host.device;
        const prediction = predict(host);
        const queueMs = backlog.queueMs(device_id, host.parallel);
        watch.onStart(startOf({ host, prediction, queueMs }));
        const key = {};
        using patience = new LinkedSignal(limits.signal);
        const longest = isLast ? limits.timeoutMs ?? DEVICE_LIMIT_MS : 0;
        const heard = patience.abortAfter(...patienceOf({ prediction, queueMs }, longest));
        const { predictedMs } = prediction;
        backlog.add(device_id, key, { predictedMs, model: host.model.name, parallel: host.parallel });
        try {
          const generate = { ...request, model: host.model.name, device_id };
          const { end } = await links.order(device_id, { generate }, {
            ...options(limits),
            signal: patience.signal,
            onText: (text) => {
              heard();
              said();
              watch.onText(text);
            },
          });
          if (!end?.stats) throw new MeshError("INTERNAL", "the device answered with nothing");
          predictor.ended(host, prediction, end.stats);
          return end;
        } finally {
          backlog.delete(device_id, key);
        }
      },
      (host) => predict(host).predictedMs,
      limits.signal,
    );
  }

  /** @throws {MeshError} as `generate` does */
  async embed(
    request: EmbedRequest,
    limits: GenerationLimits,
  ): Promise<{ deviceId: string; deviceName: string; response: EmbedResponse }> {
    if (request.inputs.length === 0) throw new MeshError("INVALID_ARGUMENT", "inputs: is empty");
    return await this.#firstThatCan(
      request,
      "embeds",
      async (host) => {
        const { device_id, device_name } = host.device;
        const embed = { ...request, model: host.model.name, device_id };
        const { embedded } = await this.parts.links.order(device_id, { embed }, options(limits));
        if (embedded?.embeddings.length !== request.inputs.length) {
          throw new MeshError(
            "INTERNAL",
            `device ${device_name} answered with another number of embeddings than asked for`,
          );
        }
        return { deviceId: device_id, deviceName: device_name, response: embedded };
      },
      () => 0,
      limits.signal,
    );
  }

  /** Measures a device's model. @throws {MeshError} as `generate` does */
  async calibrate(request: CalibrateRequest, limits: GenerationLimits): Promise<CalibrateResponse> {
    const [host] = this.#hosts(request, "generates");
    if (!host) throw nothingFor(request, "generates", this.parts);
    const { device_id, device_name } = host.device;
    const calibrate = { ...request, model: host.model.name, device_id };
    const { calibrated } = await this.parts.links.order(device_id, { calibrate }, options(limits)).catch((error) => {
      throw limits.signal.aborted || !(error instanceof MeshError) ? error : ofDevice(host, error);
    });
    if (!calibrated) throw new MeshError("INTERNAL", "the device answered with nothing");
    if (calibrated.rates) this.parts.directory.measured(device_id, host.model.name, calibrated.rates);
    // What was learned belongs to the rates that there were.
    this.parts.predictor.forget(device_id, host.model.name);
    return { ...calibrated, device_id, device_name };
  }

  /**
   * Tries one device after the other, the one that will be done first before the others.
   *
   * @param run does it on a device. `said` is to be called once something of the answer was passed on: nobody else can
   * answer then. `isLast`: there is no other device left.
   */
  async #firstThatCan<T>(
    request: Wanted,
    can: "generates" | "embeds",
    run: (host: ModelHost, attempt: { readonly said: () => void; readonly isLast: boolean }) => Promise<T>,
    predictedMs: (host: ModelHost) => number,
    signal: AbortSignal,
  ): Promise<T> {
    const tried = new Set<string>();
    const failures: { readonly host: ModelHost; readonly error: MeshError }[] = [];
    for (;;) {
      const hosts = this.#hosts(request, can).filter(({ device }) => !tried.has(device.device_id));
      const host = this.#soonest(hosts, predictedMs);
      if (!host) break;
      const { device_id } = host.device;
      tried.add(device_id);
      let hasSaid = false;
      try {
        const result = await run(host, { said: () => hasSaid = true, isLast: hosts.length === 1 });
        this.parts.coolDown.clear(device_id);
        return result;
      } catch (error) {
        if (signal.aborted || !(error instanceof MeshError)) throw error;
        if (COOLS_DOWN.has(error.code)) this.parts.coolDown.failed(device_id);
        if (!ELSEWHERE.has(error.code)) throw error;
        if (hasSaid) throw ofDevice(host, error);
        failures.push({ host, error });
      }
    }
    throw failures.length > 0 ? failureOf(failures) : nothingFor(request, can, this.parts);
  }

  /** Of those that did not fail just now, where there are any. */
  #soonest(hosts: readonly ModelHost[], predictedMs: (host: ModelHost) => number): ModelHost | undefined {
    const { backlog, coolDown } = this.parts;
    const sound = hosts.filter(({ device }) => !coolDown.isCooling(device.device_id));
    let soonest: ModelHost | undefined;
    let least = Infinity;
    for (const host of sound.length > 0 ? sound : hosts) {
      const ms = backlog.queueMs(host.device.device_id, host.parallel) + predictedMs(host);
      if (!soonest || ms < least) [soonest, least] = [host, ms];
    }
    return soonest;
  }

  #hosts({ model, device_id }: Wanted, can: "generates" | "embeds") {
    return this.parts.directory.hosts(model, device_id, can);
  }
}

function options({ signal, timeoutMs }: GenerationLimits): OrderOptions {
  return { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/**
 * How long a device may say nothing before another one is tried, in ms, and what is then said of it: several times what
 * was predicted, since predictions err, and never so short that a slow start fails.
 *
 * @param longest where there is no other device: what the device itself takes for too long, in ms
 */
function patienceOf({ prediction, queueMs }: Omit<Choice, "host">, longest: number): [number, MeshError] {
  const patience = LEAST_PATIENCE_MS + 2 * queueMs + 3 * prediction.loadMs + prediction.predictedMs;
  const ms = Math.min(MAX_TIMER_MS, patience + longest);
  return [ms, new MeshError("UNAVAILABLE", `said nothing for ${Math.round(ms / 1000)} s`)];
}

function startOf({ host, prediction, queueMs }: Choice): GenerationStart {
  return {
    device_id: host.device.device_id,
    device_name: host.device.device_name,
    model: host.model.name,
    predicted_ms: prediction.predictedMs,
    load_ms: prediction.loadMs,
    queue_ms: queueMs,
  };
}
