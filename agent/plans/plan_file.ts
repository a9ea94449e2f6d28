import * as v from "valibot";
import { UsageError } from "../core/errors.ts";
import { fieldFault } from "./field_fault.ts";
import { jsonFault } from "./json_fault.ts";
import { type PlanFile, PlanSchema, WrappedPlanSchema } from "./plan_schema.ts";

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
