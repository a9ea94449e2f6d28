import { MeshError } from "../core/errors.ts";
import { LLM_GENERATE } from "../jobs/generation_outlook.ts";
import type { CheckedPlan } from "../plans/check_plan.ts";
import { costProfileOf } from "../plans/cost_profile.ts";
import { stepCost } from "../plans/step_cost.ts";
import type { DeviceInfo, PlacementResponse, TaskPlacement, TaskSpec } from "../../proto/messages.ts";
import type { Backlog } from "./backlog.ts";
import { sizeOf } from "./job_outlook.ts";
import type { ModelDirectory, ModelHost } from "./model_directory.ts";
import type { HostPrediction, Predictor } from "./predictor.ts";

/** A device that work can reach now. */
export interface PlacementDevice {
  readonly info: Readonly<DeviceInfo>;
  /** How many tasks of each kind it runs at once; undefined = any. */
  readonly kinds: ReadonlyMap<string, number> | undefined;
}

export interface PlacementParts {
  readonly directory: ModelDirectory;
  readonly backlog: Backlog;
  readonly predictor: Predictor;
  /** Those with the lower CPU load first. */
  readonly devices: () => readonly PlacementDevice[];
}

/** Most pairs of task and device that one preview looks at: about half a second. */
const MAX_PAIRS = 2_000_000;

/** An LLM step is taken to need so much memory, in MB, where the model's real size is unknown: the specification's figure. */
const UNKNOWN_MEMORY_MB = 2048;

/** A device in the course of the plan. All times are ms from now. */
class Stage {
  /** When each place of its models is free. */
  readonly places: number[];
  /** When its models have done what they have to do already. */
  readonly queueMs: number;
  readonly host: ModelHost | undefined;
  /** Models of it that the plan has loaded by then. */
  isLoaded: boolean;
  /** Tasks of the group under way, by kind. */
  held = new Map<string, number>();

  constructor(readonly device: PlacementDevice, { directory, backlog }: PlacementParts) {
    this.host = directory.hostOn(device.info, "");
    this.places = backlog.places(device.info.device_id, this.host?.parallel ?? 1);
    this.queueMs = this.places[0] ?? 0;
    this.isLoaded = this.host?.model.loaded ?? true;
  }

  get id(): string {
    return this.device.info.device_id;
  }

  get heldCount(): number {
    let count = 0;
    for (const held of this.held.values()) count += held;
    return count;
  }

  slots(kind: string): number {
    if (kind === LLM_GENERATE) return this.host && this.device.kinds?.get(kind) !== 0 ? this.host.parallel : 0;
    return this.device.kinds ? this.device.kinds.get(kind) ?? 0 : Infinity;
  }
}

/**
 * Says which device would run which task of a plan, when, and how long the whole mesh would take: what the scheduler
 * would do, by the same predictions.
 *
 * @throws {MeshError} FAILED_PRECONDITION without any device, RESOURCE_EXHAUSTED when there is too much to look at
 */
export function previewPlacement(plan: CheckedPlan, maxWorkers: number, parts: PlacementParts): PlacementResponse {
  const devices = parts.devices();
  if (devices.length === 0) throw new MeshError("FAILED_PRECONDITION", "Cannot place the plan: no device is online");
  if (plan.taskCount * devices.length > MAX_PAIRS) {
    throw new MeshError(
      "RESOURCE_EXHAUSTED",
      `Cannot place the plan: ${plan.taskCount} tasks on ${devices.length} devices are more than ${MAX_PAIRS} pairs`,
    );
  }
  const preview = new Preview(devices.map((device) => new Stage(device, parts)), maxWorkers, parts.predictor);
  let total = 0;
  const tasks = plan.groups.flatMap(({ tasks }) => {
    const placed = preview.group(tasks, total);
    total = placed.reduce((end, { start_ms, predicted_ms }) => Math.max(end, start_ms + predicted_ms), total);
    return placed;
  });
  return { total_predicted_ms: total, tasks, notes: preview.notes() };
}

class Preview {
  readonly #used = new Set<string>();
  readonly #notes = new Set<string>();

  constructor(
    private readonly stages: readonly Stage[],
    private readonly maxWorkers: number,
    private readonly predictor: Predictor,
  ) {}

