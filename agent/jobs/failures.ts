/**
 * What another attempt may do about a failed one. `anywhere`: the device could not do it now. `elsewhere`: this device
 * cannot do it, another one may. `nothing`: the task itself failed, or took too long.
 */
export type Cure = "anywhere" | "elsewhere" | "nothing";

const CURES: Readonly<Record<string, Cure>> = {
  UNAVAILABLE: "anywhere",
  RESOURCE_EXHAUSTED: "anywhere",
  ABORTED: "anywhere",
  INTERNAL: "elsewhere",
  UNIMPLEMENTED: "elsewhere",
  PERMISSION_DENIED: "elsewhere",
  FAILED_PRECONDITION: "elsewhere",
};

/** @param errorCode of the outcome: a gRPC status name, or empty for the task's own failure */
export function cureOf(errorCode: string): Cure {
  return Object.hasOwn(CURES, errorCode) ? CURES[errorCode] ?? "nothing" : "nothing";
}
