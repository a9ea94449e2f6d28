import { MeshError } from "../core/errors.ts";
import { isObject, type JsonObject } from "./json_value.ts";

/** What output has to keep: nothing, JSON of any form, or JSON by a schema. */
export type OutputFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json" }
  | { readonly kind: "schema"; readonly schema: JsonObject };

/**
 * @param format of a request: empty, `json`, or a JSON schema as JSON
 * @throws {MeshError} INVALID_ARGUMENT
 */
export function outputFormat(format: string): OutputFormat {
  if (format === "") return { kind: "text" };
  if (format === "json") return { kind: "json" };
  let schema: unknown;
  try {
    schema = JSON.parse(format);
  } catch (cause) {
    throw new MeshError("INVALID_ARGUMENT", 'format is neither "json" nor a JSON schema: it is no JSON', { cause });
  }
  if (isObject(schema)) return { kind: "schema", schema };
  throw new MeshError("INVALID_ARGUMENT", 'format is neither "json" nor a JSON schema, which is an object');
}
