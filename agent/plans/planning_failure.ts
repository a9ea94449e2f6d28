import { type ErrorCode, MeshError, oneLine } from "../core/errors.ts";
import { clipped } from "./clipped.ts";

/** `absent`: there was nobody to ask. */
export type FailureReason = "absent" | "failed" | "timed-out" | "invalid";

const CODES: Readonly<Record<FailureReason, ErrorCode>> = {
  absent: "FAILED_PRECONDITION",
  failed: "UNAVAILABLE",
  "timed-out": "DEADLINE_EXCEEDED",
  invalid: "UNAVAILABLE",
};

/** Longest reason, in characters. */
const MAX_REASON = 500;

/**
 * A planner has no plan, so that the next one is asked. Its message is one line that says who failed and why, as it can
 * stand in a preview's notes: `the external planner failed: exit code 1: no such model`.
 */
export class PlanningFailure extends MeshError {
  override name = "PlanningFailure";

  constructor(readonly why: FailureReason, message: string, options?: { cause?: unknown }) {
    super(CODES[why], clipped(oneLine(message), MAX_REASON), options);
  }
}
