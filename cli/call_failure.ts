import { formatAddress, type HostPort } from "../agent/config/address.ts";
import { type ErrorCode, MeshError } from "../agent/core/errors.ts";
import { errorCode, fromGrpcError } from "../agent/mesh/grpc_status.ts";

/** A call that was made. */
export interface MadeCall {
  readonly method: string;
  readonly server: HostPort;
  /** Its deadline; undefined where it had none. */
  readonly timeoutMs?: number | undefined;
}

/** What gRPC reports of a call that failed. */
export interface CallError extends Error {
  readonly code: number;
  readonly details: string;
}

/** Says why a call failed: the agent's own words, and what to do where the agent could not say it. */
export function failureOf(error: CallError, call: MadeCall): MeshError {
  const code = isCut(error) ? "UNAVAILABLE" : errorCode(error.code);
  const details = (error.details || error.message).replace(/\s*Resolution note:\s*$/, "");
  return new MeshError(code, messageFor(code, details, call), { cause: error });
}

/**
 * Whether the connection ended under the call. grpc-js says INTERNAL then, or that the call was cancelled where the
 * server ended it: a call that was cancelled here is not asked why.
 */
function isCut(error: CallError): boolean {
  if (errorCode(error.code) === "CANCELLED") return /^Call cancelled/.test(error.details);
  return errorCode(error.code) === "INTERNAL" && fromGrpcError(error).code === "UNAVAILABLE";
}

function messageFor(code: ErrorCode, details: string, { method, server, timeoutMs }: MadeCall): string {
  const place = formatAddress(server);
  if (method === "CreateSession" && isForeign(code, details)) {
    return `${place} does not answer as an edgemesh agent does: ${details}`;
  }
  switch (code) {
    case "UNAUTHENTICATED":
      return `${details} (give the mesh key with --key, --key-file or EDGEMESH_KEY)`;
    case "DEADLINE_EXCEEDED":
      // grpc-js words its own deadline like this; the agent's deadlines have words of their own.
      return timeoutMs !== undefined && /^Deadline exceeded/i.test(details)
        ? `${place} did not answer within ${timeoutMs / 1000} s: allow more with --timeout`
        : details;
    case "UNAVAILABLE":
      return /^(No connection established|Connection dropped|Keepalive|read ECONN|GOAWAY|Received RST_STREAM|Call cancelled)/i
          .test(
            details,
          )
        ? `lost the connection to ${place}: ${details}`
        : details;
    default:
      return details;
  }
}

/**
 * Whether the first call failed for want of a common language: a web server answers in its own way, and others end a
 * connection that they have just accepted.
 */
function isForeign(code: ErrorCode, details: string): boolean {
  return code === "UNIMPLEMENTED" || code === "INTERNAL" ||
    /^(Received message larger than max|No connection established)/.test(details);
}
