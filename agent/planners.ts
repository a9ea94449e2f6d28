import type { PlannerConfig } from "./config/config.ts";
import { LLM_GENERATE } from "./jobs/generation_outlook.ts";
import { REDUCE_KINDS } from "./jobs/reduce.ts";
import { type PlanSurroundings, requireRunnable } from "./jobs/submission.ts";
import type { ModelGateway } from "./models/gateway.ts";
import { type PlacementParts, previewPlacement } from "./models/placement_preview.ts";
import { type TextSource, writtenText } from "./models/written_text.ts";
import type { CheckedPlan } from "./plans/check_plan.ts";
import { ExternalPlanner } from "./plans/external_planner.ts";
import { type AskModel, ModelPlanner } from "./plans/model_planner.ts";
import { PlannerChoice } from "./plans/planner_choice.ts";

export interface PlannerParts {
  readonly gateway: ModelGateway;
  readonly placement: PlacementParts;
  readonly around: PlanSurroundings;
}

/** Who turns words into plans, as the configuration says. */
export function planners({ use, program }: PlannerConfig, { gateway, placement, around }: PlannerParts): PlannerChoice {
  const check = (plan: CheckedPlan, maxWorkers: number) => requireRunnable(plan, maxWorkers, around);
  const kinds =
    () => [...around.kinds.filter((kind) => kind !== LLM_GENERATE), ...(around.lacksModel("") ? [] : [LLM_GENERATE])];
  return new PlannerChoice({
    use,
    external: program ? new ExternalPlanner({ program, check, reduces: REDUCE_KINDS }) : undefined,
    model: new ModelPlanner({ ask: askThrough(gateway), check, kinds, reduces: REDUCE_KINDS }),
    check,
    predictMs: (plan, maxWorkers) => previewPlacement(plan, maxWorkers, placement).total_predicted_ms,
  });
}

/** The longest answer that is taken, in characters. */
const MAX_ANSWER = 1024 * 1024;

/** The device that answers first is asked: a plan has 20 s. An answer that is too long is stopped, and none. */
export function askThrough(gateway: TextSource): AskModel {
  return ({ messages, format, maxTokens }, signal) => {
    const request = {
      prompt: "",
      messages: messages.map(({ role, content }) => ({ role, content })),
      model: "",
      max_tokens: maxTokens,
      sampling: { temperature: 0, stop: [] },
      format,
      device_id: "",
    };
    return writtenText(gateway, request, { signal, maxCharacters: MAX_ANSWER });
  };
}
