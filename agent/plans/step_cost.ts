import type { StepCostEstimate, TaskSpec } from "../../proto/messages.ts";
import type { CostProfile } from "./cost_profile.ts";

/** The specification's cost of a local operation (SYSINFO, ECHO), ms. */
const LOCAL_MS = 10;

/** The specification's penalty for a kind that nobody knows, ms. */
const PENALTY_MS = 250;

/** What an LLM step is taken to cost when it gives no token counts, ms. Kept from earlier estimators. */
const NO_TOKENS_MS = 1000;

/** What one task is predicted to cost on a device of this profile, by the specification's formula. */
export function stepCost(task: TaskSpec, profile: CostProfile): StepCostEstimate {
  const { task_id, kind } = task;
  switch (kind) {
    case "LLM_GENERATE":
      return {
        task_id,
        kind,
        ...llmCost(task, profile),
        predicted_memory_mb: profile.llmMemoryMb,
        unknown_cost: false,
      };
    case "SYSINFO":
    case "ECHO":
      return { task_id, kind, predicted_ms: LOCAL_MS, predicted_memory_mb: 0, unknown_cost: false, notes: "" };
    default:
      return {
        task_id,
        kind,
        predicted_ms: PENALTY_MS,
        predicted_memory_mb: 0,
        unknown_cost: true,
        notes: "unknown step type, using penalty estimate",
      };
  }
}

function llmCost(
  task: TaskSpec,
  { throughput: { prefill, decode, own }, llmNotes }: CostProfile,
): { predicted_ms: number; notes: string } {
  const notes: string[] = [];
  let predicted_ms: number;
  if (task.prompt_tokens === 0 && task.max_output_tokens === 0) {
    predicted_ms = NO_TOKENS_MS;
    notes.push("no token counts provided, using default estimate");
  } else {
    predicted_ms = (task.prompt_tokens / prefill + task.max_output_tokens / decode) * 1000;
  }
  if (!own) notes.push("using default throughput for platform");
  return { predicted_ms, notes: [...notes, ...llmNotes].join("; ") };
}
