import type { Plan, PlanPreviewResponse } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { type CheckedPlan, checkPlanInTurns, type PlanLimits, taskPath } from "./check_plan.ts";
import type { PlanningRequest } from "./planner.ts";
import { quoted } from "./quoted.ts";

/**
 * Whether a plan can run: its kinds and devices are known, and it names at most `maxWorkers` devices (0 = any number).
 *
 * @throws {MeshError} naming the field that is in the way
 */
export type PlanCheck = (plan: CheckedPlan, maxWorkers: number) => void;

/** What a plan that somebody else made is held to. */
export interface ProposalRules {
  readonly check: PlanCheck;
  /** Kinds of reduce that a job can ask for. */
  readonly reduces: readonly string[];
  /** Tighter ones than a client's. */
  readonly limits?: Partial<PlanLimits>;
}

/** A plan as a planner made it, not checked yet. An empty `reduce` means CONCAT. */
export interface Proposal {
  readonly plan: Plan;
  readonly reduce: string;
}

/**
 * Takes a proposal as strictly as a client's plan, and more strictly in that it may use none but the devices that it was
 * made for. The tasks of the answer all have ids.
 *
 * @throws {MeshError} naming the field
 */
export async function acceptProposal(
  { plan, reduce }: Proposal,
  request: PlanningRequest,
  rules: ProposalRules,
): Promise<Required<Pick<PlanPreviewResponse, "plan" | "reduce">>> {
  const checked = await checkPlanInTurns(plan, rules.limits ? { limits: rules.limits } : {});
  requireUsable(checked, request, rules.check);
  return {
    plan: { groups: checked.groups.map(({ index, tasks }) => ({ index, tasks: [...tasks] })) },
    reduce: { kind: reduceKind(reduce, rules.reduces) },
  };
}

/**
 * Refuses a plan that cannot run now: see {@link PlanCheck}, and it names no device but those of the request.
 *
 * @throws {MeshError} naming the field
 */
export function requireUsable(plan: CheckedPlan, { devices, maxWorkers }: PlanningRequest, check: PlanCheck): void {
  const offered = new Set(devices.map((device) => device.device_id));
  offered.add("");
  for (const group of plan.groups) {
    const at = group.tasks.findIndex((task) => !offered.has(task.target_device_id));
    if (at < 0) continue;
    const id = quoted(group.tasks[at]?.target_device_id ?? "");
    const path = `${taskPath(group, at)}.target_device_id`;
    throw new MeshError("NOT_FOUND", `${path}: ${id} is none of the devices that can take work now`);
  }
  check(plan, maxWorkers);
}

function reduceKind(asked: string, known: readonly string[]): string {
  const kind = asked.toUpperCase() || "CONCAT";
  if (known.includes(kind)) return kind;
  throw new MeshError("INVALID_ARGUMENT", `reduce.kind: ${quoted(asked)} is not a known kind: ${known.join(", ")}`);
}
