import * as v from "valibot";
import { messageOf, UsageError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { jsonFaultOffset, lineAndColumn } from "./json_fault.ts";
import { knownNames, type PlanFile, PlanSchema, WrappedPlanSchema } from "./plan_schema.ts";
import { quoted } from "./quoted.ts";

/**
 * Reads the text of a plan file: `{"groups":[…]}`, or that inside of `{"plan":…}`, as `edgemesh plan --json` prints it,
 * with the specification's names or the same in camelCase. What is left out gets its default: an empty text, 0, and for
 * a group's `index` its place in the list. A task may also say how long an attempt at it may take, which no message of the
 * plan has a field for: `"timeout": 30` or `"timeout": "5m"`. Says nothing of what the fields mean together: that is for `checkPlan`.
 *
 * @param name what messages call the file; `-` is standard input
 * @throws {UsageError} `Cannot read plan: "groups[0].tasks" is not an array but a string (in plan.json)`
 */
export function parsePlanFile(text: string, name: string): PlanFile {
  const unreadable = (what: string) =>
    new UsageError(`Cannot read plan: ${what} (in ${name === "-" ? "standard input" : name})`);
  // Editors on Windows put a byte order mark first.
  const json = text.replace(/^\uFEFF/, "");
  let input: unknown;
  try {
    input = JSON.parse(json);
  } catch (error) {
    throw unreadable(jsonFault(json, error));
  }
  const result = v.safeParse(isWrapped(input) ? WrappedPlanSchema : PlanSchema, input, { abortEarly: true });
  if (!result.success) throw unreadable(fieldFault(result.issues[0]));
  return result.output;
}

function isWrapped(input: unknown): boolean {
  return typeof input === "object" && input !== null && Object.hasOwn(input, "plan") && !Object.hasOwn(input, "groups");
}

function jsonFault(text: string, error: unknown): string {
  if (text.trim() === "") return "it is empty";
  const offset = jsonFaultOffset(text);
  if (offset === undefined) return `it is not JSON: ${messageOf(error)}`;
  const { line, column } = lineAndColumn(text, offset);
  const place = `line ${line}, column ${column}`;
  if (offset === text.length) return `it is not JSON: it ends too early, at ${place}`;
  return `it is not JSON: unexpected ${quoted(String.fromCodePoint(text.codePointAt(offset) ?? 0))} at ${place}`;
}

function fieldFault(issue: v.BaseIssue<unknown>): string {
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
