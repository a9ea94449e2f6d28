import { UsageError } from "../../agent/core/errors.ts";
import { didYouMean } from "../../agent/core/nearest.ts";
import type { Command } from "../command.ts";
import { loadAllCommands } from "../command_table.ts";
import { bashCompletions } from "../completions/bash.ts";
import { fishCompletions } from "../completions/fish.ts";
import { type CompletedCommand, completionModel } from "../completions/model.ts";
import { powershellCompletions } from "../completions/powershell.ts";
import { zshCompletions } from "../completions/zsh.ts";

const SHELLS: Readonly<Record<string, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
  powershell: powershellCompletions,
};
const NAMES = Object.keys(SHELLS);

export const command: Command = {
  name: "completions",
  summary: "print completions for a shell",
  usage: [`completions ${NAMES.join("|")}`],
  details: "bash: source <(edgemesh completions bash)\n" +
    "zsh: source <(edgemesh completions zsh)\n" +
    "fish: edgemesh completions fish > ~/.config/fish/completions/edgemesh.fish\n" +
    "PowerShell: edgemesh completions powershell | Out-String | Invoke-Expression",
  flags: {},
  arguments: { least: 1, most: 1 },
  completes: { arguments: NAMES },
  async run({ positionals, output }) {
    const shell = positionals[0] ?? "";
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
    if (!script) {
      throw new UsageError(
        `no completions for ${JSON.stringify(shell)}: ${NAMES.join(", ")}${didYouMean(shell, NAMES)}`,
      );
    }
    const text = script(completionModel(await loadAllCommands()));
    await (output.asJson ? output.json({ shell, script: text }) : output.terminal.out.write(text));
  },
};
