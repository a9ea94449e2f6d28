import type { CompletedCommand, CompletedFlag, Offer } from "./model.ts";

/** A completion script for fish. */
export function fishCompletions(commands: readonly CompletedCommand[]): string {
  const names = commands.map((command) => command.name).join(" ");
  const lines = [
    "# edgemesh completions for fish: put this file into ~/.config/fish/completions.",
    "complete -c edgemesh -f",
    ...commands.map((command) =>
      `complete -c edgemesh -n ${quoted(`not __fish_seen_subcommand_from ${names}`)}` +
      ` -a ${command.name} -d ${quoted(command.summary)}`
    ),
    ...commands.flatMap((command) => [
      ...command.flags.map((flag) => `complete -c edgemesh ${within(command)} ${flagOptions(flag)}`),
      ...argumentLine(command),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function within(command: CompletedCommand): string {
  return `-n ${quoted(`__fish_seen_subcommand_from ${command.name}`)}`;
}

function flagOptions({ name, short, help, value }: CompletedFlag): string {
  const letter = short === undefined ? "" : ` -s ${short}`;
  return `-l ${name}${letter} -d ${quoted(help)}${value === undefined ? "" : ` ${valueOptions(value)}`}`;
}

function argumentLine(command: CompletedCommand): string[] {
  if (command.arguments === "nothing") return [];
  const offer = command.arguments === "files" ? "-F" : valueOptions(command.arguments).replace("-x ", "");
  return [`complete -c edgemesh ${within(command)} ${offer}`];
}

function valueOptions(offer: Offer): string {
  if (offer === "nothing") return "-x";
  if (offer === "files") return "-r -F";
  if (offer === "folders") return `-x -a ${quoted("(__fish_complete_directories)")}`;
  return `-x -a ${quoted(offer.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
