import type { ChatMessage } from "../../../proto/messages.ts";
import { unsupportedField, wrongField } from "./api_error.ts";
import { Fields, isObject, shown } from "./fields.ts";
import type { GenerationAsk } from "./generation_ask.ts";
import { modelOf } from "./model_choice.ts";
import { responseFormatOf } from "./response_format.ts";
import { maxTokensOf, refuseUnsupported, samplingOf, streamingOf } from "./sampling_fields.ts";

/** Messages of a chat at most. */
const MAX_MESSAGES = 10_000;

/** OpenAI's roles, and what models know them as. */
const ROLES = new Map([
  ["system", "system"],
  ["developer", "system"],
  ["user", "user"],
  ["assistant", "assistant"],
  ["tool", "tool"],
]);

/**
 * Reads the body of `/v1/chat/completions`.
 *
 * @throws {ApiError} 400, naming the field
 */
export function chatRequest(body: Readonly<Record<string, unknown>>, deviceId: string): GenerationAsk {
  const fields = new Fields(body);
  refuseUnsupported(fields);
  refuseTools(fields);
  refuseOtherThanText(fields);
  return {
    request: {
      prompt: "",
      messages: messagesOf(fields),
      model: modelOf(fields),
      max_tokens: maxTokensOf(fields, "max_completion_tokens", "max_tokens"),
      sampling: samplingOf(fields),
      format: responseFormatOf(fields),
      device_id: deviceId,
    },
    ...streamingOf(fields),
  };
}

function refuseTools(fields: Fields): void {
  for (const name of ["tools", "functions"]) {
    const value = fields.value(name);
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
      throw unsupportedField(name, `${name} are not supported: the mesh's models answer with text`);
    }
  }
  for (const name of ["tool_choice", "function_call"]) {
    const value = fields.value(name);
    if (value !== undefined && value !== "none" && value !== "auto") {
      throw unsupportedField(name, `${name} is not supported: the mesh's models answer with text`);
    }
  }
}

function refuseOtherThanText(fields: Fields): void {
  if (fields.flag("logprobs")) throw unsupportedField("logprobs", "logprobs are not supported");
  if ((fields.integer("top_logprobs", 0, 20) ?? 0) > 0) {
    throw unsupportedField("top_logprobs", "top_logprobs are not supported");
  }
  const modalities = fields.value("modalities");
  if (modalities !== undefined && !(Array.isArray(modalities) && modalities.every((modality) => modality === "text"))) {
    throw unsupportedField("modalities", "modalities other than text are not supported");
  }
  for (const name of ["audio", "web_search_options"]) {
    if (fields.value(name) !== undefined) throw unsupportedField(name, `${name} is not supported`);
  }
}

function messagesOf(fields: Fields): ChatMessage[] {
  const messages = fields.value("messages");
  if (!Array.isArray(messages) || messages.length === 0) {
    throw wrongField("messages", `messages is ${shown(messages)}, not an array of at least one message`);
  }
  if (messages.length > MAX_MESSAGES) {
    throw wrongField(
      "messages",
      `messages has ${messages.length} messages; ${MAX_MESSAGES} are the most that are taken`,
    );
  }
  return messages.map(messageOf);
}

function messageOf(value: unknown, at: number): ChatMessage {
  const path = `messages[${at}]`;
  if (!isObject(value)) throw wrongField(path, `${path} is ${shown(value)}, not an object`);
  const message = new Fields(value, path);
  const asked = message.text("role");
  const role = ROLES.get(asked ?? "");
  if (role === undefined) {
    throw wrongField(`${path}.role`, `${path}.role is ${shown(asked)}, not one of ${[...ROLES.keys()].join(", ")}`);
  }
  for (const name of ["tool_calls", "function_call", "audio"]) {
    const given = message.value(name);
    if (given !== undefined && !(Array.isArray(given) && given.length === 0)) {
      throw unsupportedField(message.pathOf(name), `${message.pathOf(name)} is not supported`);
    }
  }
  return { role, content: contentOf(message) };
}

function contentOf(message: Fields): string {
  const content = message.value("content");
  const path = message.pathOf("content");
  if (typeof content === "string") return content;
  if (!Array.isArray(content) || content.length === 0) {
    throw wrongField(path, `${path} is ${shown(content)}, not a string or an array of text parts`);
  }
  return content.map((part: unknown, at) => textOf(part, `${path}[${at}]`)).join("\n");
}

function textOf(value: unknown, path: string): string {
  if (!isObject(value)) throw wrongField(path, `${path} is ${shown(value)}, not an object`);
  const part = new Fields(value, path);
  const type = part.text("type");
  if (type === undefined) throw wrongField(part.pathOf("type"), `${part.pathOf("type")} is missing`);
  if (type !== "text") {
    throw unsupportedField(part.pathOf("type"), `${part.pathOf("type")} is ${shown(type)}: only text is supported`);
  }
  const text = part.text("text");
  if (text === undefined) throw wrongField(part.pathOf("text"), `${part.pathOf("text")} is missing`);
  return text;
}
