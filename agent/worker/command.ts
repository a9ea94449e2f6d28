import { commandInput } from "../commands/command_input.ts";
import type { RunOptions } from "../commands/run.ts";
import { oneLine } from "../core/errors.ts";
import type { CommandResponse } from "../../proto/messages.ts";
import { CommandOverflow } from "./command_overflow.ts";
import type { LastingKind } from "./task_kind.ts";

/** Commands at once: as many as the device has processors, within these bounds. */
const MIN_SLOTS = 2;
const MAX_SLOTS = 8;

/**
 * Time that a program has to end once its task is over, in ms. A task has 2 s; the rest is for killing it and for the
 * answer.
 */
const TERM_GRACE_MS = 1500;

/** Characters of what a failed command said, at most. */
const MAX_REASON = 500;

/** Runs commands as this device's allow-list and shared folder permit. */
export interface CommandSource {
  run(command: string, args: readonly string[], options: RunOptions): Promise<CommandResponse>;
}

/** Runs a program that this device allows; its output is what the program printed, unless its exit code is not 0. */
export function commandKind(commands: CommandSource): LastingKind {
  return {
    name: "COMMAND",
    slots: Math.min(MAX_SLOTS, Math.max(MIN_SLOTS, navigator.hardwareConcurrency)),
    async run(input, _host, signal, { fileOutput }) {
      const { command, args } = commandInput(input);
      const overflow = fileOutput && new CommandOverflow(fileOutput);
      try {
        const how = { signal, limitedBySignal: true, termGraceMs: TERM_GRACE_MS, overflow };
        const response = await commands.run(command, args, how);
        if (response.exit_code !== 0) throw new Error(failureOf(response));
        return overflow?.sink ? { file: await overflow.sink.finish() } : response.stdout;
      } catch (error) {
        await overflow?.sink?.discard();
        throw error;
      }
    },
  };
}

function failureOf({ exit_code, stderr }: CommandResponse): string {
  const [line = ""] = stderr.trimStart().split("\n", 1);
  const said = oneLine(line.slice(0, MAX_REASON));
  return `exit code ${exit_code}${said && `: ${said}`}`;
}
