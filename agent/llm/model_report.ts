import type { Model, ModelRates } from "../../proto/messages.ts";
import type { LocalModel } from "./local_models.ts";

const MB = 1024 * 1024;

/** A model as the mesh hears of it. */
export function modelOf(model: LocalModel, rates: ModelRates | null): Model {
  return {
    name: model.name,
    endpoint: model.server.endpoint,
    loaded: model.loaded,
    size_bytes: model.sizeBytes,
    memory_mb: model.memoryBytes / MB,
    parameter_size: model.parameterSize,
    quantization: model.quantization,
    modified_at: Math.floor(model.modifiedAt / 1000),
    generates: model.generates,
    embeds: model.embeds,
    rates,
  };
}
