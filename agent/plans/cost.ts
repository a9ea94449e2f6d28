import type { PlanCostResponse, StepCostEstimate } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { CheckedPlan } from "./check_plan.ts";
import { type CostProfile, costProfileOf, hasModel, type ModelHost, profileKey, ramSuffices } from "./cost_profile.ts";
import { recommend } from "./recommend.ts";
import { stepCost } from "./step_cost.ts";

/** A device to estimate for. */
export interface CostDevice extends ModelHost {
  /** 0 (idle) to 1; below 0 = unknown, which loses a tie against any known load. */
  readonly load: number;
  readonly online: boolean;
}

/** Most step estimates (tasks × devices) in one answer: about 80 MB on the wire. */
export const MAX_STEP_ESTIMATES = 1_000_000;

/**
 * Says what a plan would cost on each device if that device ran all of it, and which device to take. Tasks of a group
 * run in parallel, groups one after the other; steps stand in plan order, devices in the order given. LLM steps of one
 * device share the model that it has loaded, so a group's peak RAM is that of its largest step, not their sum. Loading a model and
 * waiting for the device's queue are not in the specification's formula: the steps' notes say them.
 *
 * @param modelsKnown some device, of these or another, has a model: those that have none are told apart
 * @throws {MeshError} FAILED_PRECONDITION without any device, RESOURCE_EXHAUSTED when the answer would be too large
 */
export function estimatePlanCost(
  plan: CheckedPlan,
  devices: readonly CostDevice[],
  modelsKnown = devices.some(hasModel),
): PlanCostResponse {
  if (devices.length === 0) {
    throw new MeshError("FAILED_PRECONDITION", "Cannot estimate the plan's cost: no device is online");
  }
  if (plan.taskCount * devices.length > MAX_STEP_ESTIMATES) {
    throw new MeshError(
      "RESOURCE_EXHAUSTED",
      `Cannot estimate the plan's cost: ${plan.taskCount} tasks on ${devices.length} devices are more than ` +
        `${MAX_STEP_ESTIMATES} step estimates; name fewer devices in device_ids`,
    );
  }
  const costOf = planCostByProfile(plan);
  const candidates = devices.map((device) => {
    const cost = costOf(costProfileOf(device, modelsKnown));
    return {
      ...device,
      ...cost,
      ramSufficient: ramSuffices(device, cost.peakRamMb),
      lacksModel: cost.usesModel && modelsKnown && !hasModel(device),
    };
  });
  const { chosen, warnings } = recommend(candidates);
  const unknown = candidates.some((candidate) => candidate.unknown);
  if (unknown) warnings.unshift("some steps have unknown cost (using penalty estimate)");
  return {
    total_predicted_ms: chosen.totalMs,
    device_costs: candidates.map(({ info, totalMs, steps, peakRamMb, ramSufficient }) => ({
      device_id: info.device_id,
      device_name: info.device_name,
      total_ms: totalMs,
      step_costs: steps,
      estimated_peak_ram_mb: peakRamMb,
      ram_sufficient: ramSufficient,
    })),
    recommended_device_id: chosen.info.device_id,
    recommended_device_name: chosen.info.device_name,
    has_unknown_costs: unknown,
    warning: warnings.join("; "),
  };
}

interface PlanCost {
  readonly totalMs: number;
  /** Whole MB, rounded up. */
  readonly peakRamMb: number;
  readonly unknown: boolean;
  /** It has LLM steps. */
  readonly usesModel: boolean;
  readonly steps: StepCostEstimate[];
}

/** Most devices of a mesh share their platform's default rates: a plan is priced once for each distinct profile. */
function planCostByProfile(plan: CheckedPlan): (profile: CostProfile) => PlanCost {
  const known = new Map<string, PlanCost>();
  return (profile) => {
    const key = profileKey(profile);
    let cost = known.get(key);
    if (!cost) known.set(key, cost = planCost(plan, profile));
    return cost;
  };
}

function planCost(plan: CheckedPlan, profile: CostProfile): PlanCost {
  const steps: StepCostEstimate[] = [];
  let totalMs = 0;
  let peakRamMb = 0;
  let unknown = false;
  let usesModel = false;
  for (const group of plan.groups) {
    let groupMs = 0;
    for (const task of group.tasks) {
      const step = stepCost(task, profile);
      steps.push(step);
      groupMs = Math.max(groupMs, step.predicted_ms);
      peakRamMb = Math.max(peakRamMb, step.predicted_memory_mb);
      unknown ||= step.unknown_cost;
      usesModel ||= step.kind === "LLM_GENERATE";
    }
    totalMs += groupMs;
  }
  return { totalMs, peakRamMb: Math.ceil(peakRamMb), unknown, usesModel, steps };
}
