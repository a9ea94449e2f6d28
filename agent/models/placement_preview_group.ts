import { LLM_GENERATE } from "../jobs/generation_outlook.ts";
import { postponeFirst } from "../llm/list_scheduling.ts";
import type { TaskSpec } from "../../proto/messages.ts";
import type { PreviewEffort } from "./placement_preview_effort.ts";
import type { PlanPredictions } from "./placement_preview_predictions.ts";
import type { Stage } from "./placement_preview_stage.ts";
import { Timeline } from "./placement_preview_timeline.ts";
import type { PlanWorkers } from "./placement_preview_workers.ts";
import type { HostPrediction } from "./predictor.ts";

/** Where and when a task would run. Times are ms from now. */
export interface Placed {
  readonly stage: Stage;
  readonly start: number;
  readonly end: number;
  /** Of a prompt. */
  readonly prediction?: HostPrediction;
}

/** Looking for the devices that have room for a task that no model answers takes as long as so many looks, each. */
const LOOKS_TO_SPREAD = 4;

/** What the groups of a plan share. */
export interface PlanCourse {
  /** In the order in which the scheduler asks them: the lower CPU load first. */
  readonly stages: readonly Stage[];
  readonly workers: PlanWorkers;
  readonly predictions: PlanPredictions;
  readonly effort: PreviewEffort;
  /** How long a task of a kind that models do not answer takes, in ms. */
  readonly durationOf: (kind: string) => number;
}

/** Tasks of one kind that wait for a device: places in the group, in plan order. */
interface Queue {
  readonly kind: string;
  tasks: number[];
  /** How many of them have a device. */
  taken: number;
}

/** A device begins or ends tasks. */
interface Change {
  readonly at: number;
  readonly stage: Stage;
  readonly kind: string;
  readonly count: number;
  /** Of a prompt that waits for its turn on its device: the change does not come where it goes elsewhere. */
  readonly turn?: Turn;
}

/** A prompt that has a device. */
interface Turn extends Placed {
  readonly task: number;
  isDropped: boolean;
}

/**
 * The course of one group as the scheduler would have it, were all predictions right: tasks that name their device come
 * first; then kind by kind, prompts where they are finished first, the rest where least is held; and so again after each
 * end, until nothing more can be placed.
 */
export class GroupCourse {
  readonly #placed: (Placed | undefined)[];
  readonly #pinned: { readonly stage: Stage; readonly queue: Queue }[] = [];
  readonly #anywhere: Queue[];
  readonly #changes = new Timeline<Change>();
  /** Prompts that any device could have been given, in the order in which they got theirs. */
  #turns: Turn[] = [];
  /** Those of them that have not begun. */
  #waiting = 0;
  /** The devices' places before the first of these prompts. */
  #before: { readonly places: readonly number[]; readonly isLoaded: boolean }[] = [];

