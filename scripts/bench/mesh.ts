/** How fast and how small the mesh is, in one run: `deno task bench mesh [--quick] [--markdown FILE]`. */
import { type Counts, measureMesh } from "./mesh/measure_mesh.ts";
import { measureStart } from "./mesh/measure_start.ts";
import { runMeasurement, type Workplace } from "./shared/measurement.ts";
import { compiled, fromSource } from "./shared/program.ts";
import type { Section } from "./shared/table.ts";

interface Extent {
  readonly starts: number;
  readonly idleMs: number;
  readonly counts: Counts;
}

const FULL: Extent = {
  starts: 7,
  idleMs: 5000,
  counts: {
    passes: 3,
    calls: 1500,
    commands: 150,
    smallJobs: 80,
    largeJobTasks: 10_000,
    largeJobs: 5,
    idleMs: 3000,
    idleDevices: [0, 10, 300],
  },
};

/** Enough to see that everything works; the figures say little. */
const QUICK: Extent = {
  starts: 1,
  idleMs: 500,
  counts: {
    passes: 1,
    calls: 200,
    commands: 20,
    smallJobs: 20,
    largeJobTasks: 1000,
    largeJobs: 1,
    idleMs: 500,
    idleDevices: [0, 10],
  },
};

async function measure({ children, folder, quick }: Workplace): Promise<Section[]> {
  const { starts, idleMs, counts } = quick ? QUICK : FULL;
  const [source, program] = [fromSource(), await compiled(folder)];
  const start = await measureStart({ children, folder, source, compiled: program, runs: starts, idleMs });
  return [start, ...await measureMesh({ children, folder, program, counts })];
}

if (import.meta.main) Deno.exit(await runMeasurement({ limitMs: 175_000, measure }, Deno.args));
