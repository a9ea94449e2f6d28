import { MeshError } from "../core/errors.ts";
import { LLM_GENERATE } from "../jobs/generation_outlook.ts";
import type { CheckedPlan } from "../plans/check_plan.ts";
import { costProfileOf } from "../plans/cost_profile.ts";
import { stepCost } from "../plans/step_cost.ts";
import type { PlacementResponse, StepCostEstimate, TaskPlacement, TaskSpec } from "../../proto/messages.ts";
import type { Backlog } from "./backlog.ts";
import type { ModelDirectory, ModelHost } from "./model_directory.ts";
import { PreviewEffort } from "./placement_preview_effort.ts";
import { GroupCourse, type Placed } from "./placement_preview_group.ts";
import { PlanPredictions } from "./placement_preview_predictions.ts";
import { type PlacementDevice, Stage } from "./placement_preview_stage.ts";
import { PlanWorkers } from "./placement_preview_workers.ts";
import type { HostPrediction, Predictor } from "./predictor.ts";

export type { PlacementDevice } from "./placement_preview_stage.ts";

export interface PlacementParts {
  readonly directory: ModelDirectory;
  readonly backlog: Backlog;
  readonly predictor: Predictor;
  /** Those with the lower CPU load first. */
  readonly devices: () => readonly PlacementDevice[];
}

/** Most pairs of task and device that one preview looks at. */
const MAX_PAIRS = 1_000_000;

/** Most tasks of one preview. */
const MAX_TASKS = 20_000;

/** An LLM step is taken to need so much memory, in MB, where the model's real size is unknown: the specification's figure. */
const UNKNOWN_MEMORY_MB = 2048;

/**
 * Says which device would run which task of a plan, when, and how long the whole mesh would take: what the scheduler
 * would do, by the same predictions.
 *
 * @param maxWorkers distinct devices at a time; 0 = any number
 * @throws {MeshError} FAILED_PRECONDITION without any device, RESOURCE_EXHAUSTED when there is too much to look at
 */
export function previewPlacement(plan: CheckedPlan, maxWorkers: number, parts: PlacementParts): PlacementResponse {
  const devices = parts.devices();
  if (devices.length === 0) throw new MeshError("FAILED_PRECONDITION", "Cannot place the plan: no device is online");
  requireSmall(plan.taskCount, devices.length);
  const { kinds, targets, hasPrompts } = contentsOf(plan);
  const effort = new PreviewEffort();
  const stages = devices.map((device, at) => new Stage(device, at, parts, hasPrompts, effort));
  const costs = new KindCosts(devices[0]);
  const course = {
    stages,
    workers: new PlanWorkers(maxWorkers, targets),
    predictions: new PlanPredictions(parts.predictor, effort),
    effort,
    durationOf: (kind: string) => costs.of(kind).predicted_ms,
  };
  const answer = new Answer(stages, maxWorkers, costs);
  for (const { tasks } of plan.groups) {
    const placed = new GroupCourse(tasks, kinds, course).run(answer.end);
    tasks.forEach((task, at) => answer.add(task, placed[at]));
  }
  return answer.response();
}

function requireSmall(tasks: number, devices: number): void {
  const pairs = tasks * devices;
  if (pairs <= MAX_PAIRS && tasks <= MAX_TASKS) return;
  const what = tasks > MAX_TASKS
    ? `${tasks} tasks are more than ${MAX_TASKS}`
    : `${tasks} tasks on ${devices} devices are more than ${MAX_PAIRS} pairs`;
  throw new MeshError("RESOURCE_EXHAUSTED", `Cannot place the plan: ${what}; preview a part of it`);
}

/** What a plan asks of devices. */
function contentsOf({ groups }: CheckedPlan) {
  /** Those of tasks that any device may have, by when they come: the scheduler takes them in this order. */
  const kinds = new Map<string, number>();
  const targets = new Set<string>();
  let hasPrompts = false;
  for (const { tasks } of groups) {
    for (const { kind, target_device_id: target } of tasks) {
      if (target) targets.add(target);
      else if (!kinds.has(kind)) kinds.set(kind, kinds.size);
      hasPrompts ||= kind === LLM_GENERATE;
    }
  }
  return { kinds, targets, hasPrompts };
}

