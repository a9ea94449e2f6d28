import { type ErrorCode, MeshError, oneLine } from "../core/errors.ts";

/** gRPC's status numbers (https://grpc.io/docs/guides/status-codes/). Written out, so that the CLI need not load gRPC. */
const NUMBERS: Readonly<Record<ErrorCode, number>> = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
};

const CODES = new Map(Object.entries(NUMBERS).map(([code, number]) => [number, code as ErrorCode]));

/** The wire's number of an error code. */
export function statusNumber(code: ErrorCode): number {
  return NUMBERS[code];
}

/** Most characters of a status's details: whatever their alphabet, they fit the 8 KB of metadata that peers take. */
const MAX_DETAILS = 500;

/** A message as it can stand in a status: well-formed, on one line, not endless, whatever a caller sent to be quoted in it. */
export function statusDetails(message: string): string {
  const line = oneLine(message);
  return line.length > MAX_DETAILS ? `${line.slice(0, MAX_DETAILS).toWellFormed()}…` : line;
}

/** The error code of a wire status; one that edgemesh does not use (UNKNOWN, ABORTED, …) becomes INTERNAL. */
export function errorCode(number: number | undefined): ErrorCode {
  return CODES.get(number ?? -1) ?? "INTERNAL";
}

/** How grpc-js says that a connection ended under a call. No server says this of itself. */
const CONNECTION_LOST = /^Received RST_STREAM with code \d+ triggered by internal client error/;

/** What grpc-js throws or emits, as our error: its code and the server's own message. */
export function fromGrpcError(error: unknown): MeshError {
  if (error instanceof MeshError) return error;
  const { code, details, message } = error as { code?: number; details?: string; message?: string };
  if (code === NUMBERS.INTERNAL && CONNECTION_LOST.test(details ?? "")) {
    const text = "its connection was lost during the call, which may or may not have taken effect";
    return new MeshError("UNAVAILABLE", text, { cause: error });
  }
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
