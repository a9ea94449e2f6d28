import type { InstantKind } from "./task_kind.ts";

/** Gives its input back: shows that a device works, and what a task costs apart from its work. */
export const echo: InstantKind = {
  name: "ECHO",
  slots: 512,
  answer: (input) => `echo: ${input}`,
};
