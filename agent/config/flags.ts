import { parseArgs } from "node:util";
import { UsageError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";

/** One flag of a command. */
export interface Flag {
  /** `boolean`: takes no value. `string`: takes one. `list`: takes one, may be repeated, each may hold several by commas. */
  readonly kind: "boolean" | "string" | "list";
  /** A single letter that stands for the flag, as in `-o`. */
  readonly short?: string;
  /** What its value is, in help: `HOST:PORT`. */
  readonly placeholder?: string;
  /** One line for help. */
  readonly help: string;
  /** The part of the program that it belongs to comes later: the flag is known, and refused. */
  readonly later?: boolean;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What was given, by flag name: only flags that were given are present. */
export interface GivenFlags {
  has(name: string): boolean;
  /** The last value given; undefined when the flag was not given. */
  text(name: string): string | undefined;
  /** All values given, split at commas, without empty ones; undefined when the flag was not given. */
  list(name: string): string[] | undefined;
}

export interface ParsedLine {
  readonly given: GivenFlags;
  readonly positionals: string[];
}

/**
 * Parses a command line strictly.
 *
 * @param options.verbatimFrom how many positionals are ours: from that one on everything is left as it is, flags and `--`
 * included, for `exec CMD ARG…` (0). A `--` before it is dropped. By default flags may stand anywhere.
 * @throws {UsageError} for an unknown flag (with the nearest known name), a missing or an unexpected value, and a flag
 * whose part of the program does not exist yet.
 */
export function parseFlags(
  known: Flags,
  argv: readonly string[],
  options: { readonly verbatimFrom?: number } = {},
): ParsedLine {
  const { ours, verbatim } = splitVerbatim(known, argv, options.verbatimFrom);
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokensOf(known, ours)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (!flag) throw new UsageError(unknownFlag(token.rawName, known));
    if (flag.later) throw new UsageError(`--${token.name} is not available yet`);
    const list = values.get(token.name) ?? [];
    values.set(token.name, list);
    if (flag.kind === "boolean") {
      if (token.inlineValue) throw new UsageError(`--${token.name} takes no value`);
      continue;
    }
    const looksLikeFlag = !token.inlineValue && token.value !== undefined && /^-./.test(token.value);
    if (!token.value || looksLikeFlag) {
      throw new UsageError(needsValue(token.name, flag, looksLikeFlag));
    }
    list.push(token.value);
  }
  return { given: new Given(values), positionals: [...positionals, ...verbatim] };
}

class Given implements GivenFlags {
  constructor(private readonly values: ReadonlyMap<string, string[]>) {}

  has(name: string): boolean {
    return this.values.has(name);
  }

  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  list(name: string): string[] | undefined {
    return this.values.get(name)?.flatMap((value) => value.split(",")).map((item) => item.trim()).filter(Boolean);
  }
}

function tokensOf(known: Flags, argv: readonly string[]) {
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {};
  for (const [name, flag] of Object.entries(known)) {
    options[name] = {
      type: flag.kind === "boolean" ? "boolean" : "string",
      ...(flag.short === undefined ? {} : { short: flag.short }),
    };
  }
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

/** Cuts the line before the positional from which on everything belongs to somebody else. */
function splitVerbatim(known: Flags, argv: readonly string[], from: number | undefined) {
  if (from === undefined) return { ours: argv, verbatim: [] as string[] };
  let positionals = 0;
  for (const token of tokensOf(known, argv)) {
    if (token.kind === "option-terminator") {
      const rest = argv.slice(token.index + 1);
      return { ours: argv.slice(0, token.index), verbatim: rest };
    }
    if (token.kind === "positional" && positionals++ === from) {
      return { ours: argv.slice(0, token.index), verbatim: argv.slice(token.index) };
    }
  }
  return { ours: argv, verbatim: [] as string[] };
}

/** Never repeats what stood there: it may be a key. */
function needsValue(name: string, flag: Flag, looksLikeFlag: boolean): string {
  const value = flag.placeholder ?? "VALUE";
  const cure = looksLikeFlag ? ` (where the value itself begins with "-": --${name}=${value})` : "";
  return `--${name} needs a value: --${name} ${value}${cure}`;
}

function unknownFlag(rawName: string, known: Flags): string {
  const name = rawName.replace(/^-+/, "");
  return `unknown flag ${rawName}${didYouMean(name, Object.keys(known), "--")}`;
}
