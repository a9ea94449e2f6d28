import type { DispatchTarget } from "./dispatcher.ts";
import { LLM_GENERATE } from "./generation_outlook.ts";
import type { Task } from "./job.ts";
import type { DeviceLeases } from "./leases.ts";

/** A device gets no further task while the inputs of those that it holds have so many characters. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** One device's share of a scheduling pass. */
export class Slot {
  readonly batch: Task[] = [];

  constructor(readonly target: DispatchTarget, readonly leases: DeviceLeases) {}

  get held(): number {
    return this.leases.tasks.size;
  }

  /** Tasks that it can still take. */
  get free(): number {
    if (this.leases.characters >= MAX_CHARACTERS) return 0;
    return Math.max(0, this.target.credits - this.leases.unsent);
  }

  runs(kind: string): boolean {
    if (kind === LLM_GENERATE && this.target.lacksModel) return false;
    return this.target.kinds === undefined || (this.target.kinds.get(kind) ?? 0) > 0;
  }

  /** Tasks of a kind that it can still take. */
  room(kind: string): number {
    const { kinds } = this.target;
    if (!this.runs(kind)) return 0;
    return kinds === undefined ? this.free : Math.min(this.free, (kinds.get(kind) ?? 0) - this.leases.ofKind(kind));
  }
}

/** Takes a task that was placed on a device. */
export type Place = (task: Task, slot: Slot) => void;