/** What tasks cost that no model answers: the same on each device. */
class KindCosts {
  readonly #costs = new Map<string, StepCostEstimate>();

  constructor(private readonly device: PlacementDevice | undefined) {}

  of(kind: string): StepCostEstimate {
    let cost = this.#costs.get(kind);
    if (!cost) {
      const { device } = this;
      if (!device) throw new Error("there is no device");
      const task = { task_id: "", kind, input: "", target_device_id: "", prompt_tokens: 0, max_output_tokens: 0 };
      this.#costs.set(kind, cost = stepCost(task, costProfileOf(device, false)));
    }
    return cost;
  }
}

class Answer {
  /** When all tasks so far have ended, in ms from now. */
  end = 0;
  readonly #tasks: TaskPlacement[] = [];
  readonly #notes = new Set<string>();

  constructor(
    private readonly stages: readonly Stage[],
    private readonly maxWorkers: number,
    private readonly costs: KindCosts,
  ) {}

  add(task: TaskSpec, placed: Placed | undefined): void {
    if (!placed) {
      this.#add(task, undefined, { unknown_cost: true }, [this.#whyNowhere(task)]);
      return;
    }
    const { stage, start, end, prediction } = placed;
    this.end = Math.max(this.end, end);
    if (prediction && stage.host) {
      const part = promptPart(stage, stage.host, start, prediction);
      this.#add(task, stage, part, promptNotes(task, stage.host, prediction));
      return;
    }
    const { predicted_ms, unknown_cost, notes } = this.costs.of(task.kind);
    this.#add(task, stage, { start_ms: start, predicted_ms, unknown_cost }, notes ? [notes] : []);
  }

  response(): PlacementResponse {
    return { total_predicted_ms: this.end, tasks: this.#tasks, notes: [...this.#notes] };
  }

  #whyNowhere({ kind, target_device_id: target }: TaskSpec): string {
    if (target && !this.stages.some(({ id }) => id === target)) {
      return `no device with the id ${JSON.stringify(target)} can take work now`;
    }
    if (target) return `device ${target} cannot run ${kind} now`;
    if (!this.stages.some((stage) => stage.runs(kind))) return `no device can run ${kind} now`;
    return `max_workers ${this.maxWorkers} leaves no device that can run ${kind}`;
  }

  #add(
    { task_id, kind }: TaskSpec,
    stage: Stage | undefined,
    part: Partial<TaskPlacement>,
    notes: readonly string[],
  ): void {
    for (const note of notes) this.#notes.add(note);
    this.#tasks.push({
      task_id,
      kind,
      device_id: stage?.id ?? "",
      device_name: stage?.device.info.device_name ?? "",
      model: "",
      start_ms: 0,
      predicted_ms: 0,
      load_ms: 0,
      queue_ms: 0,
      predicted_memory_mb: 0,
      ram_sufficient: true,
      unknown_cost: false,
      ...part,
      notes: notes.join("; "),
    });
  }
}

function promptPart(
  { queueMs, device }: Stage,
  { model }: ModelHost,
  start_ms: number,
  { predictedMs, loadMs }: HostPrediction,
): Partial<TaskPlacement> {
  const memory = model.memory_mb || UNKNOWN_MEMORY_MB;
  const free = device.info.ram_free_mb;
  return {
    model: model.name,
    start_ms,
    predicted_ms: predictedMs,
    load_ms: loadMs,
    queue_ms: queueMs,
    predicted_memory_mb: memory,
    ram_sufficient: free === 0 || model.loaded || memory <= free,
  };
}

function promptNotes(task: TaskSpec, { model }: ModelHost, prediction: HostPrediction): string[] {
  const notes: string[] = [];
  if (prediction.isDefault) notes.push("using default throughput for platform");
  if (prediction.isLoadAssumed && prediction.loadMs > 0) notes.push("load time assumed from the model's size");
  if (!task.prompt_tokens) notes.push("prompt tokens estimated from the input");
  if (!task.max_output_tokens) notes.push("no max_output_tokens, using the model's usual output");
  if (!model.memory_mb) notes.push("memory of the model unknown, using default estimate");
  return notes;
}
