import { CLIENT_FLAGS } from "../agent/config/client_flags.ts";
import { type Flags, type GivenFlags, type ParsedLine, parseFlags } from "../agent/config/flags.ts";
import { UsageError } from "../agent/core/errors.ts";
import { didYouMean } from "../agent/core/nearest.ts";
import type { Command } from "./command.ts";
import { type CommandEntry, COMMANDS, findCommand } from "./command_table.ts";

const ONLY_HELP: Flags = { help: CLIENT_FLAGS.help };

/** All flags that a command takes. */
export function flagsOf(command: Command): Flags {
  return command.commonFlags === false ? { ...command.flags, ...ONLY_HELP } : { ...command.flags, ...CLIENT_FLAGS };
}

/** Which command a line names, and the rest of the line. `entry` is undefined where the line names none. */
export interface CommandLine {
  readonly entry: CommandEntry | undefined;
  /** The line without the command's name: flags before it belong to it too. */
  readonly argv: readonly string[];
}

/**
 * Finds the command. Common flags may stand before it.
 *
 * @throws {UsageError} for an unknown command, with the nearest known one
 */
export function findCommandIn(argv: readonly string[]): CommandLine {
  if (argv[0] === "--version" || argv[0] === "-V") return { entry: findCommand("version"), argv: argv.slice(1) };
  const { positionals } = parseFlags(CLIENT_FLAGS, argv, { verbatimFrom: 0 });
  const [name, ...after] = positionals;
  const before = argv.slice(0, argv.length - positionals.length).filter((token) => token !== "--");
  return { entry: name === undefined ? undefined : knownCommand(name), argv: [...before, ...after] };
}

/** @throws {UsageError} as {@link findCommandIn} does */
export function knownCommand(name: string): CommandEntry {
  const entry = findCommand(name);
  if (entry) return entry;
  const hint = didYouMean(name, COMMANDS.map((known) => known.name));
  throw new UsageError(`unknown command ${JSON.stringify(name)}${hint}: \`edgemesh help\` lists them`);
}

/**
 * Parses what follows a command's name. With `--help`, nothing else needs to be right.
 *
 * @throws {UsageError} for wrong flags and for too few or too many arguments
 */
export function parseCommandLine(command: Command, argv: readonly string[]): ParsedLine {
  const { verbatimFrom } = command;
  const line = parseFlags(flagsOf(command), argv, verbatimFrom === undefined ? {} : { verbatimFrom });
  if (line.given.has("help")) return line;
  const { least, most } = command.arguments;
  const usage = `edgemesh ${command.usage[0]}`;
  if (line.positionals.length < least) throw new UsageError(`${command.name} needs an argument: ${usage}`);
  const extra = line.positionals[most];
  if (extra !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}: ${usage}`);
  return line;
}

/** Whether a line that could not be parsed asked for JSON, so that its error can be JSON too. */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end < 0 ? argv.length : end).includes("--json");
}

/**
 * A flag's whole number.
 *
 * @throws {UsageError} when it is not one, or not in the range
 */
export function wholeNumber(
  given: GivenFlags,
  flag: string,
  range: { least: number; most: number },
): number | undefined {
  const text = given.text(flag);
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(value >= range.least && value <= range.most)) {
    throw new UsageError(`--${flag} ${JSON.stringify(text)}: not a whole number from ${range.least} to ${range.most}`);
  }
  return value;
}

/**
 * A flag's number, with or without decimals.
 *
 * @throws {UsageError} when it is not one, or not in the range
 */
export function decimalNumber(
  given: GivenFlags,
  flag: string,
  range: { least: number; most: number },
): number | undefined {
  const text = given.text(flag);
  if (text === undefined) return undefined;
  const value = /^(\d{1,15}(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (!(value >= range.least && value <= range.most)) {
    throw new UsageError(`--${flag} ${JSON.stringify(text)}: not a number from ${range.least} to ${range.most}`);
  }
  return value;
}

/**
 * A flag that takes one of a few values, in capital or small letters.
 *
 * @throws {UsageError} for another one, with the nearest
 */
export function oneOf<Value extends string>(
  given: GivenFlags,
  flag: string,
  values: readonly Value[],
): Value | undefined {
  const text = given.text(flag);
  if (text === undefined) return undefined;
  const value = values.find((known) => known.toLowerCase() === text.toLowerCase());
  if (value !== undefined) return value;
  throw new UsageError(`--${flag} ${JSON.stringify(text)}: not ${values.join(", ")}${didYouMean(text, values)}`);
}
