/**
 * How fast jobs are, in one run: `deno task bench jobs [--quick] [--markdown FILE] [--profile DIR]`. The program is run from
 * source, with a durable store; coordinator, workers and clients are processes of their own on this machine.
 */
import { join, resolve } from "node:path";
import { BenchMesh } from "./jobs/bench_mesh.ts";
import { measureIdleLatency, measureLoadedLatency, measureStall } from "./jobs/measure_latency.ts";
import { measureMemory } from "./jobs/measure_memory.ts";
import {
  type Cost,
  flatRow,
  measureCost,
  measureLargeJob,
  measureManyJobs,
  measureUnary,
  processorRow,
} from "./jobs/measure_throughput.ts";
import { runMeasurement, type Workplace } from "./shared/measurement.ts";
import { profileFolder, profileSections } from "./shared/profile.ts";
import { fromSource } from "./shared/program.ts";
import { stepsSaid } from "./shared/steps.ts";
import type { Section } from "./shared/table.ts";

/** Workers of all measurements but the one of their number. */
const WORKERS = 4;

/** Processes that simulate workers, however many these are. */
const SIMULATORS = 2;

const UNARY_IN_FLIGHT = 64;

interface Extent {
  readonly idleMs: number;
  /** Tasks of a large job. */
  readonly tasks: number;
  /** How often what takes seconds is done. */
  readonly runs: number;
  /** Smaller jobs, and how often each is run, to see whether a task costs the same in all. */
  readonly smaller: readonly { readonly tasks: number; readonly runs: number }[];
  /** Numbers of simulated workers. */
  readonly workers: readonly number[];
  readonly manyJobs: { readonly clients: number; readonly jobs: number; readonly tasks: number };
  readonly idleJobs: number;
  readonly loaded: { readonly jobs: number; readonly limitMs: number };
  readonly unaryTasks: number;
}

const FULL: Extent = {
  idleMs: 3000,
  tasks: 100_000,
  runs: 3,
  smaller: [{ tasks: 1000, runs: 21 }, { tasks: 10_000, runs: 5 }],
  workers: [2, 8, 64],
  manyJobs: { clients: 8, jobs: 1000, tasks: 100 },
  idleJobs: 600,
  loaded: { jobs: 1500, limitMs: 40_000 },
  unaryTasks: 100_000,
};

/** Enough to see that everything works; the figures say little. */
const QUICK: Extent = {
  idleMs: 200,
  tasks: 5000,
  runs: 1,
  smaller: [{ tasks: 500, runs: 3 }],
  workers: [2, 8],
  manyJobs: { clients: 2, jobs: 40, tasks: 100 },
  idleJobs: 40,
  loaded: { jobs: 40, limitMs: 5000 },
  unaryTasks: 1000,
};

async function measure(workplace: Workplace): Promise<Section[]> {
  const extent = workplace.quick ? QUICK : FULL;
  const profile = workplace.given.text("profile");
  return profile === undefined
    ? [await measureJobs(workplace, extent)]
    : await measureProfiled(workplace, extent, resolve(profile));
}

async function measureJobs({ children, folder }: Workplace, extent: Extent): Promise<Section> {
  const { tasks, runs } = extent;
  const program = fromSource();
  const workers = Array.from({ length: WORKERS }, () => program);
  const mesh = await BenchMesh.start({ children, folder, coordinator: program, workers });
  const step = stepsSaid();
  step("memory");
  // First, while the coordinator has done nothing yet; it is also the warm-up of all that follows.
  const memory = await measureMemory(mesh, { tasks, idleMs: extent.idleMs });
  step("large jobs");
  const large = await measureLargeJob(mesh, runs, tasks);
  step("unary calls");
  const unary = await measureUnary(mesh, extent.unaryTasks, UNARY_IN_FLIGHT);
  step("many jobs");
  const many = await measureManyJobs(mesh, runs, extent.manyJobs);
  step("one-task jobs, idle");
  const idle = await measureIdleLatency(mesh, extent.idleJobs);
  step("one-task jobs beside large ones");
  const loaded = await measureLoadedLatency(mesh, { ...extent.loaded, tasks });
  step("sizes of jobs");
  const sizes: Cost[] = [];
  for (const size of extent.smaller) sizes.push(await measureCost(mesh, size.runs, { tasks: size.tasks }));
  sizes.push(large.cost);
  step("stalls");
  const stall = await measureStall(mesh, runs, tasks);
  step("numbers of workers");
  await mesh.stopWorkers();
  const numbers = await measureWorkers(mesh, extent);
  await mesh.stop();
  return {
    columns: ["jobs, durable store, one machine", "aim", "figure"],
    rows: [
      ...large.rows,
      many,
      unary,
      ...idle,
      ...loaded,
      ...memory,
      flatRow(`a task in jobs of ${sizes.map((cost) => cost.tasks.toLocaleString("en")).join(" · ")}`, sizes),
      processorRow(sizes),
      flatRow(
        `a task over ${extent.workers.join(" · ")} workers, simulated by ${SIMULATORS} processes`,
        numbers,
      ),
      processorRow(numbers),
      ...stall,
    ],
  };
}

async function measureWorkers(mesh: BenchMesh, { workers, tasks, runs }: Extent): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const number of workers) {
    const simulated = await mesh.simulate(number, SIMULATORS);
    // The first job of a connection is slower.
    await measureCost(mesh, 1, { tasks: Math.min(tasks, 10_000) });
    costs.push(await measureCost(mesh, runs, { tasks }));
    await simulated.stop();
  }
  return costs;
}

/** Large jobs only, and what coordinator and one worker spent their time with. */
async function measureProfiled({ children, folder }: Workplace, extent: Extent, target: string): Promise<Section[]> {
  const folders = {
    coordinator: await profileFolder(join(target, "coordinator")),
    worker: await profileFolder(join(target, "worker")),
  };
  const [first, ...others] = Array.from({ length: WORKERS }, () => fromSource());
  if (!first) throw new Error("there is no worker to profile");
  const mesh = await BenchMesh.start({
    children,
    folder,
    coordinator: fromSource({ profileTo: folders.coordinator }),
    workers: [fromSource({ profileTo: folders.worker }), ...others],
  });
  const { rows } = await measureLargeJob(mesh, extent.runs, extent.tasks);
  await mesh.stop();
  return [
    { columns: ["jobs, under a profiler", "aim", "figure"], rows },
    ...await profileSections(folders.coordinator, "coordinator"),
    ...await profileSections(folders.worker, "worker"),
  ];
}

if (import.meta.main) {
  const flags = {
    profile: {
      kind: "string",
      placeholder: "DIR",
      help: "run large jobs only, with CPU profiles of coordinator and one worker written there",
    },
  } as const;
  Deno.exit(await runMeasurement({ limitMs: 178_000, flags, measure }, Deno.args));
}
