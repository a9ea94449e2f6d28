import { logger } from "./core/log.ts";
import type { AgentConfig, ScreenConfig } from "./config/config.ts";

const log = logger("agent");

/** One kind of permission: whether this configuration keeps it, and what for. */
export interface PermissionUse {
  readonly name: "net" | "read" | "write" | "env" | "sys" | "run" | "ffi";
  readonly kept: boolean;
  readonly reason: string;
}

/** What an agent with this configuration needs, and what it gives back once it has started. */
export function permissionUses(config: AgentConfig): PermissionUse[] {
  const runs = programsRun(config);
  return [
    { name: "net", kept: true, reason: "serves and calls other devices" },
    { name: "read", kept: true, reason: "the data folder, the shared folder, and facts of the machine" },
    {
      name: "write",
      kept: true,
      reason: config.inbox ? `the data folder and the inbox ${config.inbox}` : "the data folder",
    },
    { name: "env", kept: true, reason: "what programs are given of it, and settings of the libraries" },
    { name: "sys", kept: true, reason: "load, memory and network addresses" },
    {
      name: "run",
      kept: runs.length > 0,
      reason: runs.join("; ") || "no command is allowed, no planner program is used, and no screen is shown",
    },
    {
      name: "ffi",
      kept: config.screen !== undefined,
      reason: config.screen
        ? "the screen: the system's libraries that capture, and the one that makes JPEGs"
        : "the screen is off; what sends files was looked up at the start",
    },
  ];
}

/** What programs are run for. */
function programsRun({ allow, planner, screen }: AgentConfig): string[] {
  const plans = planner.program !== "" && (planner.use === "auto" || planner.use === "external");
  return [
    ...(allow.length > 0 ? [`allowed commands: ${allow.join(", ")}`] : []),
    ...(screen ? [`the screen: ${screenPrograms(screen)}`] : []),
    ...(plans ? [`the planner program: ${planner.program}`] : []),
  ];
}

function screenPrograms({ consent }: ScreenConfig): string {
  const capture = "programs that capture or make video (grim, screencapture, ffmpeg)";
  return consent === "ask" ? `its user's dialog, and ${capture}` : capture;
}

/** Gives back, for the rest of the process, every kind that the configuration does not use. */
export function giveBackPermissions(config: AgentConfig): void {
  const kept: string[] = [];
  for (const use of permissionUses(config)) {
    if (!use.kept) Deno.permissions.revokeSync({ name: use.name } as Deno.PermissionDescriptor);
    else kept.push(use.name);
  }
  log.info("permissions kept: {kept}", { kept: kept.join(", ") });
}
