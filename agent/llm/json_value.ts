import { oneLine } from "../core/errors.ts";

/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object; empty where there is none. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The objects of a list; none where there is no list. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A count, a size or a duration: 0 where there is no number, or a negative one. */
export function amountOf(value: unknown): number {
  return typeof value === "number" && value > 0 && Number.isFinite(value) ? value : 0;
}

/** What a message holds of tokens at most (int32); no model has a context near it. */
const MAX_COUNT = 2 ** 31 - 1;

/** The longest that a generation may take, in ms: a day. */
const MAX_DURATION_MS = 86_400_000;

/** A count of tokens: 0 where there is none, or none that makes sense. */
export function countOf(value: unknown): number {
  const count = amountOf(value);
  return Number.isInteger(count) && count <= MAX_COUNT ? count : 0;
}

/**
 * A duration in ms: 0 where there is none, or none that makes sense.
 *
 * @param perMs how many of the server's units are a millisecond
 */
export function durationOf(value: unknown, perMs = 1): number {
  const ms = amountOf(value) / perMs;
  return ms <= MAX_DURATION_MS ? ms : 0;
}

/** What a server says, as a short text for people: one line of at most `max` characters. */
export function shortText(text: string, max: number): string {
  const line = oneLine(text.slice(0, max * 4));
  return line.length > max ? `${line.slice(0, max).toWellFormed()}…` : line;
}
