import { MeshError } from "../core/errors.ts";

/** What says only that the device could not be asked. Anything else is its word on the task itself. */
const UNASKED: ReadonlySet<string> = new Set(["UNAVAILABLE", "UNAUTHENTICATED", "CANCELLED"]);

/** What says that this agent may not call the device, which is nothing that its own caller could mend. */
export function isOurs(error: unknown): boolean {
  return error instanceof MeshError && (error.code === "UNAUTHENTICATED" || error.code === "PERMISSION_DENIED");
}

/** Its word on the task itself. */
export function isVerdict(error: unknown): boolean {
  return error instanceof MeshError && !UNASKED.has(error.code);
}

/** It was not there. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof MeshError && error.code === "UNAVAILABLE";
}