  notes(): string[] {
    return [...this.#notes];
  }

  /** Places the tasks of one group, which begins at `begin`. */
  group(tasks: readonly TaskSpec[], begin: number): TaskPlacement[] {
    for (const stage of this.stages) stage.held = new Map();
    for (const { target_device_id: target } of tasks) if (target) this.#used.add(target);
    return tasks.map((task) => task.kind === LLM_GENERATE ? this.#generation(task, begin) : this.#other(task, begin));
  }

  #generation(task: TaskSpec, begin: number): TaskPlacement {
    let best: { readonly stage: Stage; readonly start: number; readonly prediction: HostPrediction } | undefined;
    for (const stage of this.#able(task)) {
      if (!stage.host) continue;
      const model = { ...stage.host.model, loaded: stage.isLoaded };
      const prediction = this.predictor.predict({ ...stage.host, model }, sizeOf(task));
      const start = Math.max(begin, stage.places[0] ?? 0);
      if (!best || start + prediction.predictedMs < best.start + best.prediction.predictedMs) {
        best = { stage, start, prediction };
      }
    }
    if (!best?.stage.host) return this.#nowhere(task);
    const { stage, start, prediction } = best;
    const { model } = best.stage.host;
    const memory = model.memory_mb || UNKNOWN_MEMORY_MB;
    const free = stage.device.info.ram_free_mb;
    stage.places[0] = start + prediction.predictedMs;
    stage.places.sort((a, b) => a - b);
    stage.isLoaded = true;
    stage.held.set(task.kind, (stage.held.get(task.kind) ?? 0) + 1);
    this.#used.add(stage.id);
    const notes: string[] = [];
    if (prediction.isDefault) notes.push("using default throughput for platform");
    if (prediction.isLoadAssumed && prediction.loadMs > 0) notes.push("load time assumed from the model's size");
    if (!task.prompt_tokens) notes.push("prompt tokens estimated from the input");
    if (!task.max_output_tokens) notes.push("no max_output_tokens, using the model's usual output");
    if (!model.memory_mb) notes.push("memory of the model unknown, using default estimate");
    return this.#placed(task, stage, {
      model: model.name,
      start_ms: start,
      predicted_ms: prediction.predictedMs,
      load_ms: prediction.loadMs,
      queue_ms: stage.queueMs,
      predicted_memory_mb: memory,
      ram_sufficient: free === 0 || model.loaded || memory <= free,
    }, notes);
  }

  #other(task: TaskSpec, begin: number): TaskPlacement {
    let best: Stage | undefined;
    for (const stage of this.#able(task)) if (!best || stage.heldCount < best.heldCount) best = stage;
    if (!best) return this.#nowhere(task);
    const cost = stepCost(task, costProfileOf(best.device, false));
    const before = best.held.get(task.kind) ?? 0;
    best.held.set(task.kind, before + 1);
    this.#used.add(best.id);
    const start_ms = begin + Math.floor(before / best.slots(task.kind)) * cost.predicted_ms;
    const { predicted_ms, unknown_cost, notes } = cost;
    return this.#placed(task, best, { start_ms, predicted_ms, unknown_cost }, notes ? [notes] : []);
  }

  /** The devices that may run a task. */
  #able({ kind, target_device_id: target }: TaskSpec): Stage[] {
    const mayUse = (id: string) => this.maxWorkers === 0 || this.#used.has(id) || this.#used.size < this.maxWorkers;
    return this.stages.filter((stage) => (target ? stage.id === target : mayUse(stage.id)) && stage.slots(kind) > 0);
  }

  #nowhere(task: TaskSpec): TaskPlacement {
    const { kind, target_device_id: target } = task;
    const note = target ? `device ${target} cannot run ${kind} now` : `no device can run ${kind} now`;
    return this.#placed(task, undefined, { unknown_cost: true }, [note]);
  }

  #placed(
    { task_id, kind }: TaskSpec,
    stage: Stage | undefined,
    part: Partial<TaskPlacement>,
    notes: readonly string[],
  ): TaskPlacement {
    for (const note of notes) this.#notes.add(note);
    return {
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
    };
  }
}
