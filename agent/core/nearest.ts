import { closestString, levenshteinDistance } from "@std/text";

/** The known name that was probably meant, or undefined when none is near (more than two letters and a third of it differ). */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate: string = closestString(given, known);
  const distance: number = levenshteinDistance(given.toLowerCase(), candidate.toLowerCase());
  const begins = given.length >= 3 && candidate.startsWith(given);
  const allowed = candidate.length < 4 ? 1 : Math.max(2, Math.floor(candidate.length / 3));
  return begins || distance <= allowed ? candidate : undefined;
}

/** ` (did you mean X?)`, or nothing when no known name is near. */
export function didYouMean(given: string, known: readonly string[], prefix = ""): string {
  const candidate = nearest(given, known);
  return candidate === undefined ? "" : ` (did you mean ${prefix}${candidate}?)`;
}
