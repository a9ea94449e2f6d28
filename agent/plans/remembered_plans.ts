import type { PlanPreviewResponse } from "../../proto/messages.ts";
import type { CheckedPlan } from "./check_plan.ts";

/** A plan that was made, with the plan in its checked form. */
export interface MadePlan {
  readonly response: PlanPreviewResponse;
  readonly checked: CheckedPlan;
  /** When it was made, in ms of a clock that never goes back. */
  readonly madeAt: number;
}

/** So many plans are remembered at most. */
const MAX_PLANS = 1000;

/** What they may take up together, in characters: enough for the largest single plan. */
const MAX_CHARACTERS = 128 * 1024 * 1024;

/** What a task takes up besides its texts, about, in characters. */
const TASK_CHARACTERS = 200;

/** Remembers plans for a while, by what they were made for. The oldest are forgotten where they become too many. */
export class RememberedPlans {
  /** In the order in which they were made. */
  readonly #plans = new Map<string, { readonly made: MadePlan; readonly characters: number }>();
  #characters = 0;

  /** @param lifeMs how long a plan is remembered */
  constructor(private readonly lifeMs: number) {}

  find(key: string, now: number): MadePlan | undefined {
    this.#forgetOlderThan(now - this.lifeMs);
    return this.#plans.get(key)?.made;
  }

  put(key: string, made: MadePlan): void {
    this.forget(key);
    const characters = key.length + charactersOf(made);
    this.#plans.set(key, { made, characters });
    this.#characters += characters;
    for (const oldest of this.#plans.keys()) {
      if (this.#plans.size <= MAX_PLANS && this.#characters <= MAX_CHARACTERS) return;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    this.#characters -= this.#plans.get(key)?.characters ?? 0;
    this.#plans.delete(key);
  }

  #forgetOlderThan(time: number): void {
    for (const [key, { made }] of this.#plans) {
      if (made.madeAt > time) return;
      this.forget(key);
    }
  }
}

function charactersOf({ response, checked }: MadePlan): number {
  let characters = response.notes.length + response.rationale.length;
  for (const { tasks } of checked.groups) {
    for (const { task_id, input } of tasks) characters += task_id.length + input.length + TASK_CHARACTERS;
  }
  return characters;
}
