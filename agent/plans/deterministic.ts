import type { PlanPreviewResponse, TaskSpec } from "../../proto/messages.ts";
import { byNameThenId } from "./device_order.ts";
import { type Planner, type PlanningRequest, requirePlannable } from "./planner.ts";

/** Why no AI was used, where there is none. */
export const NOTHING_SET_UP = "no local model or external planner is set up";

/**
 * The planner that needs nothing: one SYSINFO task on each device, in order of name, then id, at most `maxWorkers` of
 * them. The same devices always give the same plan.
 */
export class DeterministicPlanner implements Planner {
  /** @param why no AI was used */
  constructor(private readonly why: string = NOTHING_SET_UP) {}

  // deno-lint-ignore require-await -- other planners wait, and its failures must be rejections as theirs are
  async plan(request: PlanningRequest, signal?: AbortSignal): Promise<PlanPreviewResponse> {
    signal?.throwIfAborted();
    requirePlannable(request);
    const { devices, maxWorkers } = request;
    const sorted = devices.toSorted(byNameThenId);
    const chosen = maxWorkers === 0 ? sorted : sorted.slice(0, maxWorkers);
    const tasks = chosen.map((device, at): TaskSpec => ({
      task_id: `task-${at + 1}`,
      kind: "SYSINFO",
      input: "",
      target_device_id: device.device_id,
      prompt_tokens: 0,
      max_output_tokens: 0,
    }));
    return {
      used_ai: false,
      notes: `${this.why}; using the deterministic plan`,
      rationale: rationale(chosen.length, devices.length, maxWorkers),
      plan: { groups: [{ index: 0, tasks }] },
      reduce: { kind: "CONCAT" },
    };
  }
}

function rationale(chosen: number, all: number, maxWorkers: number): string {
  const on = chosen === 1 ? "on" : "on each of";
  const devices = all === 1 ? "device" : "devices";
  const why = chosen < all ? ` (max_workers is ${maxWorkers}; chosen in order of name)` : "";
  return `1 SYSINFO task ${on} ${chosen} of ${all} ${devices}${why}`;
}
