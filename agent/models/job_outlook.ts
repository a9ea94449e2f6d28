import type { GenerationHost, GenerationOutlook } from "../jobs/generation_outlook.ts";
import type { DeviceInfo, GenerationStats, TaskSpec } from "../../proto/messages.ts";
import type { Backlog } from "./backlog.ts";
import type { ModelDirectory, ModelHost } from "./model_directory.ts";
import type { GenerationSize, HostPrediction, Predictor } from "./predictor.ts";
import { warmed } from "./warmed.ts";

/** A prompt has no more tokens than this for each of its characters, and beside them: what a task says of itself is bounded. */
const MOST_TOKENS_PER_CHARACTER = 4;
const MOST_TOKENS_BESIDE = 4096;

/** A task that a device was given, with what was predicted of it. */
interface Given {
  readonly deviceId: string;
  readonly host: ModelHost;
  readonly prediction: HostPrediction;
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

  get version(): number {
    return this.backlog.version;
  }

  host(deviceId: string): GenerationHost | undefined {
    const host = this.#host(deviceId);
    if (!host) return undefined;
    return {
      places: this.backlog.places(deviceId, host.parallel),
      predictMs: (spec) => this.predictor.predict(host, taskSizeOf(spec)).predictedMs,
    };
  }

  given(key: object, deviceId: string, spec: TaskSpec): number {
    const host = this.#host(deviceId);
    if (!host) return 0;
    const { parallel, model } = host;
    const prediction = this.predictor.predict(host, taskSizeOf(spec));
    const queueMs = this.backlog.queueMs(deviceId, parallel);
    this.#given.set(key, { deviceId, host, prediction });
    this.backlog.add(deviceId, key, { predictedMs: prediction.predictedMs, model: model.name, parallel });
    return queueMs;
  }

  ended(key: object, stats: GenerationStats | null): void {
    const given = this.#given.get(key);
    if (!given) return;
    this.#given.delete(key);
    this.backlog.delete(given.deviceId, key);
    if (stats) this.predictor.ended(given.host, given.prediction, stats);
  }

  #host(deviceId: string): ModelHost | undefined {
    const device = this.device(deviceId);
    const host = device && this.directory.hostOn(device, "");
    return host && warmed(host, this.backlog);
  }
}

/** How much a task is: its own counts where it has them, else what its input tells. */
export function sizeOf({ input, prompt_tokens, max_output_tokens }: TaskSpec): GenerationSize {
  return { characters: input.length, promptTokens: prompt_tokens, maxTokens: max_output_tokens };
}

/** The same of a task that is run: what it says of its prompt cannot be more than its input holds. */
function taskSizeOf(spec: TaskSpec): GenerationSize {
  const most = MOST_TOKENS_PER_CHARACTER * spec.input.length + MOST_TOKENS_BESIDE;
  return { ...sizeOf(spec), promptTokens: Math.min(spec.prompt_tokens, most) };
}
