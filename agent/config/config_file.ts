import * as v from "valibot";
import { messageOf, UsageError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { AGENT_FLAGS, type AgentFlag, CONFIG_KEYS } from "./agent_flags.ts";
import type { Flag } from "./flags.ts";

/** What a config file sets for one flag. A list may stand as an array or as one text with commas. */
type FileValue = string | readonly string[] | boolean;

/** What a config file sets, by flag name. */
export type FileSettings = ReadonlyMap<string, FileValue>;

const VALUES = {
  boolean: v.boolean(),
  string: v.string(),
  list: v.lazy((input) => typeof input === "string" ? v.string() : v.array(v.string())),
};

/** `null` is the same as absent, so that what `--print-config` printed can be read again. */
const FILE = v.object(
  Object.fromEntries(CONFIG_KEYS.map((name) => {
    const flag: Flag = AGENT_FLAGS[name];
    return [name, v.nullish(VALUES[flag.kind])];
  })),
);

/**
 * Reads the text of a config file.
 *
 * @param name what to call the file in messages.
 * @throws {UsageError} for anything but a JSON object of known keys with values of the right type.
 */
export function parseConfigFile(text: string, name: string): FileSettings {
  const refuse = (reason: string) => new UsageError(`Cannot read config ${name}: ${reason}`);
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw refuse(`not JSON (${messageOf(error)})`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw refuse(`an object is expected, not ${kindOf(json)}`);
  }
  for (const [key, value] of Object.entries(json)) {
    if (!CONFIG_KEYS.some((known) => known === key)) throw refuse(unknownKey(key));
    const flag: Flag = AGENT_FLAGS[key as AgentFlag];
    if (flag.later && value !== null) throw refuse(`"${key}" is not available yet`);
  }
  const parsed = v.safeParse(FILE, json);
  if (!parsed.success) throw refuse(wrongType(parsed.issues[0]));
  return new Map(
    Object.entries(parsed.output).filter((entry): entry is [string, string | string[] | boolean] => entry[1] != null),
  );
}

function unknownKey(key: string): string {
  if (Object.hasOwn(AGENT_FLAGS, key)) return `"${key}" is a flag only, not a key of a config file`;
  return `unknown key "${key}"${didYouMean(key, CONFIG_KEYS)}`;
}

function wrongType(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => typeof key === "number" ? `[${key}]` : String(key)).join("");
  const wanted = issue.expected === "Array"
    ? "a list of strings"
    : issue.expected === "boolean"
    ? "true or false"
    : "a string";
  return `"${path}" must be ${wanted}, not ${kindOf(issue.input)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
