import { type GenerationHost, type GenerationOutlook, LLM_GENERATE } from "./generation_outlook.ts";
import type { Job, Task } from "./job.ts";
import type { Place, Slot } from "./slot.ts";

/** Waiting tasks that are looked at in one turn, at most: what is farther behind waits for a device in any case. */
const LOOKED_AT = 256;

/** What waits for a better device than those that are free is looked at again after this, in ms. */
const RECONSIDER_MS = 1000;

/** A device with what its models have to do, as far as this turn goes. */
interface Host extends GenerationHost {
  readonly slot: Slot;
}

/**
 * Places tasks that models answer, each on the device that will finish it first: what the device has to do already, and how
 * long it takes itself. One that a busy device will finish sooner than a free one waits for it; the job then is not looked
 * at again for a second, unless something changes.
 *
 * @param limit tasks placed at most
 * @param now of `performance.now()`
 * @returns how many were placed
 */
export function placeGenerations(
  job: Job,
  slots: readonly Slot[],
  { limit, now }: { readonly limit: number; readonly now: number },
  outlook: GenerationOutlook,
  place: Place,
): number {
  const queue = job.ready.anywhere.get(LLM_GENERATE);
  if (!queue || queue.length === 0) {
    job.waitsForBetter = undefined;
    return 0;
  }
  const wait = job.waitsForBetter;
  if (wait && wait.version === outlook.version && now < wait.until) return 0;
  job.waitsForBetter = undefined;
  const isOpen = ({ slot }: Pick<Host, "slot">) => slot.room(LLM_GENERATE) > 0 && job.mayUse(slot.target.deviceId);
  if (!slots.some((slot) => isOpen({ slot }))) return 0;
  const hosts = hostsOf(job, slots, outlook);
  const taken = new Set<Task>();
  let waits = false;
  for (const task of queue.peek(LOOKED_AT)) {
    if (taken.size === limit || !hosts.some(isOpen)) break;
    const best = soonest(hosts.filter(({ slot }) => job.mayUse(slot.target.deviceId)), task);
    if (!best) break;
    if (isOpen(best.host)) {
      taken.add(task);
      place(task, best.host.slot);
    } else {
      waits = true;
    }
    best.host.places[0] = best.finish;
    best.host.places.sort((a, b) => a - b);
  }
  job.ready.remove(queue, taken);
  if (waits && hosts.some(isOpen)) job.waitsForBetter = { version: outlook.version, until: now + RECONSIDER_MS };
  return taken.size;
}

/** Of these devices, the one with room that will finish a task first; undefined where none has room. */
export function soonestWithRoom(task: Task, slots: readonly Slot[], outlook: GenerationOutlook): Slot | undefined {
  const open = slots.filter((slot) => slot.room(LLM_GENERATE) > 0);
  return soonest(hostsOf(task.job, open, outlook), task)?.host.slot;
}

/** Devices that may have such tasks. One whose credits are used up has more when it has answered something. */
function hostsOf(job: Job, slots: readonly Slot[], outlook: GenerationOutlook): Host[] {
  return slots.flatMap((slot): Host[] => {
    const { deviceId, credits } = slot.target;
    const mayAnswer = slot.runs(LLM_GENERATE) && (credits > 0 || slot.held > 0) && job.mayUse(deviceId);
    const host = mayAnswer ? outlook.host(deviceId) : undefined;
    return host ? [{ slot, ...host }] : [];
  });
}

function soonest(hosts: readonly Host[], task: Task) {
  let best: { readonly host: Host; readonly finish: number } | undefined;
  for (const host of hosts) {
    const finish = (host.places[0] ?? 0) + host.predictMs(task.spec);
    if (!best || finish < best.finish) best = { host, finish };
  }
  return best;
}
