import { amountOf, type JsonObject, objectOf, textOf } from "./json_value.ts";
import type { ServedModel } from "./types.ts";

/** What the names of models that only make embeddings have in common: `/v1/models` does not say what a model can do. */
const EMBEDDING_NAME = /embed|minilm|\b(bge|gte|e5)-/i;

/**
 * An entry of `/v1/models`. One that is listed is taken to be in memory. When it was made is not known: llama.cpp's server
 * gives the time of the request for it.
 */
export function servedModel(entry: JsonObject): ServedModel {
  const name = textOf(entry.id);
  // llama.cpp's own.
  const { size, n_params } = objectOf(entry.meta);
  return {
    name,
    loaded: true,
    sizeBytes: amountOf(size),
    memoryBytes: 0,
    parameterSize: parametersText(amountOf(n_params)),
    quantization: "",
    modifiedAt: 0,
    generates: !EMBEDDING_NAME.test(name),
    embeds: true,
  };
}

/** As Ollama says it: `8.0B`, `270M`; empty for 0. */
function parametersText(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)}B`;
  if (count >= 1e6) return `${Math.round(count / 1e6)}M`;
  return count > 0 ? `${Math.round(count / 1e3)}K` : "";
}
