import { type ErrorCode, MeshError } from "../core/errors.ts";
import { isObject, objectOf, shortText, textOf } from "./json_value.ts";

/** Characters of a server's own error text that are handed on, at most. */
const ERROR_TEXT = 500;

/** A model server answered with a status that is not 2xx. */
export class HttpRefusal extends Error {
  /** What the server says of it; empty where it says nothing. */
  readonly text: string;
  /** Its own code, e.g. `model_not_found`; empty where it gives none. */
  readonly serverCode: string;

  constructor(readonly status: number, body: string) {
    const { text, code } = readErrorBody(body);
    super(text);
    this.text = text;
    this.serverCode = code;
  }

  /** Whether the server lacks the model, not the path. */
  get isUnknownModel(): boolean {
    return this.serverCode === "model_not_found" || (this.status === 404 && /\bmodel\b/i.test(this.text));
  }

  /** As the mesh says it. @param server what to call it, e.g. `Ollama at http://localhost:11434` */
  toMeshError(server: string): MeshError {
    const text = this.text ? `: ${this.text}` : "";
    return new MeshError(codeOf(this), `${server} answered ${this.status}${text}${hintOf(this)}`);
  }
}

function codeOf(refusal: HttpRefusal): ErrorCode {
  const { status, text } = refusal;
  if (refusal.isUnknownModel) return "NOT_FOUND";
  // Ollama 0.13 answers 500: it is the request's fault all the same, and no other device would take it.
  if (/^invalid JSON schema\b/i.test(text)) return "INVALID_ARGUMENT";
  if (/does not support|not supported/i.test(text) || status === 501) return "FAILED_PRECONDITION";
  switch (status) {
    case 400:
    case 413:
    case 422:
      return "INVALID_ARGUMENT";
    case 401:
    case 402:
    case 403:
      return "FAILED_PRECONDITION";
    case 408:
    case 429:
    case 499:
    case 502:
    case 503:
    case 504:
      return "UNAVAILABLE";
    default:
      return "INTERNAL";
  }
}

function hintOf({ status, isUnknownModel }: HttpRefusal): string {
  if (status === 401 || status === 403) return "; it wants a key, and a model server gets none from edgemesh";
  if (status === 404 && !isUnknownModel) return "; is it a model server of this kind?";
  return "";
}

/** Ollama says `{"error":"…"}`, those of the OpenAI kind `{"error":{"message":"…","code":…}}`, others plain text. */
function readErrorBody(body: string): { text: string; code: string } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { text: shortText(body, ERROR_TEXT), code: "" };
  }
  return { text: errorText(value), code: textOf(objectOf(objectOf(value).error).code) };
}

/** The text of an error in JSON, of any of those forms; empty where there is none. */
export function errorText(value: unknown): string {
  const error = isObject(value) && "error" in value ? value.error : value;
  if (typeof error === "string") return shortText(error, ERROR_TEXT);
  const { message, detail } = objectOf(error);
  return shortText(textOf(message) || textOf(detail), ERROR_TEXT);
}
