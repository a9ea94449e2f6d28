import { parseDuration } from "../config/duration.ts";
import { UsageError } from "../core/errors.ts";

/** Longest that an attempt may be given, in ms: seven days, as an agent takes it. */
const LONGEST_MS = 7 * 86_400_000;

/**
 * How long an attempt at a task may take, as people write it: seconds, or a text such as `30s` or `5m`.
 *
 * @returns whole ms, 1 or more
 * @throws {UsageError} with the reason alone: the caller knows what the value was given for.
 */
export function taskTimeoutOf(value: number | string): number {
  const ms = typeof value === "string" ? parseDuration(value) : Math.round(value * 1000);
  if (!(ms > 0)) throw new UsageError("is not above 0");
  if (ms > LONGEST_MS) throw new UsageError("is too long: at most 7d");
  return ms;
}
