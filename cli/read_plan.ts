import { MeshError, messageOf, UsageError } from "../agent/core/errors.ts";
import { type CheckedPlan, checkPlan } from "../agent/plans/check_plan.ts";
import { parsePlanFile } from "../agent/plans/plan_file.ts";
import type { PlanFile } from "../agent/plans/plan_schema.ts";
import type { CommandContext } from "./command.ts";

/**
 * Reads and checks a plan file before anything is sent, so that a wrong one is named by file and field.
 *
 * @throws {UsageError} when it cannot be read or is not a plan
 */
export async function readPlan(
  path: string,
  context: Pick<CommandContext, "readInput">,
): Promise<PlanFile & { readonly checked: CheckedPlan }> {
  const file = parsePlanFile(await context.readInput(path), path);
  try {
    return { ...file, checked: checkPlan(file.plan) };
  } catch (error) {
    if (!(error instanceof MeshError) || error.code !== "INVALID_ARGUMENT") throw error;
    const name = path === "-" ? "standard input" : path;
    throw new UsageError(`Cannot use plan: ${messageOf(error)} (in ${name})`, { cause: error });
  }
}
