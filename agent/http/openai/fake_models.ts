import { delay } from "../../core/abort.ts";
import type {
  DeviceModel,
  EmbedRequest,
  GenerateRequest,
  GenerationEnd,
  GenerationStart,
  Model,
} from "../../../proto/messages.ts";
import type { Embedded, GenerationWatch, MeshModels } from "./mesh_models.ts";

/** What a generation does. */
export type Script = (
  request: GenerateRequest,
  watch: GenerationWatch,
  signal: AbortSignal,
) => Promise<GenerationEnd>;

/** Models of a mesh that do what a test says, and take note of what they were asked. */
export class FakeModels implements MeshModels {
  readonly asked: GenerateRequest[] = [];
  readonly embedded: EmbedRequest[] = [];
  /** How each generation that has ended did so: `done`, or the message of what it threw. */
  readonly ends: string[] = [];
  there: DeviceModel[] = [deviceModel("laptop", "tiny:latest")];
  script: Script = say("Hello", ", ", "world");
  embedding: (text: string) => number[] = (text) => [text.length, 0.5];

  models(): DeviceModel[] {
    return this.there;
  }

  async generate(request: GenerateRequest, watch: GenerationWatch, signal: AbortSignal): Promise<GenerationEnd> {
    this.asked.push(request);
    try {
      const end = await this.script(request, watch, signal);
      this.ends.push("done");
      return end;
    } catch (error) {
      this.ends.push(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  embed(request: EmbedRequest): Promise<Embedded> {
    this.embedded.push(request);
    const embeddings = request.inputs.map((text) => ({ values: this.embedding(text) }));
    const response = { model: "tiny:latest", embeddings, prompt_tokens: 7 };
    return Promise.resolve({ deviceId: "id-laptop", deviceName: "laptop", response });
  }
}

/** Says texts at once, and ends. */
export function say(...texts: readonly string[]): Script {
  return (_, watch) => {
    watch.onStart(startOn("laptop"));
    for (const text of texts) watch.onText(text);
    return Promise.resolve(endOf(texts.length));
  };
}

/** Says texts, then nothing until it is aborted. */
export function sayAndHang(...texts: readonly string[]): Script {
  return async (_, watch, signal) => {
    watch.onStart(startOn("laptop"));
    for (const text of texts) watch.onText(text);
    await delay(2 ** 30, signal);
    return endOf(texts.length);
  };
}

export function startOn(deviceName: string, model = "tiny:latest"): GenerationStart {
  return { device_id: `id-${deviceName}`, device_name: deviceName, model, predicted_ms: 1, load_ms: 0, queue_ms: 0 };
}

export function endOf(outputTokens: number, finishReason = "stop"): GenerationEnd {
  return {
    finish_reason: finishReason,
    stats: {
      model: "tiny:latest",
      prompt_tokens: 5,
      output_tokens: outputTokens,
      queue_ms: 0,
      load_ms: 0,
      prefill_ms: 1,
      decode_ms: 1,
      total_ms: 2,
    },
  };
}

export function deviceModel(deviceName: string, name: string, overrides: Partial<Model> = {}): DeviceModel {
  return {
    device_id: `id-${deviceName}`,
    device_name: deviceName,
    is_default: true,
    model: {
      name,
      endpoint: "http://127.0.0.1:1",
      loaded: true,
      size_bytes: 0,
      memory_mb: 0,
      parameter_size: "",
      quantization: "",
      modified_at: 1_700_000_000,
      generates: true,
      embeds: true,
      rates: null,
      ...overrides,
    },
  };
}
