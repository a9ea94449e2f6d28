import { CLIENT_FLAGS } from "../agent/config/client_flags.ts";
import type { Flag, Flags } from "../agent/config/flags.ts";
import type { Command } from "./command.ts";
import { flagsOf } from "./command_line.ts";
import type { Output } from "./output/output.ts";

const PAGE_COLUMNS = 100;

/** Widest flag or command that what is said of it stands beside. */
const LEFT_COLUMNS = 32;

/** The list of all commands, for `--json`. */
function overviewDocument(commands: readonly Command[]): Record<string, unknown> {
  return { commands: commands.map(({ name, summary, usage }) => ({ name, summary, usage })) };
}

/** The help page of one command, for `--json`. */
function commandDocument(command: Command): Record<string, unknown> {
  const { name, summary, usage, details = "" } = command;
  const flags = Object.entries(flagsOf(command)).map(([name, flag]) => ({
    name: `--${name}`,
    value: flag.kind === "boolean" ? "" : flag.placeholder ?? "VALUE",
    help: flag.help,
    available: !flag.later,
  }));
  return { name, summary, usage, details, flags };
}

/** The list of all commands. */
function overview(commands: readonly Command[]): string {
  const rows = commands.map((command): [string, string] => [command.name, command.summary]);
  return [
    "edgemesh turns your devices into one mesh.",
    "",
    "Usage: edgemesh COMMAND [FLAGS] [ARGUMENTS]",
    "",
    "Commands:",
    ...aligned(rows),
    "",
    "`edgemesh help COMMAND` says more of each. Start here: `edgemesh agent`, then `edgemesh devices`.",
    "",
  ].join("\n");
}

/** What `edgemesh` alone says. */
export function shortHelp(commands: readonly Command[]): string {
  return `Usage: edgemesh COMMAND [FLAGS] [ARGUMENTS]\nCommands: ${
    commands.map((command) => command.name).join(", ")
  }\n\`edgemesh help\` says what they do.\n`;
}

/** The help page of one command, with every flag that it takes. */
function commandPage(command: Command): string {
  const forms = command.usage.map((form, at) => `${at === 0 ? "Usage: " : "       "}edgemesh ${form}`);
  const { help, ...common } = CLIENT_FLAGS as Flags;
  const ofAgent = command.commonFlags === false;
  const own: Flags = ofAgent ? { ...command.flags, help: help ?? CLIENT_FLAGS.help } : command.flags;
  return [
    `${command.summary.slice(0, 1).toUpperCase()}${command.summary.slice(1)}.`,
    "",
    ...forms,
    ...(command.details ? ["", ...wrapped(command.details)] : []),
    ...section("Flags", own),
    ...(ofAgent ? [] : section("Common flags", { ...common, help: CLIENT_FLAGS.help })),
    "",
  ].join("\n");
}

/** Prints the list of all commands, in the form that was asked for. */
export async function printOverview(commands: readonly Command[], output: Output): Promise<void> {
  await (output.asJson ? output.json(overviewDocument(commands)) : output.terminal.out.write(overview(commands)));
}

/** Prints the help page of one command, in the form that was asked for. */
export async function printHelp(command: Command, output: Output): Promise<void> {
  await (output.asJson ? output.json(commandDocument(command)) : output.terminal.out.write(commandPage(command)));
}

/** Lines broken at spaces where they are longer than a page is wide. An indented line stays as it is. */
function wrapped(text: string): string[] {
  return text.trim().split("\n").flatMap((line) => {
    if (line.startsWith(" ")) return [line];
    const lines = [""];
    for (const word of line.split(" ")) {
      const last = lines.at(-1) ?? "";
      if (last === "") lines[lines.length - 1] = word;
      else if (last.length + 1 + word.length <= PAGE_COLUMNS) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}

function section(title: string, flags: Flags): string[] {
  const rows = Object.entries(flags).map(([name, flag]): [string, string] => [spelling(name, flag), said(flag)]);
  return rows.length === 0 ? [] : ["", `${title}:`, ...aligned(rows)];
}

function spelling(name: string, flag: Flag): string {
  const value = flag.kind === "boolean" ? "" : ` ${flag.placeholder ?? "VALUE"}`;
  return `${flag.short ? `-${flag.short}, ` : ""}--${name}${value}`;
}

function said(flag: Flag): string {
  return flag.later ? `${flag.help} (not available yet)` : flag.help;
}

/** Two columns. What is too wide for the left one has a line of its own, above what is said of it. */
function aligned(rows: readonly [string, string][]): string[] {
  const widest = Math.max(0, ...rows.map(([left]) => left.length).filter((width) => width <= LEFT_COLUMNS));
  return rows.flatMap(([left, right]) =>
    left.length > widest ? [`  ${left}`, `  ${" ".repeat(widest)}  ${right}`] : [`  ${left.padEnd(widest)}  ${right}`]
  );
}
