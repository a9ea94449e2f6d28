import type { TaskKind } from "./task_kind.ts";

/** Gives its input back: shows that a device works, and what a task costs apart from its work. */
export const echo: TaskKind = {
  name: "ECHO",
  run: (input) => `echo: ${input}`,
};
