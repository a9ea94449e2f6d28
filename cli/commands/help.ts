import type { Command } from "../command.ts";
import { knownCommand } from "../command_line.ts";
import { loadAllCommands } from "../command_table.ts";
import { printHelp, printOverview } from "../help_page.ts";

export const command: Command = {
  name: "help",
  summary: "say what the commands do",
  usage: ["help [COMMAND]"],
  flags: {},
  arguments: { least: 0, most: 1 },
  completes: { arguments: "commands" },
  async run({ positionals, output }) {
    const name = positionals[0];
    if (name === undefined) return await printOverview(await loadAllCommands(), output);
    await printHelp(await knownCommand(name).load(), output);
  },
};
