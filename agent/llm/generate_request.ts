import { MeshError, messageOf } from "../core/errors.ts";
import type { EmbedRequest, GenerateRequest, Sampling } from "../../proto/messages.ts";

/** A prompt, or all messages together, in bytes of UTF-8, at most. */
export const MAX_PROMPT_BYTES = 4 * 1024 * 1024;

/** Messages of a chat, at most. */
const MAX_MESSAGES = 10_000;

/** A JSON schema for the output, in characters, at most. */
const MAX_FORMAT = 256 * 1024;

/** Texts that end a generation, and characters of each, at most. */
const MAX_STOPS = 64;
const MAX_STOP = 1000;

/** Texts to embed at once, at most, as OpenAI's API has it. */
const MAX_INPUTS = 2048;

const ROLES = ["system", "user", "assistant", "tool"];

/** Ranges of sampling, as `proto/mesh.proto` names them. */
const RANGES = [
  ["temperature", 0, 2],
  ["top_p", 0, 1],
  ["frequency_penalty", -2, 2],
  ["presence_penalty", -2, 2],
] as const;

/** A request with what is not given left open. */
export function generateRequest(given: Partial<GenerateRequest>): GenerateRequest {
  return { prompt: "", messages: [], model: "", max_tokens: 0, sampling: null, format: "", device_id: "", ...given };
}

/** All that a model has to read for a request. */
export function textOf({ prompt, messages }: Pick<GenerateRequest, "prompt" | "messages">): string {
  return prompt || messages.map(({ content }) => content).join("");
}

/** @throws {MeshError} INVALID_ARGUMENT, naming the field */
export function checkGenerateRequest(request: GenerateRequest): void {
  const { prompt, messages, max_tokens, sampling, format } = request;
  if (prompt === "" && messages.length === 0) throw invalid("prompt", "is empty; give a prompt, or messages");
  if (prompt !== "" && messages.length > 0) throw invalid("prompt", "cannot go with messages; give one of them");
  checkMessages(messages);
  checkBytes(messages.length > 0 ? "messages" : "prompt", prompt ? [prompt] : messages.map(({ content }) => content));
  if (!Number.isInteger(max_tokens) || max_tokens < 0) {
    throw invalid("max_tokens", `is ${max_tokens}; it must be 0 (no limit) or more`);
  }
  if (sampling) checkSampling(sampling);
  checkFormat(format);
}

/** @throws {MeshError} INVALID_ARGUMENT, naming the field */
export function checkEmbedRequest({ inputs }: EmbedRequest): void {
  if (inputs.length === 0) throw invalid("inputs", "is empty; give at least one text");
  if (inputs.length > MAX_INPUTS) throw invalid("inputs", `has ${inputs.length} texts; ${MAX_INPUTS} are the most`);
  const empty = inputs.indexOf("");
  if (empty >= 0) throw invalid(`inputs[${empty}]`, "is empty");
  checkBytes("inputs", inputs);
}

function checkMessages(messages: GenerateRequest["messages"]): void {
  if (messages.length > MAX_MESSAGES) {
    throw invalid("messages", `has ${messages.length} messages; ${MAX_MESSAGES} are the most`);
  }
  for (const [n, { role }] of messages.entries()) {
    if (ROLES.includes(role)) continue;
    throw invalid(
      `messages[${n}].role`,
      `${JSON.stringify(role.slice(0, 100))} is unknown; use system, user, assistant or tool`,
    );
  }
}

function checkBytes(field: string, texts: readonly string[]): void {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  // A UTF-16 unit is at most 3 bytes of UTF-8, and at least one.
  if (length * 3 <= MAX_PROMPT_BYTES) return;
  const bytes = length > MAX_PROMPT_BYTES ? length : texts.reduce((sum, text) => sum + encoder.encode(text).length, 0);
  if (bytes > MAX_PROMPT_BYTES) throw invalid(field, `is longer than ${MAX_PROMPT_BYTES} bytes; shorten it`);
}

const encoder = new TextEncoder();

function checkSampling(sampling: Sampling): void {
  for (const [name, least, most] of RANGES) {
    const value = sampling[name];
    if (value === undefined || (value >= least && value <= most)) continue;
    throw invalid(`sampling.${name}`, `is ${value}; it must be ${least} to ${most}`);
  }
  const { seed, stop } = sampling;
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw invalid("sampling.seed", `is ${seed}; it must be a whole number below 2^53`);
  }
  if (stop.length > MAX_STOPS) throw invalid("sampling.stop", `has ${stop.length} texts; ${MAX_STOPS} are the most`);
  for (const [n, text] of stop.entries()) {
    if (text === "") throw invalid(`sampling.stop[${n}]`, "is empty");
    if (text.length > MAX_STOP) throw invalid(`sampling.stop[${n}]`, `is longer than ${MAX_STOP} characters`);
  }
}

function checkFormat(format: string): void {
  if (format === "" || format === "json") return;
  const what = 'is neither "json" nor a JSON schema';
  if (format.length > MAX_FORMAT) throw invalid("format", `is longer than ${MAX_FORMAT} characters`);
  let schema: unknown;
  try {
    schema = JSON.parse(format);
  } catch (error) {
    throw invalid("format", `${what}: ${messageOf(error).slice(0, 200)}`);
  }
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    throw invalid("format", `${what}: a schema is a JSON object`);
  }
}

function invalid(field: string, what: string): MeshError {
  return new MeshError("INVALID_ARGUMENT", `${field}: ${what}`);
}
