import { status } from "@grpc/grpc-js";
import { type ErrorCode, MeshError } from "../core/errors.ts";

/** The wire's number of an error code. */
export function statusNumber(code: ErrorCode): number {
  return status[code];
}

/** The error code of a wire status; one that edgemesh does not use becomes INTERNAL. */
export function errorCode(number: number | undefined): ErrorCode {
  switch (number) {
    case status.CANCELLED:
      return "CANCELLED";
    case status.INVALID_ARGUMENT:
    case status.OUT_OF_RANGE:
      return "INVALID_ARGUMENT";
    case status.DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case status.NOT_FOUND:
      return "NOT_FOUND";
    case status.ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case status.PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case status.RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case status.FAILED_PRECONDITION:
    case status.ABORTED:
      return "FAILED_PRECONDITION";
    case status.UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case status.UNAVAILABLE:
      return "UNAVAILABLE";
    case status.UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    default:
      return "INTERNAL";
  }
}

/** What grpc-js throws or emits, as our error: its code and the server's own message. */
export function fromGrpcError(error: unknown): MeshError {
  if (error instanceof MeshError) return error;
  const { code, details, message } = error as { code?: number; details?: string; message?: string };
  return new MeshError(errorCode(code), plain(details || message || "the call failed"), { cause: error });
}

/** grpc-js wraps the system's reason for a failed connection into a sentence of its own. */
function plain(details: string): string {
  const reason = /^No connection established\. Last error: (?:Error: )?(.*?)(?:\.? Resolution note:.*)?$/s.exec(details)
    ?.[1];
  if (!reason) return details;
  const refused = /ECONNREFUSED (\S+)/.exec(reason);
  return refused ? `connection to ${refused[1]} refused` : `no connection: ${reason}`;
}
