import type { Command } from "../command.ts";
import { knownCommand } from "../command_line.ts";
import { loadAllCommands } from "../command_table.ts";
import { commandPage, overview } from "../help_page.ts";

export const command: Command = {
  name: "help",
  summary: "say what the commands do",
  usage: ["help [COMMAND]"],
  flags: {},
  arguments: { least: 0, most: 1 },
  completes: { arguments: "commands" },
  async run({ positionals, output }) {
    const name = positionals[0];
    const page = name === undefined ? overview(await loadAllCommands()) : commandPage(await knownCommand(name).load());
    await output.terminal.out.write(page);
  },
};
