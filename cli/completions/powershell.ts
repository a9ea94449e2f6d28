import type { CompletedCommand, Offer } from "./model.ts";

/** A completion script for Windows PowerShell 5 and PowerShell 7. */
export function powershellCompletions(commands: readonly CompletedCommand[]): string {
  return `# edgemesh completions for PowerShell: add this to the file that $PROFILE names.
Register-ArgumentCompleter -Native -CommandName edgemesh -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = [ordered]@{
${commands.map((command) => `    ${quoted(command.name)} = ${quoted(command.summary)}`).join("\n")}
  }
  $flags = @{
${commands.map((command) => `    ${quoted(command.name)} = @(${flagList(command)})`).join("\n")}
  }
  $values = @{
${commands.flatMap(valueLines).join("\n")}
  }
  $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    ForEach-Object { $_.ToString() })
  $command = $before | Select-Object -Skip 1 | Where-Object { $commands.Contains($_) } | Select-Object -First 1
  $offers = if (-not $command) { $commands.Keys }
    elseif ($values.ContainsKey("$command $($before[-1])")) { $values["$command $($before[-1])"] }
    elseif ($wordToComplete -like '-*') { $flags[$command] }
    elseif ($values.ContainsKey($command)) { $values[$command] }
    else { @() }
  $offers | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    $help = if (-not $command) { $commands[$_] } else { $_ }
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $help)
  }
}
`;
}

function flagList(command: CompletedCommand): string {
  return command.flags.map((flag) => quoted(`--${flag.name}`)).join(", ");
}

/** Paths are left to the shell, which offers them wherever this offers nothing. */
function valueLines(command: CompletedCommand): string[] {
  const lines = command.flags.flatMap(({ name, value }) => line(`${command.name} --${name}`, value ?? "nothing"));
  return [...lines, ...line(command.name, command.arguments)];
}

function line(key: string, offer: Offer): string[] {
  return typeof offer === "string" ? [] : [`    ${quoted(key)} = @(${offer.map(quoted).join(", ")})`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
