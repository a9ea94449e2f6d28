import { wrongField } from "./api_error.ts";
import type { Fields } from "./fields.ts";

/** Names that leave the choice of the model to the mesh: OpenAI's clients have to send one. */
const ANY_MODEL: ReadonlySet<string> = new Set(["", "default", "edgemesh"]);

/** Characters of a model's name at most. */
const MAX_NAME = 512;

/**
 * The model that is asked for; empty = the mesh's choice, which `default`, `edgemesh`, an empty name and none stand for.
 *
 * @throws {ApiError} 400
 */
export function modelOf(fields: Fields): string {
  const model = fields.text("model") ?? "";
  if (model.length > MAX_NAME) {
    throw wrongField("model", `model has ${model.length} characters, not ${MAX_NAME} at most`);
  }
  return ANY_MODEL.has(model) ? "" : model;
}
