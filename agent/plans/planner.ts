import type { DeviceInfo, PlanPreviewResponse } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";

/** What a planner plans for. */
export interface PlanningRequest {
  /** What the user wants done, in words. */
  readonly text: string;
  /** Most devices that the plan may use; 0 = all. */
  readonly maxWorkers: number;
  /** The devices that can take work now, in any order. */
  readonly devices: readonly DeviceInfo[];
}

/** Turns words into a plan. */
export interface Planner {
  /**
   * @throws {MeshError} FAILED_PRECONDITION when there is no device to plan for, INVALID_ARGUMENT for a bad request
   * @throws the signal's reason when it aborts
   */
  plan(request: PlanningRequest, signal?: AbortSignal): Promise<PlanPreviewResponse>;
}

/**
 * Refuses what no planner can plan for.
 *
 * @throws {MeshError} as {@link Planner.plan} says
 */
export function requirePlannable({ devices, maxWorkers }: PlanningRequest): void {
  if (maxWorkers < 0) {
    throw new MeshError("INVALID_ARGUMENT", `max_workers: ${maxWorkers} is negative (0 means all devices)`);
  }
  if (devices.length === 0) {
    throw new MeshError("FAILED_PRECONDITION", "Cannot make a plan: no device is online");
  }
}
