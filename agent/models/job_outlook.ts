import type { GenerationOutlook } from "../jobs/generation_outlook.ts";
import type { DeviceInfo, GenerationStats, TaskSpec } from "../../proto/messages.ts";
import type { Backlog } from "./backlog.ts";
import type { ModelDirectory, ModelHost } from "./model_directory.ts";
import type { GenerationSize, HostPrediction, Predictor } from "./predictor.ts";

/** A task that a device was given, with what was predicted of it. */
interface Given {
  readonly deviceId: string;
  readonly host: ModelHost | undefined;
  readonly prediction: HostPrediction | undefined;
}

/** Predictions for the tasks of jobs, from the same knowledge that the gateway routes by. */
export class JobOutlook implements GenerationOutlook {
  readonly #given = new Map<object, Given>();

  constructor(
    private readonly directory: ModelDirectory,
    private readonly backlog: Backlog,
    private readonly predictor: Predictor,
    private readonly device: (deviceId: string) => Readonly<DeviceInfo> | undefined,
  ) {}

  places(deviceId: string): number[] {
    return this.backlog.places(deviceId, this.#host(deviceId)?.parallel ?? 1);
  }

  predictMs(deviceId: string, spec: TaskSpec): number {
    const host = this.#host(deviceId);
    return host ? this.predictor.predict(host, sizeOf(spec)).predictedMs : Infinity;
  }

  given(key: object, deviceId: string, spec: TaskSpec): void {
    const host = this.#host(deviceId);
    const prediction = host && this.predictor.predict(host, sizeOf(spec));
    this.#given.set(key, { deviceId, host, prediction });
    if (host && prediction) this.backlog.add(deviceId, key, prediction.predictedMs, host.parallel);
  }

  ended(key: object, stats: GenerationStats | null): void {
    const given = this.#given.get(key);
    if (!given) return;
    this.#given.delete(key);
    this.backlog.delete(given.deviceId, key);
    if (stats && given.host && given.prediction) this.predictor.ended(given.host, given.prediction, stats);
  }

  #host(deviceId: string): ModelHost | undefined {
    const device = this.device(deviceId);
    return device && this.directory.hostOn(device, "");
  }
}

/** How much a task is: its own counts where it has them, else what its input tells. */
export function sizeOf({ input, prompt_tokens, max_output_tokens }: TaskSpec): GenerationSize {
  return { characters: input.length, promptTokens: prompt_tokens, maxTokens: max_output_tokens };
}
