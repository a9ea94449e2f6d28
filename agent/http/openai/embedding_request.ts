import type { EmbedRequest } from "../../../proto/messages.ts";
import { unsupportedField, wrongField } from "./api_error.ts";
import { Fields, shown } from "./fields.ts";
import { modelOf } from "./model_choice.ts";

/** Inputs of a request at most: as many as OpenAI takes. */
const MAX_INPUTS = 2048;

/** What a client asks to have embedded, and how it wants the vectors. */
export interface EmbeddingAsk {
  readonly request: EmbedRequest;
  /** `base64`: 32-bit floats, little-endian. */
  readonly encoding: "float" | "base64";
}

/**
 * Reads the body of `/v1/embeddings`.
 *
 * @throws {ApiError} 400, naming the field
 */
export function embeddingRequest(body: Readonly<Record<string, unknown>>, deviceId: string): EmbeddingAsk {
  const fields = new Fields(body);
  if (fields.value("dimensions") !== undefined) {
    throw unsupportedField("dimensions", "dimensions is not supported: a vector has as many as its model makes");
  }
  const encoding = fields.text("encoding_format") ?? "float";
  if (encoding !== "float" && encoding !== "base64") {
    throw wrongField("encoding_format", `encoding_format is ${shown(encoding)}, not float or base64`);
  }
  return { request: { model: modelOf(fields), inputs: inputsOf(fields), device_id: deviceId }, encoding };
}

function inputsOf(fields: Fields): string[] {
  const value = fields.value("input");
  if (value === undefined) throw wrongField("input", "input is missing");
  const inputs: unknown[] = Array.isArray(value) ? value : [value];
  if (inputs.length === 0 || inputs.length > MAX_INPUTS) {
    throw wrongField("input", `input has ${inputs.length} texts, not 1 to ${MAX_INPUTS}`);
  }
  return inputs.map((input, at) => {
    if (typeof input === "string" && input !== "") return input;
    if (typeof input === "number" || Array.isArray(input)) {
      throw unsupportedField("input", "input is an array of tokens: send text");
    }
    const path = Array.isArray(value) ? `input[${at}]` : "input";
    throw wrongField("input", `${path} is ${shown(input)}, not a string of at least one character`);
  });
}
