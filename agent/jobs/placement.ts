import type { DispatchTarget } from "./dispatcher.ts";
import { type GenerationOutlook, LLM_GENERATE } from "./generation_outlook.ts";
import type { Job, Task } from "./job.ts";
import type { DeviceLeases } from "./leases.ts";
import { placeGenerations, soonestWithRoom } from "./place_generations.ts";
import { type Place, Slot } from "./slot.ts";

/** Tasks that one job places before it is another job's turn. */
const TURN = 64;

/** The devices of a pass, those with the lower CPU load first; ties go to the name. */
export function slotsOf(targets: readonly DispatchTarget[], leases: (target: DispatchTarget) => DeviceLeases): Slot[] {
  return targets.toSorted(inPlacementOrder).map((target) => new Slot(target, leases(target)));
}

/** The device that gets work first, of two that hold as little, is the smaller one. */
export function inPlacementOrder(a: DispatchTarget, b: DispatchTarget): number {
  return order(a) - order(b) || compare(a.deviceName, b.deviceName) || compare(a.deviceId, b.deviceId);
}

/**
 * Places tasks of one job for one turn: first those of which an attempt failed, then those that name their device, then the
 * others: those that models answer where they will be finished first, the rest where least is held.
 *
 * @returns how many
 */
export function placeTurn(
  job: Job,
  slots: readonly Slot[],
  now: number,
  place: Place,
  outlook?: GenerationOutlook,
): number {
  let placed = placeAgain(job, slots, now, place, outlook);
  if (job.ready.firstAttempts === 0) return placed;
  placed += placePinned(job, slots, TURN - placed, place);
  for (const kind of job.ready.anywhere.keys()) {
    if (kind !== LLM_GENERATE || !outlook) {
      placed += placeAnywhere(job, kind, slots, TURN - placed, place);
      continue;
    }
    placed += placeGenerations(job, slots, { limit: TURN - placed, now }, outlook, place);
  }
  return placed;
}

/** Each on a device that has not failed it, where there is one that may have it: it is waited for while it is busy. */
function placeAgain(
  job: Job,
  slots: readonly Slot[],
  now: number,
  place: Place,
  outlook: GenerationOutlook | undefined,
): number {
  if (job.ready.again.size === 0) return 0;
  let placed = 0;
  job.ready.keepAgain((task) => {
    if (task.state !== "QUEUED") return false;
    if (placed >= TURN) return true;
    const able = slots.filter((slot) => mayRun(task, slot));
    const untried = able.filter((slot) => !hasFailedOn(task, slot.target.deviceId));
    const again = task.notBefore > now ? [] : able;
    const candidates = untried.length > 0 ? untried : again;
    const slot = task.spec.kind === LLM_GENERATE && outlook
      ? soonestWithRoom(task, candidates, outlook)
      : leastHeld(candidates.filter((one) => one.room(task.spec.kind) > 0));
    if (!slot) return true;
    place(task, slot);
    placed++;
    return false;
  });
  return placed;
}

/** Whether a device, however busy it is, may run a task. */
export function mayRun(task: Task, slot: Slot): boolean {
  const { target_device_id, kind } = task.spec;
  const { deviceId } = slot.target;
  return slot.runs(kind) && (target_device_id ? target_device_id === deviceId : task.job.mayUse(deviceId));
}

export function hasFailedOn(task: Task, deviceId: string): boolean {
  return task.failedAttempts.some((attempt) => attempt.deviceId === deviceId);
}

function placePinned(job: Job, slots: readonly Slot[], limit: number, place: Place): number {
  let placed = 0;
  if (job.ready.pinned.size === 0) return placed;
  for (const slot of slots) {
    for (const [kind, queue] of job.ready.pinned.get(slot.target.deviceId) ?? []) {
      while (placed < limit && slot.room(kind) > 0) {
        const task = job.ready.take(queue);
        if (!task) break;
        place(task, slot);
        placed++;
      }
    }
  }
  return placed;
}

/** Fills the devices that hold least first, one task each in turn, so that work spreads before it piles up. */
function placeAnywhere(job: Job, kind: string, slots: readonly Slot[], limit: number, place: Place): number {
  const queue = job.ready.anywhere.get(kind);
  let placed = 0;
  while (queue && queue.length > 0 && placed < limit) {
    const open = slots.filter((slot) => slot.room(kind) > 0 && job.mayUse(slot.target.deviceId));
    if (open.length === 0) break;
    const level = Math.min(...open.map((slot) => slot.held));
    for (const slot of open) {
      // A device that took a task just now may have been the last that the job may use.
      if (slot.held > level || placed === limit || !job.mayUse(slot.target.deviceId)) continue;
      const task = job.ready.take(queue);
      if (!task) return placed;
      place(task, slot);
      placed++;
    }
  }
  return placed;
}

function leastHeld(slots: readonly Slot[]): Slot | undefined {
  let least: Slot | undefined;
  for (const slot of slots) if (!least || slot.held < least.held) least = slot;
  return least;
}

/** An unknown load counts as a full one. */
function order(target: DispatchTarget): number {
  return target.load < 0 ? 1 : target.load;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
