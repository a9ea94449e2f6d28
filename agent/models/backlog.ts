import { postponeFirst } from "../llm/list_scheduling.ts";
import type { ModelLoad } from "../../proto/messages.ts";

/** A generation that a device was given. */
interface Entry {
  readonly predictedMs: number;
  /** When it probably began, of `now`; undefined while it waits. */
  begunAt: number | undefined;
}

/** What a device has to do of others than this coordinator, as it said last. */
interface Foreign {
  readonly count: number;
  readonly ms: number;
  readonly at: number;
}

/** Generations of others that are told apart, at most. */
const MOST_FOREIGN = 256;

/**
 * What each device's models have to do, as predicted: what this agent gave them, and what the devices say that others
 * did. Says how long a new generation would wait for its turn.
 */
export class Backlog {
  readonly #devices = new Map<string, Map<object, Entry>>();
  readonly #foreign = new Map<string, Foreign>();
  readonly #parallel = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * A device was given a generation.
   *
   * @param key stands for it
   * @param parallel generations at once on the device
   */
  add(deviceId: string, key: object, predictedMs: number, parallel: number): void {
    this.#parallel.set(deviceId, parallel);
    let entries = this.#devices.get(deviceId);
    if (!entries) this.#devices.set(deviceId, entries = new Map());
    entries.set(key, { predictedMs, begunAt: entries.size < parallel ? this.now() : undefined });
  }

  /** It has ended, or is not wanted any more. */
  delete(deviceId: string, key: object): void {
    const entries = this.#devices.get(deviceId);
    if (!entries?.delete(key)) return;
    let places = this.#parallel.get(deviceId) ?? 1;
    for (const entry of entries.values()) {
      if (places-- <= 0) break;
      entry.begunAt ??= this.now();
    }
    if (entries.size === 0) this.#devices.delete(deviceId);
  }

  /** What the device says that it has to do. */
  reported(deviceId: string, load: ModelLoad): void {
    const own = this.#devices.get(deviceId)?.size ?? 0;
    const count = Math.max(0, load.running + load.waiting - own);
    const ms = Math.max(0, load.backlog_ms - sum(this.#remaining(deviceId)));
    if (count === 0 || !Number.isFinite(ms)) this.#foreign.delete(deviceId);
    else this.#foreign.set(deviceId, { count, ms, at: this.now() });
  }

  /** The device is gone, with all that it had to do. */
  forget(deviceId: string): void {
    this.#devices.delete(deviceId);
    this.#foreign.delete(deviceId);
    this.#parallel.delete(deviceId);
  }

  /** When each of a device's places will be free, in ms from now, ascending; as many as it has places. */
  places(deviceId: string, parallel: number): number[] {
    const places = new Array<number>(Math.max(1, parallel)).fill(0);
    const foreign = this.#foreign.get(deviceId);
    const jobs = this.#remaining(deviceId);
    if (foreign) {
      const left = Math.max(0, foreign.ms - (this.now() - foreign.at));
      const count = Math.min(foreign.count, MOST_FOREIGN);
      // Their end is known, not how long each takes: they are taken to be alike.
      for (let n = 0; n < count; n++) jobs.push(left * Math.min(places.length, count) / count);
    }
    for (const ms of jobs) postponeFirst(places, ms);
    return places.sort((a, b) => a - b);
  }

  /** How long a new generation would wait for its turn on the device, in ms. */
  queueMs(deviceId: string, parallel: number): number {
    return this.places(deviceId, parallel)[0] ?? 0;
  }

  /** What is left of each generation that the device was given, in ms, those that run first. */
  #remaining(deviceId: string): number[] {
    const now = this.now();
    return [...this.#devices.get(deviceId)?.values() ?? []].map(({ predictedMs, begunAt }) =>
      begunAt === undefined ? predictedMs : Math.max(0, predictedMs - (now - begunAt))
    );
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
