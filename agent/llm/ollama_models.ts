import { amountOf, isObject, type JsonObject, objectOf, shortText, textOf } from "./json_value.ts";
import type { ServedModel } from "./types.ts";

/** Characters of what a server says of a model's size or quantization. */
const DETAIL_TEXT = 64;

/** What a model can do. */
export interface Abilities {
  readonly generates: boolean;
  readonly embeds: boolean;
}

/** What an entry of `/api/tags` or `/api/ps` is called. */
export function nameOf(entry: JsonObject): string {
  return textOf(entry.name) || textOf(entry.model);
}

/** Whether Ollama runs the model itself: its cloud models are only listed there, and prompts would leave this device. */
export function isLocal(tag: JsonObject): boolean {
  return textOf(tag.remote_host) === "" && textOf(tag.remote_model) === "";
}

/**
 * From an answer of `/api/show`; null where it does not say, as before version 0.6.4. Ollama makes embeddings with models
 * that write text, too, whatever it says of them.
 */
export function abilitiesOf(shown: unknown): Abilities | null {
  if (!isObject(shown) || !Array.isArray(shown.capabilities)) return null;
  return { generates: shown.capabilities.includes("completion"), embeds: true };
}

/** Where the server does not say: models of the BERT kind read text and write none; others are worth a try. */
export function abilitiesByFamily(tag: JsonObject): Abilities {
  const { family, families } = objectOf(tag.details);
  const all = [family, ...(Array.isArray(families) ? families : [])].map(textOf);
  return { generates: !all.some((name) => /bert/i.test(name)), embeds: true };
}

/**
 * @param tag an entry of `/api/tags`
 * @param loaded its entry of `/api/ps`, where it is in memory
 */
export function servedModel(tag: JsonObject, loaded: JsonObject | undefined, abilities: Abilities): ServedModel {
  const details = objectOf(tag.details);
  const modifiedAt = Date.parse(textOf(tag.modified_at));
  return {
    name: nameOf(tag),
    loaded: loaded !== undefined,
    sizeBytes: amountOf(tag.size),
    memoryBytes: amountOf(loaded?.size),
    parameterSize: shortText(textOf(details.parameter_size), DETAIL_TEXT),
    quantization: shortText(textOf(details.quantization_level), DETAIL_TEXT),
    modifiedAt: amountOf(modifiedAt),
    ...abilities,
  };
}