  /** @param kinds all kinds of the plan, in the order in which the scheduler takes them */
  constructor(
    private readonly tasks: readonly TaskSpec[],
    kinds: ReadonlyMap<string, number>,
    private readonly course: PlanCourse,
  ) {
    this.#placed = new Array(tasks.length);
    const byTarget = new Map<string, Map<string, Queue>>();
    tasks.forEach(({ target_device_id: target, kind }, at) => {
      let queues = byTarget.get(target);
      if (!queues) byTarget.set(target, queues = new Map());
      let queue = queues.get(kind);
      if (!queue) queues.set(kind, queue = { kind, tasks: [], taken: 0 });
      queue.tasks.push(at);
    });
    const { stages, workers, effort } = course;
    this.#anywhere = [...byTarget.get("")?.values() ?? []]
      .sort((a, b) => (kinds.get(a.kind) ?? 0) - (kinds.get(b.kind) ?? 0))
      .filter(({ kind }) => stages.some((stage) => stage.runs(kind)));
    byTarget.delete("");
    for (const stage of stages) {
      for (const queue of byTarget.get(stage.id)?.values() ?? []) {
        if (stage.runs(queue.kind)) this.#pinned.push({ stage, queue });
      }
    }
    workers.begin(new Set(byTarget.keys()));
    effort.spend((this.#anywhere.length + 1) * stages.length);
  }

  /** Where each task runs; undefined where nothing can run it. */
  run(begin: number): readonly (Placed | undefined)[] {
    let now = begin;
    for (const { stage, queue } of this.#pinned) if (queue.kind === LLM_GENERATE) this.#answerPinned(stage, queue, now);
    this.#remember();
    for (;;) {
      while (this.#pass(now) > 0 || this.#makeRoom(now));
      const next = this.#isSettled ? undefined : this.#changes.next;
      if (next === undefined) break;
      now = next;
      while (this.#changes.next === now) this.#apply(this.#changes.take());
    }
    // The next group begins when all of this one has ended.
    for (const stage of this.course.stages) stage.reset();
    return this.#placed;
  }

  /** What is needed to take prompts back that have not begun: only a device that gives its place to another makes that. */
  #remember(): void {
    const { stages, workers, effort } = this.course;
    if (!workers.isLimited || !this.#anywhere.some(({ kind }) => kind === LLM_GENERATE)) return;
    this.#before = stages.map(({ places, isLoaded }) => {
      effort.spend(places.length + 5);
      return { places: [...places], isLoaded };
    });
  }

  /** Whether all tasks have their device, and will keep it. */
  get #isSettled(): boolean {
    if (this.#waiting > 0 && this.course.workers.isFull) return false;
    return this.#anywhere.every(isEmpty) && this.#pinned.every(({ queue }) => isEmpty(queue));
  }

  /** Gives tasks to devices. Returns how many begin now. */
  #pass(now: number): number {
    let begun = 0;
    this.course.effort.spend(this.#pinned.length + this.#anywhere.length);
    for (const { stage, queue } of this.#pinned) {
      if (isEmpty(queue)) continue;
      begun += this.#begin(queue, stage, Math.min(stage.room(queue.kind), queue.tasks.length - queue.taken), now);
    }
    for (const queue of this.#anywhere) {
      if (isEmpty(queue)) continue;
      begun += queue.kind === LLM_GENERATE ? this.#answer(queue, now) : this.#spread(queue, now);
    }
    return begun;
  }

  /** Fills the devices that hold least first, one task each in turn. */
  #spread(queue: Queue, now: number): number {
    const { workers, effort, stages } = this.course;
    const before = queue.taken;
    while (!isEmpty(queue)) {
      effort.spend(LOOKS_TO_SPREAD * stages.length);
      const open = stages.filter((stage) => stage.room(queue.kind) > 0 && workers.mayUse(stage.id));
      const level = open.reduce((least, { held }) => Math.min(least, held), Infinity);
      if (level === Infinity) break;
      for (const stage of open) {
        if (isEmpty(queue)) break;
        // A device that took a task just now may have been the last that the plan may use.
        if (stage.held > level || !workers.mayUse(stage.id)) continue;
        this.#begin(queue, stage, 1, now);
      }
    }
    return queue.taken - before;
  }

  #begin(queue: Queue, stage: Stage, count: number, now: number): number {
    if (count <= 0) return 0;
    const { workers, durationOf } = this.course;
    const { kind } = queue;
    const end = now + durationOf(kind);
    for (let n = 0; n < count; n++) this.#placed[this.#take(queue)] = { stage, start: now, end };
    workers.use(stage.id);
    stage.begin(kind, count);
    this.#changes.add({ at: end, stage, kind, count: -count });
    return count;
  }

  #answerPinned(stage: Stage, queue: Queue, now: number): void {
    while (!isEmpty(queue)) {
      const task = this.#take(queue);
      const spec = this.#spec(task);
      const prediction = this.course.predictions.of(spec).on(stage);
      if (prediction) this.#turn({ task, stage, prediction }, now);
    }
  }

