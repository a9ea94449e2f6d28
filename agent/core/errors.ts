/**
 * The closed set of ways in which an operation can fail, named as gRPC names them.
 * `agent/mesh/grpc_status.ts` maps them to the wire; nothing else knows the numbers.
 */
export type ErrorCode =
  | "CANCELLED"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "UNAUTHENTICATED";

/** A failure that may be shown to the user: its message is one line that names what was wrong and what to do. */
export class MeshError extends Error {
  override name = "MeshError";

  constructor(readonly code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}

/** `RESOURCE_EXHAUSTED` that passes: a place is likely to be free after a while. */
export class BusyError extends MeshError {
  /** @param retryAfterMs when it is worth another try, in ms */
  constructor(message: string, readonly retryAfterMs: number) {
    super("RESOURCE_EXHAUSTED", message);
  }
}

/** Wrong usage of the command line or the configuration: the program ends with exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}

/** Text from anywhere as it can stand in a line for people: well-formed, without line ends and other control characters. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\s\p{Cc}]+/gu, " ").trim();
}
