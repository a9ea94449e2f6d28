import { UsageError } from "../core/errors.ts";

/** Units from the largest to the smallest, in ms. */
const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000], ["ms", 1]] as const;

/** Longest duration that can be written, in ms: about ten years, far below what numbers hold exactly. */
const LONGEST_MS = 3660 * 86_400_000;

/**
 * Reads a duration in ms: a number with the unit ms, s, m, h or d, as `30s`, `1.5h`, `7d`; without a unit it is seconds.
 *
 * @returns whole ms, 0 or more
 * @throws {UsageError} with the reason alone: the caller knows what the text was given for.
 */
export function parseDuration(text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)?$/.exec(text.trim());
  const [, number, unit = "s"] = match ?? [];
  const unitMs = UNITS.find(([name]) => name === unit)?.[1];
  if (number === undefined || unitMs === undefined) {
    throw new UsageError("is not a duration: write 30, 30s, 5m, 2h or 7d");
  }
  const ms = Math.round(Number(number) * unitMs);
  if (ms > LONGEST_MS) throw new UsageError("is too long a duration: at most 3660d");
  return ms;
}

/** A whole number of ms in its largest unit without a remainder: `30s`, `90m`, `7d`. {@link parseDuration} reads it. */
export function formatDuration(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => ms >= unitMs && ms % unitMs === 0) ?? ["s", 1000];
  return `${ms / unitMs}${unit}`;
}
