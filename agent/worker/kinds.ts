import { commandKind, type CommandSource } from "./command.ts";
import { echo } from "./echo.ts";
import { type GenerationSource, llmGenerateKind } from "./llm_generate.ts";
import { sysinfo } from "./sysinfo.ts";
import type { TaskKind } from "./task_kind.ts";

/** Models, and how many generations they run at once. */
export interface TaskModels {
  readonly generation: GenerationSource;
  readonly parallel: number;
}

/** The kinds of tasks that a device can run. @param models undefined where it uses none */
export function taskKinds(commands: CommandSource, models?: TaskModels): readonly TaskKind[] {
  const generate = models ? [llmGenerateKind(models.generation, models.parallel)] : [];
  return [sysinfo, echo, commandKind(commands), ...generate];
}
