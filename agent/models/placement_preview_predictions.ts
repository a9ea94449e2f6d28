import type { TaskSpec } from "../../proto/messages.ts";
import { sizeOf } from "./job_outlook.ts";
import type { PreviewEffort } from "./placement_preview_effort.ts";
import type { Stage } from "./placement_preview_stage.ts";
import type { HostPrediction, Predictor } from "./predictor.ts";

/** A prediction takes as long as so many looks. */
const LOOKS = 25;

/** Predictions for a plan's prompts, each made once: many prompts are equally long, and each may run on any device. */
export class PlanPredictions {
  readonly #bySize = new Map<string, SizePredictions>();

  constructor(private readonly predictor: Predictor, private readonly effort: PreviewEffort) {}

  of(task: TaskSpec): SizePredictions {
    const { characters, promptTokens, maxTokens } = sizeOf(task);
    const key = `${promptTokens ? 0 : characters} ${promptTokens} ${maxTokens}`;
    let found = this.#bySize.get(key);
    if (!found) this.#bySize.set(key, found = new SizePredictions(task, this.predictor, this.effort));
    return found;
  }
}

/** How long prompts of one size take on each device. */
export class SizePredictions {
  readonly #warm: HostPrediction[] = [];
  readonly #cold: HostPrediction[] = [];

  constructor(
    private readonly task: TaskSpec,
    private readonly predictor: Predictor,
    private readonly effort: PreviewEffort,
  ) {}

  /** Undefined where the device answers no prompts. */
  on({ host, isLoaded, position }: Stage): HostPrediction | undefined {
    if (!host) return undefined;
    const known = isLoaded ? this.#warm : this.#cold;
    const found = known[position];
    if (found) return found;
    this.effort.spend(LOOKS);
    const model = { ...host.model, loaded: isLoaded };
    return known[position] = this.predictor.predict({ ...host, model }, sizeOf(this.task));
  }
}