  /** Gives each prompt to the device that is done first with it, which may be one where it waits. Returns how many begin. */
  #answer(queue: Queue, now: number): number {
    const { stages, workers, predictions, effort } = this.course;
    let hosts = stages.filter(({ host, id }) => host && workers.mayUse(id));
    effort.spend(stages.length);
    let begun = 0;
    while (!isEmpty(queue) && hosts.length > 0) {
      effort.spend(hosts.length);
      const task = queue.tasks[queue.taken] ?? 0;
      const size = predictions.of(this.#spec(task));
      let best: { readonly stage: Stage; readonly prediction: HostPrediction; readonly end: number } | undefined;
      for (const stage of hosts) {
        const prediction = size.on(stage);
        if (!prediction) continue;
        const end = Math.max(now, stage.places[0] ?? 0) + prediction.predictedMs;
        if (!best || end < best.end) best = { stage, prediction, end };
      }
      if (!best) break;
      queue.taken++;
      const wasFull = workers.isFull;
      const turn = this.#turn({ task, ...best }, now);
      this.#turns.push(turn);
      if (turn.start <= now) begun++;
      else this.#waiting++;
      if (!wasFull && workers.isFull) hosts = hosts.filter(({ id }) => workers.mayUse(id));
    }
    return begun;
  }

  #turn({ task, stage, prediction }: Pick<Turn, "task" | "stage"> & { prediction: HostPrediction }, now: number): Turn {
    const free = stage.places[0] ?? 0;
    const start = Math.max(now, free);
    const end = start + prediction.predictedMs;
    const turn: Turn = { task, stage, start, end, prediction, isDropped: false };
    this.#placed[task] = turn;
    this.course.workers.use(stage.id);
    stage.isLoaded = true;
    postponeFirst(stage.places, end - free);
    stage.open++;
    if (start <= now) stage.held++;
    else this.#changes.add({ at: start, stage, kind: LLM_GENERATE, count: 1, turn });
    this.#changes.add({ at: end, stage, kind: LLM_GENERATE, count: -1, turn });
    return turn;
  }

  /** A device that holds nothing and can do nothing more gives its place to another. Returns whether one did. */
  #makeRoom(now: number): boolean {
    const { stages, workers, effort } = this.course;
    if (!workers.isFull) return false;
    effort.spend(this.#anywhere.length);
    const kinds = this.#anywhere.filter((queue) => !isEmpty(queue)).map(({ kind }) => kind);
    if (this.#waiting > 0) kinds.push(LLM_GENERATE);
    if (kinds.length === 0) return false;
    let left = false;
    for (const stage of stages) {
      effort.spend(1);
      if (!workers.has(stage.id) || stage.open > 0) continue;
      effort.spend(kinds.length);
      if (!kinds.some((kind) => stage.runs(kind)) && workers.leave(stage.id)) left = true;
    }
    if (left && this.#waiting > 0) this.#dropWaiting(now);
    return left;
  }

  /** Prompts that have not begun may go to other devices now. */
  #dropWaiting(now: number): void {
    const { stages, effort } = this.course;
    const queue = this.#anywhere.find(({ kind }) => kind === LLM_GENERATE);
    if (!queue) return;
    effort.spend(this.#turns.length);
    stages.forEach((stage, at) => {
      const { places, isLoaded } = this.#before[at] ?? stage;
      stage.places = [...places];
      stage.isLoaded = isLoaded;
      effort.spend(places.length);
    });
    const begun = this.#turns.filter(({ start }) => start <= now);
    const dropped = this.#turns.filter(({ start }) => start > now);
    for (const { stage, end } of begun) {
      postponeFirst(stage.places, end - (stage.places[0] ?? 0));
      stage.isLoaded = true;
    }
    for (const turn of dropped) {
      turn.isDropped = true;
      turn.stage.open--;
      this.#placed[turn.task] = undefined;
    }
    queue.tasks = [...dropped.map(({ task }) => task), ...queue.tasks.slice(queue.taken)];
    queue.taken = 0;
    this.#turns = begun;
    this.#waiting = 0;
  }

  #apply(change: Change | undefined): void {
    if (!change || change.turn?.isDropped) return;
    const { stage, kind, count, turn } = change;
    if (!turn) {
      stage.end(kind, -count);
      return;
    }
    stage.held += count;
    if (count < 0) stage.open--;
    else if (!this.#spec(turn.task).target_device_id) this.#waiting--;
  }

  #take(queue: Queue): number {
    return queue.tasks[queue.taken++] ?? 0;
  }

  #spec(at: number): TaskSpec {
    const spec = this.tasks[at];
    if (!spec) throw new Error(`no task ${at} in the group`);
    return spec;
  }
}

function isEmpty({ tasks, taken }: Queue): boolean {
  return taken === tasks.length;
}
