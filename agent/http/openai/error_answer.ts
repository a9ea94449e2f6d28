import { BusyError, type ErrorCode, MeshError, oneLine } from "../../core/errors.ts";
import { newId, shortId } from "../../core/ids.ts";
import { logger } from "../../core/log.ts";
import { ApiError } from "./api_error.ts";

const log = logger("http");

/** Most characters of an error's message. */
const MAX_MESSAGE = 1000;

/** OpenAI's error as JSON: https://platform.openai.com/docs/guides/error-codes */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** A failure as a client hears of it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/** What HTTP says of a code, and what programs may go by. */
const KINDS: Readonly<Record<ErrorCode, readonly [status: number, code: string | null]>> = {
  CANCELLED: [503, "cancelled"],
  INVALID_ARGUMENT: [400, null],
  DEADLINE_EXCEEDED: [504, "deadline_exceeded"],
  NOT_FOUND: [404, "not_found"],
  ALREADY_EXISTS: [409, null],
  PERMISSION_DENIED: [403, null],
  RESOURCE_EXHAUSTED: [429, "rate_limit_exceeded"],
  FAILED_PRECONDITION: [400, "failed_precondition"],
  UNIMPLEMENTED: [501, null],
  INTERNAL: [500, null],
  UNAVAILABLE: [503, "unavailable"],
  UNAUTHENTICATED: [401, "invalid_api_key"],
};

/** What a failure becomes. The cause of an unforeseen one goes to the log only. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof ApiError) {
    const { param = null, code = null, headers = {} } = error.details;
    return { status: error.status, headers, body: bodyOf(error.status, error.message, code, param) };
  }
  if (error instanceof MeshError) {
    const [status, code] = KINDS[error.code];
    return { status, headers: headersOf(error), body: bodyOf(status, error.message, code) };
  }
  const id = shortId(newId());
  log.error("a request failed unexpectedly ({id}): {error}", { id, error });
  return { status: 500, headers: {}, body: bodyOf(500, `internal error ${id}; the agent's log says more`, null) };
}

function headersOf(error: MeshError): Record<string, string> {
  if (error instanceof BusyError) return { "retry-after": String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))) };
  return error.code === "UNAUTHENTICATED" ? { "www-authenticate": "Bearer" } : {};
}

function bodyOf(status: number, text: string, code: string | null, param: string | null = null): ErrorBody {
  const line = oneLine(text);
  const message = line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE).toWellFormed()}…` : line;
  return { error: { message, type: typeOf(status), param, code } };
}

function typeOf(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}
