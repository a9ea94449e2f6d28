import type { CompletedCommand, CompletedFlag, Offer } from "./model.ts";

/** A completion script for zsh, as file or by `source <(edgemesh completions zsh)`. */
export function zshCompletions(commands: readonly CompletedCommand[]): string {
  return `#compdef edgemesh
# edgemesh completions for zsh: put this file as _edgemesh into a folder of $fpath, or source it.
_edgemesh() {
  local -a commands
  commands=(
${commands.map((command) => `    ${quoted(`${command.name}:${command.summary}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${commands.map(commandCase).join("\n")}
  esac
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then
  _edgemesh "$@"
else
  compdef _edgemesh edgemesh
fi
`;
}

function commandCase(command: CompletedCommand): string {
  const specs = [...command.flags.map(flagSpec), ...argumentSpec(command.arguments)];
  return `    ${command.name})\n      _arguments -S ${specs.join(" \\\n        ")} ;;`;
}

function flagSpec({ name, help, value }: CompletedFlag): string {
  const said = help.replaceAll("[", "(").replaceAll("]", ")").replaceAll(":", "\\:");
  return quoted(`*--${name}[${said}]${value === undefined ? "" : `:value:${action(value)}`}`);
}

function argumentSpec(offer: Offer): string[] {
  return offer === "nothing" ? [] : [quoted(`*:argument:${action(offer)}`)];
}

function action(offer: Offer): string {
  if (offer === "nothing") return " ";
  if (offer === "files") return "_files";
  if (offer === "folders") return "_files -/";
  return `(${offer.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
