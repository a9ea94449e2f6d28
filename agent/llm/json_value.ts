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

/** What a server says, as a short text for people: one line of at most `max` characters. */
export function shortText(text: string, max: number): string {
  const line = oneLine(text.slice(0, max * 4));
  return line.length > max ? `${line.slice(0, max).toWellFormed()}…` : line;
}
