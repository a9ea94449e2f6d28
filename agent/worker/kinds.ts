import { commandKind, type CommandSource } from "./command.ts";
import { echo } from "./echo.ts";
import { sysinfo } from "./sysinfo.ts";
import type { TaskKind } from "./task_kind.ts";

/** The kinds of tasks that a device can run. */
export function taskKinds(commands: CommandSource): readonly TaskKind[] {
  return [sysinfo, echo, commandKind(commands)];
}
