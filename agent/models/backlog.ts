import { postponeFirst } from "../llm/list_scheduling.ts";
import type { ModelLoad } from "../../proto/messages.ts";

/** A generation that a device is given. */
export interface GivenGeneration {
  readonly predictedMs: number;
  readonly model: string;
  /** Generations at once on the device. */
  readonly parallel: number;
}

interface Entry extends GivenGeneration {
  /** When it probably began, of `now`; undefined while it waits. */
  begunAt: number | undefined;
}

/** What a device has to do of others than this coordinator, as it said last. */
interface Foreign {
  readonly count: number;
  readonly ms: number;
  readonly at: number;
}

/** What a device says that it has to do is believed up to this, in ms: a day. */
const MAX_REPORTED_MS = 86_400_000;

/** Generations of others that are told apart, at most. */
const MOST_FOREIGN = 256;

/**
 * What each device's models have to do, as predicted: what this agent gave them, and what the devices say that others
 * did. Says how long a new generation would wait for its turn.
 */
export class Backlog {
  readonly #devices = new Map<string, Map<object, Entry>>();
  readonly #foreign = new Map<string, Foreign>();
  #version = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Another number after each change by which generations may go elsewhere. */
  get version(): number {
    return this.#version;
  }

  /** Something else has changed by which generations may go elsewhere. */
  changed(): void {
    this.#version++;
  }

  /** A device was given a generation. @param key stands for it */
  add(deviceId: string, key: object, generation: GivenGeneration): void {
    this.#version++;
    let entries = this.#devices.get(deviceId);
    if (!entries) this.#devices.set(deviceId, entries = new Map());
    entries.set(key, { ...generation, begunAt: entries.size < generation.parallel ? this.now() : undefined });
  }

  /** Whether a device was given something for this model, and has not done it: the model will be loaded by then. */
  isUsing(deviceId: string, model: string): boolean {
    for (const entry of this.#devices.get(deviceId)?.values() ?? []) if (entry.model === model) return true;
    return false;
  }

  /** It has ended, or is not wanted any more. */
  delete(deviceId: string, key: object): void {
    const entries = this.#devices.get(deviceId);
    if (!entries?.delete(key)) return;
    this.#version++;
    let before = 0;
    for (const entry of entries.values()) {
      if (before++ >= entry.parallel) break;
      entry.begunAt ??= this.now();
    }
    if (entries.size === 0) this.#devices.delete(deviceId);
  }

  /** What the device says that it has to do. */
  reported(deviceId: string, load: ModelLoad): void {
    const entries = this.#devices.get(deviceId);
    const [first] = entries?.values() ?? [];
    const count = Math.max(0, load.running + load.waiting - (entries?.size ?? 0));
    const ends = scheduled(this.#remaining(deviceId), first?.parallel ?? 1);
    const ms = Math.max(0, Math.min(MAX_REPORTED_MS, load.backlog_ms) - (ends.at(-1) ?? 0));
    if (count === 0 || !(ms > 0)) this.#foreign.delete(deviceId);
    else this.#foreign.set(deviceId, { count, ms, at: this.now() });
  }

  /** The device is gone, with all that it had to do. */
  forget(deviceId: string): void {
    this.#devices.delete(deviceId);
    this.#foreign.delete(deviceId);
    this.#version++;
  }

  /** When each of a device's places will be free, in ms from now, ascending; as many as it has places. */
  places(deviceId: string, parallel: number): number[] {
    const foreign = this.#foreign.get(deviceId);
    const work = this.#remaining(deviceId);
    if (foreign) {
      const left = Math.max(0, foreign.ms - (this.now() - foreign.at));
      const count = Math.min(foreign.count, MOST_FOREIGN);
      // Their end is known, not how long each takes: they are taken to be alike.
      for (let n = 0; n < count; n++) work.push(left * Math.min(Math.max(1, parallel), count) / count);
    }
    return scheduled(work, parallel);
  }

  /** How long a new generation would wait for its turn on the device, in ms. */
  queueMs(deviceId: string, parallel: number): number {
    return this.places(deviceId, parallel)[0] ?? 0;
  }

  /**
   * What is left of each generation that the device was given, in ms, those that run first. One that is late is expected to
   * take as long again as it is late: the longer a device has been silent, the less a new generation should wait for it.
   */
  #remaining(deviceId: string): number[] {
    const now = this.now();
    return [...this.#devices.get(deviceId)?.values() ?? []].map(({ predictedMs, begunAt }) =>
      begunAt === undefined ? predictedMs : Math.abs(predictedMs - (now - begunAt))
    );
  }
}

/** When each place is free, ascending, where each piece of work begins at the place that is free first. */
function scheduled(work: readonly number[], parallel: number): number[] {
  const places = new Array<number>(Math.max(1, parallel)).fill(0);
  for (const ms of work) postponeFirst(places, ms);
  return places.sort((a, b) => a - b);
}
