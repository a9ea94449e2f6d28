import type { Flag } from "../../agent/config/flags.ts";
import type { Command } from "../command.ts";
import { flagsOf } from "../command_line.ts";

/** What a shell may offer in one place: nothing, paths, or words. */
export type Offer = "nothing" | "files" | "folders" | readonly string[];

export interface CompletedFlag {
  readonly name: string;
  readonly short: string | undefined;
  readonly help: string;
  /** What its value can be; undefined for a flag without a value. */
  readonly value: Offer | undefined;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  readonly arguments: Offer;
}

/** What can be completed, the same for every shell. Flags whose part comes later are left out. */
export function completionModel(commands: readonly Command[]): CompletedCommand[] {
  const names = commands.map((command) => command.name);
  return commands.map((command) => ({
    name: command.name,
    summary: command.summary,
    flags: Object.entries(flagsOf(command)).filter(([, flag]) => !flag.later).map(([name, flag]) => ({
      name,
      short: flag.short,
      help: flag.help,
      value: flag.kind === "boolean" ? undefined : command.completes?.flags?.[name] ?? valueOf(flag),
    })),
    arguments: command.completes?.arguments === "commands" ? names : command.completes?.arguments ?? "nothing",
  }));
}

function valueOf(flag: Flag): Offer {
  const placeholder = flag.placeholder ?? "";
  if (placeholder === "FILE") return "files";
  if (placeholder === "DIR") return "folders";
  return /^[a-z0-9]+(\|[a-z0-9]+)+$/.test(placeholder) ? placeholder.split("|") : "nothing";
}
