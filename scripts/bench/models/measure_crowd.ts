import { delay } from "../../../agent/core/abort.ts";
import { megabytes, percent, rate } from "../shared/figures.ts";
import { processorSeconds, residentMegabytes } from "../shared/process_facts.ts";
import { median } from "../shared/statistics.ts";
import type { Section } from "../shared/table.ts";
import { TITLES } from "./columns.ts";
import { firstToken } from "./measure_streams.ts";
import type { ModelMesh } from "./model_mesh.ts";
import type { Crowd, Way } from "./orders.ts";

/** Of every prompt here. */
const WORDS = 20;

/** How long agents rest before their memory is looked at, in ms. */
const REST_MS = 2000;

export interface CrowdCounts {
  readonly runs: number;
  /** Under way together. */
  readonly streams: number;
  /** Of each answer. */
  readonly tokens: number;
}

/** All runs on one way. */
interface Runs {
  readonly crowds: Crowd[];
  /** Processor time, in s, of each agent. */
  coordinator: number;
  device: number;
}

/** Many streams at once on each way, the ways in turn. */
export async function measureCrowd(mesh: ModelMesh, title: string, counts: CrowdCounts): Promise<Section> {
  const { coordinator, device, ways } = mesh;
  const memory = () => [residentMegabytes(coordinator.pid), residentMegabytes(device.pid)] as const;
  await delay(REST_MS);
  const before = memory();
  // The first of each way meets code that was not compiled yet, and connections that are not open.
  for (const way of ways) await crowd(mesh, way, counts);
  const all = ways.map((): Runs => ({ crowds: [], coordinator: 0, device: 0 }));
  for (let run = 0; run < counts.runs; run++) {
    for (const [at, way] of ways.entries()) {
      const runs = all[at];
      if (runs) await measured(mesh, way, counts, runs);
    }
  }
  await delay(REST_MS);
  const after = memory();
  return section(title, all, counts, [before, after]);
}

function crowd({ client, model }: ModelMesh, way: Way, { streams, tokens }: CrowdCounts): Promise<Crowd> {
  return client.measure("together", { way, ask: { model, words: WORDS, tokens }, streams });
}

async function measured(mesh: ModelMesh, way: Way, counts: CrowdCounts, runs: Runs): Promise<void> {
  const used = () => [processorSeconds(mesh.coordinator.pid), processorSeconds(mesh.device.pid)] as const;
  const before = used();
  runs.crowds.push(await crowd(mesh, way, counts));
  const after = used();
  runs.coordinator += after[0] - before[0];
  runs.device += after[1] - before[1];
}

type Memory = readonly [coordinator: number, device: number];

function section(title: string, all: readonly Runs[], counts: CrowdCounts, [before, after]: [Memory, Memory]): Section {
  const { runs, streams, tokens } = counts;
  const rates = all.map(({ crowds }) => median(crowds.map(({ ms }) => streams * tokens / ms * 1000)));
  const micros = (seconds: number) => `${(seconds * 1e6 / (runs * streams * tokens)).toFixed(0)} µs`;
  const grown = (at: 0 | 1) => `${megabytes(before[at])} → ${megabytes(after[at])}`;
  const [, ...through] = all;
  return {
    columns: [title, "", ...TITLES],
    rows: [
      [`tokens of all, median of ${runs} runs`, "", ...rates.map(rate)],
      ["less than directly", "", "", ...rates.slice(1).map((value) => percent(1 - value / (rates[0] ?? NaN)))],
      [
        "first token, p50 / p95",
        "",
        ...all.map(({ crowds }) =>
          firstToken(crowds.flatMap(({ streams }) => streams.map(({ firstTokenMs }) => firstTokenMs)))
        ),
      ],
      ["processor time of the coordinator a token", "", "", ...through.map(({ coordinator }) => micros(coordinator))],
      ["processor time of the other device a token", "", "", ...through.map(({ device }) => micros(device))],
      ["memory of the coordinator, and of the other device", "", "", grown(0), "", grown(1), ""],
    ],
  };
}
