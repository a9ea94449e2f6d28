import type { CompletedCommand, Offer } from "./model.ts";

/** A completion script for bash 3.2 and newer. */
export function bashCompletions(commands: readonly CompletedCommand[]): string {
  const names = commands.map((command) => command.name);
  return `# edgemesh completions for bash: source this file, or put it into /etc/bash_completion.d.
_edgemesh() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" cmd="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${names.join("|")}) cmd="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  case "$cmd $prev" in
${flagValues(commands).join("\n")}
  esac
  case "$cmd" in
${commands.map(commandWords).join("\n")}
    *) ${reply(names)} ;;
  esac
}
complete -F _edgemesh edgemesh
`;
}

/** One case for each thing to reply, with all the flags that get it. */
function flagValues(commands: readonly CompletedCommand[]): string[] {
  const places = new Map<string, string[]>();
  for (const command of commands) {
    for (const { name, value } of command.flags) {
      if (value === undefined) continue;
      const said = reply(value);
      places.set(said, [...places.get(said) ?? [], `"${command.name} --${name}"`]);
    }
  }
  return [...places].map(([said, patterns]) => `    ${patterns.join("|")}) ${said}; return ;;`);
}

function commandWords(command: CompletedCommand): string {
  const flags = reply(command.flags.map((flag) => `--${flag.name}`));
  return `    ${command.name}) if [[ "$cur" == -* ]]; then ${flags}; else ${reply(command.arguments)}; fi ;;`;
}

function reply(offer: Offer): string {
  if (offer === "nothing") return "COMPREPLY=()";
  // Not mapfile, which the bash of macOS does not have. Words of ours hold no spaces; paths may.
  if (offer === "files" || offer === "folders") {
    const kind = offer === "files" ? "-f" : "-d";
    return `compopt -o filenames 2>/dev/null; local IFS=$'\\n'; COMPREPLY=($(compgen ${kind} -- "$cur"))`;
  }
  return `COMPREPLY=($(compgen -W "${offer.join(" ")}" -- "$cur"))`;
}
