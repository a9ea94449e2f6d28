import type { PlanPreviewResponse } from "../../proto/messages.ts";
import { LinkedSignal } from "../core/abort.ts";
import { durationText } from "../core/duration.ts";
import { MeshError, messageOf, oneLine } from "../core/errors.ts";
import { clipped } from "./clipped.ts";
import { readModelAnswer } from "./model_answer.ts";
import { type ModelQuestion, modelQuestion } from "./model_question.ts";
import { orAbort } from "./or_abort.ts";
import type { Planner, PlanningRequest } from "./planner.ts";
import { PlanningFailure } from "./planning_failure.ts";
import { acceptProposal, type PlanCheck } from "./proposed_plan.ts";

/** What a model answered, and who it was. */
export interface ModelReply {
  /** The whole text. */
  readonly text: string;
  readonly deviceName: string;
  readonly model: string;
}

/**
 * Asks the best model of the mesh.
 *
 * @throws {MeshError} FAILED_PRECONDITION when no device has a model
 * @throws the signal's reason when it aborts
 */
export type AskModel = (question: ModelQuestion, signal: AbortSignal) => Promise<ModelReply>;

export interface ModelPlannerOptions {
  readonly ask: AskModel;
  readonly check: PlanCheck;
  /** Kinds of tasks that can run now. */
  readonly kinds: () => readonly string[];
  /** Kinds of reduce that a job can ask for. */
  readonly reduces: readonly string[];
  /** Longest time for a plan, in ms. Default 20,000. */
  readonly timeLimitMs?: number;
}

const TIME_LIMIT_MS = 20_000;

/** Tighter than a client's: nobody looks at such a plan before it runs. */
const LIMITS = { groups: 64, tasks: 1000 };

/** Longest rationale that is kept, in characters. */
const MAX_RATIONALE = 4000;

/** Longest name of a model or device in a message, in characters. */
const MAX_NAME = 100;

/** Lets a model of the mesh turn words into a plan, and believes nothing of it unchecked. */
export class ModelPlanner implements Planner {
  constructor(private readonly options: ModelPlannerOptions) {}

  /**
   * @throws {PlanningFailure} when no model is there, or the model fails, is too slow, or makes no plan that can run
   * @throws the signal's reason when it aborts
   */
  async plan(request: PlanningRequest, signal?: AbortSignal): Promise<PlanPreviewResponse> {
    signal?.throwIfAborted();
    const { kinds, reduces, check } = this.options;
    const vocabulary = { kinds: kinds(), reduces, maxGroups: LIMITS.groups, maxTasks: LIMITS.tasks };
    const question = modelQuestion(request, vocabulary);
    if (!question) throw new PlanningFailure("absent", "no kind of task can run that a model could plan with");
    const { text, model, deviceName } = await this.#ask(question, signal);
    const who = `${shown(model)} on ${shown(deviceName)}`;
    try {
      const { rationale, ...proposal } = readModelAnswer(text);
      const accepted = await acceptProposal(proposal, request, { check, reduces, limits: LIMITS });
      return {
        used_ai: true,
        notes: `using the plan of ${who}`,
        rationale: clipped(rationale, MAX_RATIONALE),
        ...accepted,
      };
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      throw new PlanningFailure("invalid", `the plan of ${who} is invalid: ${messageOf(error)}`, { cause: error });
    }
  }

  async #ask(question: ModelQuestion, signal: AbortSignal | undefined): Promise<ModelReply> {
    const limitMs = this.options.timeLimitMs ?? TIME_LIMIT_MS;
    using limit = new LinkedSignal(signal);
    limit.abortAfter(limitMs, new PlanningFailure("timed-out", `the model timed out after ${durationText(limitMs)}`));
    try {
      return await orAbort(this.options.ask(question, limit.signal), limit.signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof PlanningFailure || !(error instanceof MeshError)) throw error;
      if (error.code === "FAILED_PRECONDITION") throw new PlanningFailure("absent", messageOf(error), { cause: error });
      throw new PlanningFailure("failed", `the model failed: ${messageOf(error)}`, { cause: error });
    }
  }
}

function shown(name: string): string {
  return clipped(oneLine(name), MAX_NAME);
}
