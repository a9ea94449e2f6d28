import type { PlanPreviewResponse } from "../../proto/messages.ts";
import type { PlannerConfig } from "../config/config.ts";
import { durationText } from "../core/duration.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import { type CheckedPlan, checkPlanInTurns } from "./check_plan.ts";
import { DeterministicPlanner, NOTHING_SET_UP } from "./deterministic.ts";
import { type Planner, type PlanningRequest, requirePlannable } from "./planner.ts";
import { PlanningFailure } from "./planning_failure.ts";
import { type PlanCheck, requireUsable } from "./proposed_plan.ts";
import { RememberedPlans } from "./remembered_plans.ts";
import { SharedRuns } from "./shared_runs.ts";

export interface PlannerChoiceOptions {
  readonly use: PlannerConfig["use"];
  /** Undefined = none is configured. `kill` ends its programs at once. */
  readonly external?: (Planner & { kill?(): void }) | undefined;
  /** Undefined = none can be asked. */
  readonly model?: Planner | undefined;
  readonly check: PlanCheck;
  /**
   * How long the mesh would take for a plan, in ms: said in the notes of plans that others made.
   *
   * @throws {MeshError} when it cannot be said: then the plan is not used
   */
  readonly predictMs?: ((plan: CheckedPlan, maxWorkers: number) => number) | undefined;
  /** In ms, and never goes back. */
  readonly now?: () => number;
}

/** The same text and `max_workers` give the same plan for so long, in ms: a preview is what a submission then runs. */
const MEMORY_MS = 5 * 60_000;

/** So many different plans are made at once. */
const MAX_RUNS = 256;

/** The longest job description, in characters: as a submission has it. */
const MAX_TEXT = 65_536;

const log = logger("plans");

interface NamedPlanner {
  readonly name: string;
  readonly planner: Planner;
}

/**
 * Asks the planners that `--planner` allows, one after the other, and makes the deterministic plan where none of them has
 * one that can run. What an AI made, or should have made, is remembered for 5 min; the deterministic plan follows the devices.
 */
export class PlannerChoice implements Planner, Component {
  readonly name = "planner";
  readonly #planners: readonly NamedPlanner[];
  readonly #remembered = new RememberedPlans(MEMORY_MS);
  readonly #runs = new SharedRuns<PlanPreviewResponse>(MAX_RUNS);
  readonly #now: () => number;

  constructor(private readonly options: PlannerChoiceOptions) {
    const { use, external, model } = options;
    this.#planners = [
      ...(external && (use === "auto" || use === "external")
        ? [{ name: "the external planner", planner: external }]
        : []),
      ...(model && (use === "auto" || use === "model") ? [{ name: "the model", planner: model }] : []),
    ];
    this.#now = options.now ?? (() => performance.now());
  }

  start(): void {}

  /** Ends the external planner's programs at once, for a process that is about to exit. */
  kill(): void {
    this.options.external?.kill?.();
  }

  /** Ends what is under way. From then on there are no plans. */
  async stop(): Promise<void> {
    await this.#runs.stop(new MeshError("UNAVAILABLE", "the agent is stopping"));
  }

  /**
   * @throws {MeshError} INVALID_ARGUMENT or FAILED_PRECONDITION for a request that nobody can plan for,
   * RESOURCE_EXHAUSTED when too many plans are being made
   * @throws the signal's reason when it aborts; others that wait for the same plan still get it
   */
  async plan(request: PlanningRequest, signal?: AbortSignal): Promise<PlanPreviewResponse> {
    signal?.throwIfAborted();
    requirePlannable(request);
    const { text, maxWorkers } = request;
    if (text.length > MAX_TEXT) {
      const what = `text: is ${text.length} characters long, at most ${MAX_TEXT} are taken`;
      throw new MeshError("INVALID_ARGUMENT", what);
    }
    if (this.#planners.length === 0) return await this.#byRule(this.#whyNobody([]), request, signal);
    const key = `${maxWorkers} ${text}`;
    const before = this.#remembered.find(key, this.#now());
    if (before) {
      const fault = this.#faultOf(before.checked, request);
      if (fault === undefined) return before.response;
      this.#remembered.forget(key);
      const age = durationText(this.#now() - before.madeAt);
      const stale = `the plan of ${age} ago cannot run any more (${fault}): this is a new one`;
      return await this.#runs.join(key, (alive) => this.#make(key, request, [stale], alive), signal);
    }
    return await this.#runs.join(key, (alive) => this.#make(key, request, [], alive), signal);
  }

  /** @param notes what is said of the plan before who made it */
  async #make(
    key: string,
    request: PlanningRequest,
    notes: readonly string[],
    signal: AbortSignal,
  ): Promise<PlanPreviewResponse> {
    const failures: PlanningFailure[] = [];
    let response: PlanPreviewResponse | undefined;
    for (const planner of this.#planners) {
      const made = await this.#ask(planner, request, signal);
      if (!(made instanceof PlanningFailure)) {
        const said = [...notes, ...failures.map((failure) => failure.message), made.notes];
        response = { ...made, notes: said.join("; ") };
        break;
      }
      failures.push(made);
      if (made.why !== "absent") log.warning("{reason}", { reason: made.message });
    }
    const lasting = response !== undefined || failures.some((failure) => failure.why !== "absent");
    response ??= await this.#byRule([...notes, ...this.#whyNobody(failures)], request, signal);
    if (lasting) {
      const checked = await checkPlanInTurns(response.plan);
      this.#remembered.put(key, { response, checked, madeAt: this.#now() });
    }
    return response;
  }

  async #ask(
    { name, planner }: NamedPlanner,
    request: PlanningRequest,
    signal: AbortSignal,
  ): Promise<PlanPreviewResponse | PlanningFailure> {
    try {
      const response = await planner.plan(request, signal);
      return { ...response, notes: [response.notes, ...await this.#prediction(name, response, request)].join("; ") };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PlanningFailure) return error;
      throw error;
    }
  }

  async #prediction(name: string, { plan }: PlanPreviewResponse, { maxWorkers }: PlanningRequest): Promise<string[]> {
    const { predictMs } = this.options;
    if (!predictMs) return [];
    const checked = await checkPlanInTurns(plan);
    try {
      return [`predicted to take ${durationText(predictMs(checked, maxWorkers))}`];
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      const what = `the plan of ${name} has no price: ${messageOf(error)}`;
      throw new PlanningFailure("invalid", what, { cause: error });
    }
  }

  async #byRule(
    why: readonly string[],
    request: PlanningRequest,
    signal: AbortSignal | undefined,
  ): Promise<PlanPreviewResponse> {
    return await new DeterministicPlanner(why.join("; ")).plan(request, signal);
  }

  /** Why nobody else made a plan, given how those who were asked failed. */
  #whyNobody(failures: readonly PlanningFailure[]): string[] {
    const { use, external } = this.options;
    if (use === "deterministic") return ["the planner is switched off (--planner deterministic)"];
    if (use === "external" && !external) return ["no external planner program is configured"];
    const nobody = failures.every((failure) => failure.why === "absent");
    if (nobody && use === "auto" && !external) return [NOTHING_SET_UP];
    return failures.length > 0 ? failures.map((failure) => failure.message) : ["no local model can be asked"];
  }

  #faultOf(plan: CheckedPlan, request: PlanningRequest): string | undefined {
    try {
      requireUsable(plan, request, this.options.check);
      return undefined;
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      return messageOf(error);
    }
  }
}
