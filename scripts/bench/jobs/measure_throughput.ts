import { processorSeconds } from "../shared/process_facts.ts";
import { rate, timeOf, verdict, verdictAtLeast } from "../shared/figures.ts";
import { median, spread } from "../shared/statistics.ts";
import type { EchoPlan } from "../shared/agent_session.ts";
import type { BenchMesh, JobClient } from "./bench_mesh.ts";
import type { Interval } from "./orders.ts";

/** Tasks/s. */
const LARGE_JOB_AIM = 50_000;
const MANY_JOBS_AIM = 20_000;

/** How much dearer a task may be, at most, in one size of job than in another. */
const FLAT_AIM = 1.5;

/** Jobs that each of the clients has under way, of many. */
const IN_FLIGHT = 16;

type Row = readonly string[];

/** What so many tasks cost, each, in µs. */
export interface Cost {
  readonly tasks: number;
  /** Seconds that each run took. */
  readonly seconds: readonly number[];
  /** From submission to DONE. */
  readonly wallMicros: number;
  /** Processor time of the coordinator. */
  readonly processorMicros: number;
}

export function secondsOf({ begin, end }: Interval): number {
  return (end - begin) / 1000;
}

/** Runs the same job several times. */
export async function measureCost(mesh: BenchMesh, runs: number, plan: EchoPlan): Promise<Cost> {
  const { tasks } = plan;
  const seconds: number[] = [];
  const before = processorSeconds(mesh.coordinator.pid);
  for (let run = 0; run < runs; run++) seconds.push(secondsOf(await mesh.client.measure("job", plan)));
  const processor = processorSeconds(mesh.coordinator.pid) - before;
  return {
    tasks,
    seconds,
    wallMicros: median(seconds) / tasks * 1e6,
    processorMicros: processor / (runs * tasks) * 1e6,
  };
}

/** One large job over all workers. */
export async function measureLargeJob(
  mesh: BenchMesh,
  runs: number,
  tasks: number,
): Promise<{ rows: Row[]; cost: Cost }> {
  const cost = await measureCost(mesh, runs, { tasks });
  const targets = mesh.workers.map(({ deviceId }) => deviceId);
  const named = await measureCost(mesh, runs, { tasks, targets });
  const last = await mesh.client.measure("job", { tasks });
  const shares = await mesh.client.measure("shares", { jobId: last.jobId });
  const own = shares["coordinator"] ?? 0;
  const what = `${count(tasks)} ECHO tasks, ${mesh.workers.length} workers`;
  const figure = ({ seconds }: Cost) => timeOf(tasks, spread(seconds));
  const rows = [
    [`${what}, median of ${runs}`, verdictAtLeast(tasks / median(cost.seconds), LARGE_JOB_AIM, "/s"), figure(cost)],
    ["  of these done by the coordinator's own device", "", `${(own / tasks * 100).toFixed(0)} %`],
    ["  the same, each task naming its worker", "", figure(named)],
  ];
  return { rows, cost };
}

/** Many jobs from several clients at once. */
export async function measureManyJobs(
  mesh: BenchMesh,
  runs: number,
  extent: { readonly clients: number; readonly jobs: number; readonly tasks: number },
): Promise<Row> {
  const { jobs, tasks } = extent;
  const clients: JobClient[] = Array.from({ length: extent.clients }, () => mesh.anotherClient());
  const order = { jobs: jobs / extent.clients, inFlight: IN_FLIGHT, plan: { tasks } };
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const intervals = await Promise.all(clients.map((client) => client.measure("manyJobs", order)));
    const begin = Math.min(...intervals.map((interval) => interval.begin));
    seconds.push(secondsOf({ begin, end: Math.max(...intervals.map(({ end }) => end)) }));
  }
  await Promise.all(clients.map((client) => client.stop()));
  const total = jobs * tasks;
  return [
    `${count(jobs)} jobs of ${tasks} from ${clients.length} clients, ${IN_FLIGHT} under way each, median of ${runs}`,
    verdictAtLeast(total / median(seconds), MANY_JOBS_AIM, "/s"),
    timeOf(total, spread(seconds)),
  ];
}

/** One row for a number of costs that should be the same. */
export function flatRow(what: string, costs: readonly Cost[]): Row {
  const walls = costs.map(({ wallMicros }) => wallMicros);
  const factor = Math.max(...walls) / Math.min(...walls);
  return [
    what,
    verdict(Number(factor.toFixed(2)), FLAT_AIM, "×"),
    walls.map((micros) => micros.toFixed(1)).join(" · ") + " µs",
  ];
}

export function processorRow(costs: readonly Cost[]): Row {
  const micros = costs.map(({ processorMicros }) => processorMicros.toFixed(1)).join(" · ");
  return ["  processor time of the coordinator for each", "", `${micros} µs`];
}

/** The same work by unary calls to one worker. */
export async function measureUnary(mesh: BenchMesh, tasks: number, inFlight: number): Promise<Row> {
  const [worker] = mesh.workers;
  if (!worker) throw new Error("there is no worker to call");
  const client = mesh.clientOf(worker);
  const took = secondsOf(await client.measure("unaryTasks", { tasks, inFlight }));
  await client.stop();
  return [
    `${count(tasks)} unary RunTask calls to one worker, ${inFlight} in flight`,
    "",
    `${took.toFixed(2)} s = ${rate(tasks / took)}`,
  ];
}

function count(tasks: number): string {
  return tasks.toLocaleString("en");
}
