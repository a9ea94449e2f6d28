import { BusyError, type ErrorCode, MeshError, oneLine } from "../../core/errors.ts";
import { newId, shortId } from "../../core/ids.ts";
import { logger } from "../../core/log.ts";
import { type HttpAnswer, json } from "../http_call.ts";

const log = logger("http");

/** What Connect calls a code, and the HTTP status that goes with it: https://connectrpc.com/docs/protocol#error-codes */
const CODES: Readonly<Record<ErrorCode, readonly [code: string, status: number]>> = {
  CANCELLED: ["canceled", 499],
  INVALID_ARGUMENT: ["invalid_argument", 400],
  DEADLINE_EXCEEDED: ["deadline_exceeded", 504],
  NOT_FOUND: ["not_found", 404],
  ALREADY_EXISTS: ["already_exists", 409],
  PERMISSION_DENIED: ["permission_denied", 403],
  RESOURCE_EXHAUSTED: ["resource_exhausted", 429],
  FAILED_PRECONDITION: ["failed_precondition", 400],
  UNIMPLEMENTED: ["unimplemented", 501],
  INTERNAL: ["internal", 500],
  UNAVAILABLE: ["unavailable", 503],
  UNAUTHENTICATED: ["unauthenticated", 401],
};

/** Connect's error as JSON. */
export interface ConnectErrorBody {
  readonly code: string;
  readonly message: string;
}

/** What a failure is called. */
export function errorBody({ code, message }: MeshError): ConnectErrorBody {
  return { code: CODES[code][0], message: oneLine(message) };
}

/**
 * A failure as the answer to a call that has had none yet.
 *
 * @param status instead of the one that goes with the code
 */
export function errorAnswer(failure: MeshError, status = CODES[failure.code][1]): HttpAnswer {
  return json(errorBody(failure), status, headersOf(failure));
}

/** What the client may know of anything that was thrown. The cause of what is unforeseen goes to the log only. */
export function shown(error: unknown): MeshError {
  if (error instanceof MeshError) return error;
  const id = shortId(newId());
  log.error("a call failed unexpectedly ({id}): {error}", { id, error });
  return new MeshError("INTERNAL", `internal error ${id}; the agent's log says more`);
}

function headersOf(failure: MeshError): Record<string, string> {
  if (failure instanceof BusyError) {
    return { "retry-after": String(Math.max(1, Math.ceil(failure.retryAfterMs / 1000))) };
  }
  return failure.code === "UNAUTHENTICATED" ? { "www-authenticate": "Bearer" } : {};
}
