import { type GenerationOutlook, LLM_GENERATE } from "./generation_outlook.ts";
import type { Job, Task } from "./job.ts";
import type { Place, Slot } from "./slot.ts";

/** Waiting tasks that are looked at in one turn, at most: what is farther behind waits for a device in any case. */
const LOOKED_AT = 256;

/** A device with what its models have to do, as far as this turn goes. */
interface Host {
  readonly slot: Slot;
  /** When each of its places will be free, in ms from now, ascending. */
  readonly places: number[];
}

/** What a turn did. */
export interface PlacedGenerations {
  readonly placed: number;
  /** Tasks wait for a busy device although another one has room, since it is expected to be done first. */
  readonly waitsForBetter: boolean;
}

/**
 * Places tasks that models answer, each on the device that will finish it first: what the device has to do already, and how
 * long it takes itself. One that a busy device will finish sooner than a free one waits for it.
 *
 * @param limit tasks placed at most
 */
export function placeGenerations(
  job: Job,
  slots: readonly Slot[],
  limit: number,
  outlook: GenerationOutlook,
  place: Place,
): PlacedGenerations {
  const queue = job.ready.anywhere.get(LLM_GENERATE);
  const hosts = slots.filter((slot) => slot.runs(LLM_GENERATE) && slot.target.credits > 0).map((slot): Host => ({
    slot,
    places: outlook.places(slot.target.deviceId),
  }));
  let placed = 0;
  let waits = false;
  if (!queue) return { placed, waitsForBetter: false };
  const isOpen = ({ slot }: Host) => slot.room(LLM_GENERATE) > 0 && job.mayUse(slot.target.deviceId);
  const taken = new Set<Task>();
  for (const task of queue.peek(LOOKED_AT)) {
    if (placed === limit || !hosts.some(isOpen)) break;
    const best = soonest(hosts.filter(({ slot }) => job.mayUse(slot.target.deviceId)), task, outlook);
    if (!best) break;
    if (isOpen(best.host)) {
      taken.add(task);
      place(task, best.host.slot);
      placed++;
    } else {
      waits = true;
    }
    best.host.places[0] = best.finish;
    best.host.places.sort((a, b) => a - b);
  }
  job.ready.remove(queue, taken);
  return { placed, waitsForBetter: waits && hosts.some(isOpen) };
}

function soonest(hosts: readonly Host[], task: Task, outlook: GenerationOutlook) {
  let best: { readonly host: Host; readonly finish: number } | undefined;
  for (const host of hosts) {
    const finish = (host.places[0] ?? 0) + outlook.predictMs(host.slot.target.deviceId, task.spec);
    if (!best || finish < best.finish) best = { host, finish };
  }
  return best;
}
