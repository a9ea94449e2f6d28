import type * as v from "valibot";
import { didYouMean } from "../core/nearest.ts";
import { knownNames } from "./plan_schema.ts";
import { quoted } from "./quoted.ts";

/** What is wrong with a field of a plan, with its path: `"groups[0].tasks" is not an array but a string`. */
export function fieldFault(issue: v.BaseIssue<unknown>): string {
  const path = issue.path ?? [];
  const keys = path.map((item) => item.key as string | number);
  const field = fieldName(keys);
  const last = path.at(-1);
  if (issue.type === "strict_object" && typeof last?.key === "string" && Array.isArray(last.input)) {
    // To the schema a list is an object that lacks every name.
    return `${fieldName(keys.slice(0, -1))} is not an object but an array`;
  }
  switch (issue.type) {
    case "integer":
      return `${field} is not a whole number: ${issue.input}`;
    case "min_value":
      return `${field} is negative: ${issue.input}`;
    case "max_value":
      return `${field} is more than ${issue.expected?.replace("<=", "")}: ${issue.input}`;
    case "raw_check":
      return `${field} ${issue.message}`;
    case "strict_object":
      if (issue.expected === "never") return `${field} is not a known name${nearestName(keys)}`;
      if (issue.expected !== "Object") return `${field} is missing`;
  }
  return `${field} is not ${EXPECTED[issue.expected ?? ""] ?? issue.expected} but ${kindOf(issue.input)}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  Array: "an array",
  Object: "an object",
  string: "a string",
  "(number | string)": 'a number of seconds or a text such as "5m"',
  number: "a number",
};

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function fieldName(keys: readonly (string | number)[]): string {
  return keys.length === 0 ? "the top level" : quotedPath(keys);
}

function nearestName(keys: readonly (string | number)[]): string {
  return didYouMean(String(keys.at(-1)), knownNames(keys.slice(0, -1)));
}

/** `"groups[0].tasks[1].kind"`. Only the last name can be unknown, so only that one can be long or odd. */
function quotedPath(keys: readonly (string | number)[]): string {
  const parts = keys.map((key, at) => typeof key === "number" ? `[${key}]` : at === 0 ? shown(key) : `.${shown(key)}`);
  return `"${parts.join("")}"`;
}

function shown(key: string): string {
  return quoted(key).slice(1, -1);
}
