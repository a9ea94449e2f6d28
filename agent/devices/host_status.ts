import { cpus } from "node:os";
import { clearTimeout, setTimeout } from "node:timers";
import type { StatusSample } from "../../proto/messages.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";

/** Processor time since the system's start, over all cores, in any unit. */
export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

/** Memory in bytes. `available`: what programs can still get, caches that would be dropped for them included. */
export interface Memory {
  readonly total: number;
  readonly available: number;
}

export interface HostStatusOptions {
  /** Time between samples in ms. */
  readonly intervalMs?: number;
  readonly readCpu?: () => CpuTimes;
  readonly readMemory?: () => Memory;
}

const DEFAULT_INTERVAL_MS = 2_000;
/** The second sample comes early, so that a device that has just started soon has a load. */
const FIRST_INTERVAL_MS = 250;
const MB = 1024 * 1024;

const log = logger("devices");

/** This device's load and memory, sampled in the background: reading them costs a request nothing. */
export class HostStatus implements Component {
  readonly name = "host status";
  readonly #intervalMs: number;
  readonly #readCpu: () => CpuTimes;
  readonly #readMemory: () => Memory;
  #previous: CpuTimes | undefined;
  #current: StatusSample = { cpu_load: -1, mem_used_mb: 0, mem_total_mb: 0, ram_free_mb: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HostStatusOptions = {}) {
    this.#intervalMs = options.intervalMs ?? DEFAULT_INTERVAL_MS;
    this.#readCpu = options.readCpu ?? readCpuTimes;
    this.#readMemory = options.readMemory ?? (() => Deno.systemMemoryInfo());
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#sample();
    this.#sampleAfter(Math.min(FIRST_INTERVAL_MS, this.#intervalMs));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#previous = undefined;
  }

  /**
   * The latest sample. `cpu_load` is the share of all cores that was busy between the last two samples, 0..1, or -1 while it is not
   * known; sizes are whole MB, 0 = unknown.
   */
  current(): StatusSample {
    return this.#current;
  }

  #sampleAfter(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#sample();
      this.#sampleAfter(this.#intervalMs);
    }, ms);
    this.#timer.unref();
  }

  #sample(): void {
    this.#current = { cpu_load: this.#load(), ...this.#memory() };
  }

  #load(): number {
    const times = orUndefined("processor load", this.#readCpu);
    const previous = this.#previous;
    this.#previous = times;
    if (!times || !previous) return -1;
    const total = times.total - previous.total;
    // No tick has passed, or the counters went back (a core was switched off): that says nothing.
    if (!(total > 0)) return this.#current.cpu_load;
    return Math.min(1, Math.max(0, (times.busy - previous.busy) / total));
  }

  #memory(): { mem_used_mb: number; mem_total_mb: number; ram_free_mb: number } {
    const memory = orUndefined("memory", this.#readMemory);
    if (!memory) return { mem_used_mb: 0, mem_total_mb: 0, ram_free_mb: 0 };
    const total = Math.floor(memory.total / MB);
    const free = Math.min(total, Math.floor(memory.available / MB));
    return { mem_used_mb: total - free, mem_total_mb: total, ram_free_mb: free };
  }
}

function readCpuTimes(): CpuTimes {
  let busy = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq;
    idle += times.idle;
  }
  return { busy, total: busy + idle };
}

function orUndefined<T>(what: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    log.debug("cannot read the {what}: {error}", { what, error });
    return undefined;
  }
}
