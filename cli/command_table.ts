import type { Command } from "./command.ts";

/** A command before it is loaded: naming it costs nothing. */
export interface CommandEntry {
  readonly name: string;
  load(): Promise<Command>;
}

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "agent", load: async () => (await import("./commands/agent.ts")).command },
  { name: "devices", load: async () => (await import("./commands/devices.ts")).command },
  { name: "status", load: async () => (await import("./commands/status.ts")).command },
  { name: "exec", load: async () => (await import("./commands/exec.ts")).command },
  { name: "run", load: async () => (await import("./commands/run.ts")).command },
  { name: "submit", load: async () => (await import("./commands/submit.ts")).command },
  { name: "jobs", load: async () => (await import("./commands/jobs.ts")).command },
  { name: "job", load: async () => (await import("./commands/job.ts")).command },
  { name: "cancel", load: async () => (await import("./commands/cancel.ts")).command },
  { name: "plan", load: async () => (await import("./commands/plan.ts")).command },
  { name: "preview-cost", load: async () => (await import("./commands/preview_cost.ts")).command },
  { name: "llm", load: async () => (await import("./commands/llm.ts")).command },
  { name: "models", load: async () => (await import("./commands/models.ts")).command },
  { name: "calibrate", load: async () => (await import("./commands/calibrate.ts")).command },
  { name: "cost-report", load: async () => (await import("./commands/cost_report.ts")).command },
  { name: "screen", load: async () => (await import("./commands/screen.ts")).command },
  { name: "ls", load: async () => (await import("./commands/ls.ts")).command },
  { name: "get", load: async () => (await import("./commands/get.ts")).command },
  { name: "put", load: async () => (await import("./commands/put.ts")).command },
  { name: "version", load: async () => (await import("./commands/version.ts")).command },
  { name: "completions", load: async () => (await import("./commands/completions.ts")).command },
  { name: "help", load: async () => (await import("./commands/help.ts")).command },
];

export function findCommand(name: string): CommandEntry | undefined {
  return COMMANDS.find((entry) => entry.name === name);
}

export function loadAllCommands(): Promise<Command[]> {
  return Promise.all(COMMANDS.map((entry) => entry.load()));
}
