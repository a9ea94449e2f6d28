import { delay } from "../../../agent/core/abort.ts";
import { startAgent } from "../shared/bench_agent.ts";
import type { Children } from "../shared/children.ts";
import { megabytes, milliseconds, verdict } from "../shared/figures.ts";
import { residentMegabytes } from "../shared/process_facts.ts";
import type { Program } from "../shared/program.ts";
import { spread } from "../shared/statistics.ts";
import type { Section } from "../shared/table.ts";

/** What a device's owner may expect: ready in half a second, and 100 MB of memory while nothing happens. */
const READY_AIM_MS = 500;
const IDLE_AIM_MB = 100;

export interface StartOptions {
  readonly children: Children;
  readonly folder: string;
  readonly source: Program;
  readonly compiled: Program;
  /** Starts of each form that count. */
  readonly runs: number;
  /** How long an agent is idle before its memory is looked at, in ms. */
  readonly idleMs: number;
}

/** Start to `ready` and idle memory of both forms, their runs in turn. */
export async function measureStart(options: StartOptions): Promise<Section> {
  const { children, folder, source, compiled, runs, idleMs } = options;
  const start = (program: Program, name: string) => startAgent(children, program, { folder, name });
  const startAndStop = async (program: Program, name: string) => {
    const agent = await start(program, name);
    await agent.stop();
    return agent.startMs;
  };
  // The first start of a source tree fills caches that a developer's machine has; the first start of the file unpacks it.
  await startAndStop(source, "source");
  const first = await startAndStop(compiled, "compiled");
  // The second one still compiles code that later ones find in the cache beside it.
  const second = await startAndStop(compiled, "compiled");
  const times = { source: [] as number[], compiled: [] as number[] };
  for (let run = 0; run < runs; run++) {
    times.source.push(await startAndStop(source, "source"));
    times.compiled.push(await startAndStop(compiled, "compiled"));
  }
  const idle = [await start(source, "source"), await start(compiled, "compiled")];
  await delay(idleMs);
  const [idleSource = NaN, idleCompiled = NaN] = idle.map(({ pid }) => residentMegabytes(pid));
  await Promise.all(idle.map((agent) => agent.stop()));
  const ready = { source: spread(times.source), compiled: spread(times.compiled) };
  return {
    columns: ["one agent", "aim, compiled", "from source", "compiled"],
    rows: [
      [
        `start to ready, median of ${runs} (min–max)`,
        verdict(ready.compiled.median, READY_AIM_MS, "ms"),
        milliseconds(ready.source),
        milliseconds(ready.compiled),
      ],
      ["first start, which unpacks", "", "", `${first.toFixed(0)} ms`],
      ["second start", "", "", `${second.toFixed(0)} ms`],
      [
        `memory after ${idleMs / 1000} s idle`,
        verdict(idleCompiled, IDLE_AIM_MB, "MB"),
        megabytes(idleSource),
        megabytes(idleCompiled),
      ],
    ],
  };
}
