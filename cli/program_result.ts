import type { CommandResponse } from "../proto/messages.ts";
import type { Output } from "./output/output.ts";

/**
 * How long `exec` and `run` wait by default, in ms: an agent ends a program after 2 min, and its answer should still
 * arrive.
 */
export const PROGRAM_TIMEOUT_MS = 125_000;

/** Writes what a program wrote, unchanged, and returns the exit code to end with. */
export async function passOn(response: CommandResponse | null, output: Output): Promise<number> {
  await output.terminal.out.write(response?.stdout ?? "");
  await output.terminal.err.write(response?.stderr ?? "");
  return exitCodeOf(response);
}

/** The program's own exit code; 1 where it has none that a process can end with. */
export function exitCodeOf(response: CommandResponse | null): number {
  const code = response?.exit_code ?? 1;
  return code >= 0 && code <= 255 ? code : 1;
}
