import type { Counter as PromCounter, Registry } from "prom-client";
import { messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { Family, Sample } from "./family.ts";

const log = logger("metrics");

/** Figures as Prometheus reads them: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export interface Exposed {
  readonly contentType: string;
  readonly text: string;
}

/**
 * All figures, as text. What writes them is loaded when they are first asked for: it takes a good part of an agent's start, and most
 * agents are never asked.
 */
export class Exposition {
  #registry: Promise<Registry> | undefined;

  constructor(private readonly families: readonly Family[]) {}

  async exposed(): Promise<Exposed> {
    const registry = await (this.#registry ??= this.#load());
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  async #load(): Promise<Registry> {
    const { Registry } = await import("prom-client");
    const registry = new Registry();
    for (const family of this.families) {
      // All that a registry asks of a metric. Its own would be counted by slower, so ours are.
      registry.registerMetric(metricOf(family) as unknown as PromCounter);
    }
    return registry;
  }
}

function metricOf(family: Family) {
  const { name, help, type } = family;
  return {
    name,
    get: () => Promise.resolve({ name, help, type, aggregator: "sum", values: readSafely(family).map(valueOf(name)) }),
  };
}

/** A figure that cannot be read must not hide the others. */
function readSafely(family: Family): Sample[] {
  try {
    return [...family.samples()];
  } catch (error) {
    log.error("cannot read {name}: {reason}", { name: family.name, reason: messageOf(error) });
    return [];
  }
}

function valueOf(name: string) {
  return ({ labels, value, suffix }: Sample) => ({ labels, value, ...(suffix && { metricName: name + suffix }) });
}
