import { setImmediate as turn } from "node:timers/promises";
import { MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { type CheckedPlan, checkPlanInTurns } from "../plans/check_plan.ts";
import type { Planner } from "../plans/planner.ts";
import type { JobRecord, Store } from "../store/store.ts";
import type { DeviceInfo } from "../../proto/messages.ts";
import { Job } from "./job.ts";
import { summaryLine } from "./job_view.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { reduceKind } from "./reduce.ts";
import { SUBMISSION_LIFE_MS } from "./retention.ts";
import { checkSubmission, type JobSubmission, requireRunnable, taskRecords } from "./submission.ts";

/** A plan with more tasks is taken step by step, so that other calls are served in between. */
const TASKS_A_TURN = 2000;

/** What a submission needs to know of devices. */
export interface JobDevices {
  /** True for every registered device, online or not. */
  has(deviceId: string): boolean;
  /** The devices that can take work now. */
  online(): readonly DeviceInfo[];
  /** Why a device (or, with an empty id, the mesh) has no model to answer prompts now; undefined where it has. */
  lacksModel(deviceId: string): string | undefined;
}

export interface SubmitterOptions {
  readonly store: Pick<Store, "insertJob" | "submittedJob">;
  readonly devices: JobDevices;
  readonly planner: Planner;
  /** Kinds of tasks that can run. */
  readonly kinds: readonly string[];
  /** At most this many tasks wait or run at once; past that a submission is refused. */
  readonly maxQueuedTasks: number;
}

/** What unfinished jobs take up together. */
export interface Room {
  /** Tasks that are not finished, those that are being submitted included. */
  openTasks: number;
  readonly memory: MemoryBudget;
}

/** Takes submissions: checks each, makes it durable, and hands it on. */
export class Submitter {
  /** Submissions with a key that are under way. */
  readonly #underWay = new Map<string, Promise<JobRecord>>();

  /** @param begin is given each new job once it is durable */
  constructor(
    private readonly options: SubmitterOptions,
    private readonly room: Room,
    private readonly begin: (job: Job) => void,
  ) {}

  /**
   * @throws {MeshError} INVALID_ARGUMENT or NOT_FOUND naming the field; RESOURCE_EXHAUSTED when too much is queued or
   * the disk is full; FAILED_PRECONDITION when nothing in the mesh can run it.
   */
  async submit(request: JobSubmission, signal?: AbortSignal): Promise<JobRecord> {
    checkSubmission(request);
    const { submission } = request;
    if (!submission) return await this.#insert(request, signal);
    const key = JSON.stringify([submission.client, submission.key]);
    const before = this.#underWay.get(key);
    if (before) return await before;
    const submitting = this.options.store.submittedJob(submission, Date.now() - SUBMISSION_LIFE_MS)
      .then((submitted) => submitted ?? this.#insert(request, signal))
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, submitting);
    return await submitting;
  }

  async #insert(request: JobSubmission, signal: AbortSignal | undefined): Promise<JobRecord> {
    const { text, maxWorkers, submission } = request;
    const { store, devices, planner, kinds } = this.options;
    // Whoever asks for an unknown one is told so before a plan is made.
    reduceKind(request.reduce);
    const online = devices.online();
    const planned = request.plan ? undefined : await planner.plan({ text, maxWorkers, devices: online }, signal);
    const reduce = reduceKind(request.reduce || planned?.reduce?.kind);
    const plan = await checkPlanInTurns(request.plan ?? planned?.plan ?? null);
    const breathe = () => plan.taskCount > TASKS_A_TURN ? turn() : undefined;
    await breathe();
    requireRunnable(plan, maxWorkers, {
      kinds,
      hasDevice: (deviceId) => devices.has(deviceId),
      lacksModel: (deviceId) => devices.lacksModel(deviceId),
    });
    const characters = charactersOf(plan);
    this.#takeRoom(plan.taskCount, characters);
    let job: Job;
    try {
      const record: JobRecord = {
        jobId: newId(),
        text,
        maxWorkers,
        reduce,
        summary: summaryLine(plan, maxWorkers, online.map((device) => device.device_id)),
        createdAt: Date.now(),
        state: "QUEUED",
        finishedAt: 0,
        reason: "",
        reduced: "",
      };
      await breathe();
      job = new Job(record, taskRecords(plan, request));
      await breathe();
      await store.insertJob(record, job.tasks, submission);
    } catch (error) {
      this.room.openTasks -= plan.taskCount;
      this.room.memory.give(characters);
      throw error;
    }
    await breathe();
    this.begin(job);
    return job.record;
  }

  #takeRoom(tasks: number, characters: number): void {
    const { room } = this;
    const { maxQueuedTasks } = this.options;
    if (tasks > maxQueuedTasks) {
      const limit = `(--max-queued-tasks ${maxQueuedTasks})`;
      throw new MeshError("RESOURCE_EXHAUSTED", `plan: ${tasks} tasks are more than this agent queues ${limit}`);
    }
    if (room.openTasks + tasks > maxQueuedTasks) {
      throw new MeshError(
        "RESOURCE_EXHAUSTED",
        `${room.openTasks} tasks are queued, ${tasks} more would pass the limit of ${maxQueuedTasks} ` +
          "(--max-queued-tasks): try again later",
      );
    }
    if (!room.memory.tryTake(characters)) {
      throw new MeshError(
        "RESOURCE_EXHAUSTED",
        `unfinished jobs hold ${room.memory.used} characters of inputs and results, ${characters} more would pass the ` +
          `limit of ${room.memory.limit}: try again later`,
      );
    }
    room.openTasks += tasks;
  }
}

function charactersOf(plan: CheckedPlan): number {
  let characters = 0;
  for (const { tasks } of plan.groups) for (const { input } of tasks) characters += input.length;
  return characters;
}
