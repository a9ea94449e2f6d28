import type { Sampling } from "../../../proto/messages.ts";
import { unsupportedField, wrongField } from "./api_error.ts";
import { type Fields, isObject, shown } from "./fields.ts";

/** Stop texts at most: as many as OpenAI takes. */
const MAX_STOPS = 4;

/** Characters of a stop text at most. */
const MAX_STOP_LENGTH = 1024;

/** The largest number of tokens that the mesh's messages can name. */
const MAX_TOKENS = 2 ** 31 - 1;

/** How the model chooses its words; what is absent is the model's own. @throws {ApiError} */
export function samplingOf(fields: Fields): Sampling {
  const sampling: Sampling = { stop: stopsOf(fields) };
  const set = (name: Exclude<keyof Sampling, "stop">, value: number | undefined) => {
    if (value !== undefined) sampling[name] = value;
  };
  set("temperature", fields.number("temperature", 0, 2));
  set("top_p", fields.number("top_p", 0, 1));
  set("seed", fields.integer("seed", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
  set("frequency_penalty", fields.number("frequency_penalty", -2, 2));
  set("presence_penalty", fields.number("presence_penalty", -2, 2));
  return sampling;
}

/** Tokens at most, by the first of the fields that is there; 0 = the model's own limit. @throws {ApiError} */
export function maxTokensOf(fields: Fields, ...names: readonly string[]): number {
  const limits = names.map((name) => fields.integer(name, 1, MAX_TOKENS));
  return limits.find((limit) => limit !== undefined) ?? 0;
}

/** Refuses what both ways of generating share and edgemesh does not have. @throws {ApiError} */
export function refuseUnsupported(fields: Fields): void {
  const n = fields.integer("n", 1, MAX_TOKENS) ?? 1;
  if (n !== 1) throw unsupportedField("n", `n is ${n}: edgemesh gives one answer to a request`);
  const bias = fields.value("logit_bias");
  if (bias !== undefined && !(isObject(bias) && Object.keys(bias).length === 0)) {
    throw unsupportedField("logit_bias", "logit_bias is not supported");
  }
}

/** Whether the client wants its answer piece by piece, and the counts after it. @throws {ApiError} */
export function streamingOf(fields: Fields): { readonly stream: boolean; readonly includeUsage: boolean } {
  return {
    stream: fields.flag("stream") ?? false,
    includeUsage: fields.object("stream_options")?.flag("include_usage") ?? false,
  };
}

function stopsOf(fields: Fields): string[] {
  const value = fields.value("stop");
  if (value === undefined) return [];
  const stops: unknown[] = Array.isArray(value) ? value : [value];
  if (stops.length > MAX_STOPS) {
    throw wrongField("stop", `stop has ${stops.length} texts; ${MAX_STOPS} are the most that are taken`);
  }
  return stops.map((stop) => {
    if (typeof stop === "string" && stop.length > 0 && stop.length <= MAX_STOP_LENGTH) return stop;
    if (typeof stop !== "string") {
      throw wrongField("stop", `stop is ${shown(stop)}, not a string or an array of strings`);
    }
    throw wrongField("stop", `a text of stop has ${stop.length} characters, not 1 to ${MAX_STOP_LENGTH}`);
  });
}
