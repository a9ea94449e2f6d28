import { wrongField } from "./api_error.ts";
import { type Fields, isObject, shown } from "./fields.ts";

/** Characters of a JSON schema at most. */
const MAX_SCHEMA = 256 * 1024;

/** The form of the answer as the mesh names it: empty for text, `json`, or a JSON schema as JSON. @throws {ApiError} */
export function responseFormatOf(fields: Fields): string {
  const format = fields.object("response_format");
  if (!format) return "";
  const type = format.text("type");
  if (type === "text") return "";
  if (type === "json_object") return "json";
  if (type === "json_schema") return schemaOf(format);
  const path = format.pathOf("type");
  throw wrongField(path, `${path} is ${shown(type)}, not text, json_object or json_schema`);
}

function schemaOf(format: Fields): string {
  const wrapper = format.object("json_schema");
  const schema = wrapper?.value("schema");
  const path = "response_format.json_schema.schema";
  if (!isObject(schema)) throw wrongField(path, `${path} is ${shown(schema)}, not an object`);
  const text = asJson(schema, path);
  if (text.length > MAX_SCHEMA) {
    throw wrongField(path, `${path} has ${text.length} characters; ${MAX_SCHEMA} are the most that are taken`);
  }
  return text;
}

function asJson(schema: unknown, path: string): string {
  try {
    return JSON.stringify(schema);
  } catch {
    // A value from JSON cannot be a circle: the stack ends before it does.
    throw wrongField(path, `${path} is nested too deeply`);
  }
}
