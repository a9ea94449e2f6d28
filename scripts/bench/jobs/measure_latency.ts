import { latencies, verdict } from "../shared/figures.ts";
import { latency } from "../shared/statistics.ts";
import type { BenchMesh, JobClient } from "./bench_mesh.ts";
import type { Interval, LargeJob, SmallJob } from "./orders.ts";

const IDLE_P50_AIM_MS = 8;
const IDLE_P99_AIM_MS = 25;
const LOADED_P99_AIM_MS = 150;

/** How often HealthCheck is called, in ms, and for how long at a time. */
const PROBE_EVERY_MS = 5;
const PROBE_MS = 250;

type Row = readonly string[];

/** A job of one task while nothing else is done. */
export async function measureIdleLatency(mesh: BenchMesh, jobs: number): Promise<Row[]> {
  const samples = await smallJobs(mesh.client, mesh, jobs, Infinity);
  return both(
    "job of one task, idle mesh",
    samples,
    ({ p50, p99 }) => `${verdict(p50, IDLE_P50_AIM_MS, "ms")} · ${verdict(p99, IDLE_P99_AIM_MS, "ms")}`,
  );
}

/**
 * The same while large jobs run, one after the other. Counted is what began between the beginning of a large job's
 * submission and its end.
 */
export async function measureLoadedLatency(
  mesh: BenchMesh,
  extent: { readonly jobs: number; readonly tasks: number; readonly limitMs: number },
): Promise<Row[]> {
  const { jobs, tasks, limitMs } = extent;
  const client = mesh.anotherClient();
  await smallJobs(client, mesh, 20, limitMs);
  let sampled = false;
  const sampling = smallJobs(client, mesh, jobs, limitMs).finally(() => sampled = true);
  const large: LargeJob[] = [];
  while (!sampled) large.push(await mesh.client.measure("job", { tasks }));
  const samples = await sampling;
  await client.stop();
  const counted = samples.filter((sample) => large.some((job) => isWithin(sample, job)));
  const rows = both(
    `job of one task while a job of ${tasks.toLocaleString("en")} runs (${large.length} of them)`,
    counted,
    ({ p99 }) => `p99 ${verdict(p99, LOADED_P99_AIM_MS, "ms")}`,
  );
  const [early, late] = phases(counted, large);
  const row = (text: string, times: readonly number[]) => [
    `${text}, p50 / p99 of ${times.length}`,
    "",
    latencies(latency(times)),
  ];
  return [...rows, row("  of all these: while it was being submitted", early), row("  and after that", late)];
}

/** The longest time for which the coordinator did not answer, during large jobs, beside an agent that does nothing. */
export async function measureStall(mesh: BenchMesh, runs: number, tasks: number): Promise<Row[]> {
  const bystander = await mesh.bystander();
  const [prober, control] = [mesh.anotherClient(), mesh.clientOf(bystander)];
  // The first calls of a connection are slower.
  await Promise.all([probeFor(prober, PROBE_MS), probeFor(control, PROBE_MS)]);
  let done = false;
  const probing = [prober, control].map(async (client) => {
    const answers: Interval[] = [];
    while (!done) answers.push(...await probeFor(client, PROBE_MS));
    return answers;
  });
  const large: LargeJob[] = [];
  for (let run = 0; run < runs; run++) large.push(await mesh.client.measure("job", { tasks }));
  done = true;
  const [own = [], others = []] = await Promise.all(probing);
  await Promise.all([prober.stop(), control.stop()]);
  await bystander.stop();
  const counted = (answers: readonly Interval[]) =>
    answers.filter((answer) => large.some((job) => isWithin(answer, job)));
  const [early, late] = phases(counted(own), large);
  const figure = (all: readonly number[]) =>
    `${latency(all).p50.toFixed(1)} / ${latency(all).p99.toFixed(0)} / ${Math.max(...all).toFixed(0)} ms`;
  return [
    [
      `HealthCheck every ${PROBE_EVERY_MS} ms during ${runs} jobs of ${
        tasks.toLocaleString("en")
      }, p50 / p99 / longest`,
      "",
      figure(counted(own).map(timeOf)),
    ],
    ["  of these while the job was being submitted", "", figure(early)],
    ["  and after that", "", figure(late)],
    ["  the same to an agent that has nothing to do", "", figure(counted(others).map(timeOf))],
  ];
}

function probeFor(client: JobClient, ms: number): Promise<readonly Interval[]> {
  return client.measure("probe", { everyMs: PROBE_EVERY_MS, ms });
}

function smallJobs(client: JobClient, mesh: BenchMesh, jobs: number, limitMs: number): Promise<readonly SmallJob[]> {
  const [worker] = mesh.workers;
  if (!worker) throw new Error("there is no worker to name");
  return client.measure("smallJobs", { jobs, deviceId: worker.deviceId, limitMs: Math.min(limitMs, 50_000) });
}

/** How long what began took, in ms: while a large job was being submitted, and after that. */
function phases(samples: readonly Interval[], large: readonly LargeJob[]): [early: number[], late: number[]] {
  const isEarly = (sample: Interval) => large.some((job) => isWithin(sample, { begin: job.begin, end: job.taken }));
  return [samples.filter(isEarly).map(timeOf), samples.filter((sample) => !isEarly(sample)).map(timeOf)];
}

function timeOf({ begin, end }: Interval): number {
  return end - begin;
}

function isWithin({ begin }: Interval, large: Interval): boolean {
  return begin >= large.begin && begin <= large.end;
}

function both(
  what: string,
  samples: readonly SmallJob[],
  aim: (latency: { readonly p50: number; readonly p99: number }) => string,
): Row[] {
  const timesOf = (named: boolean) => samples.filter((sample) => sample.named === named).map(timeOf);
  const row = (text: string, times: readonly number[]) => {
    const spread = latency(times);
    return [`${text}, p50 / p99 of ${times.length}`, aim(spread), latencies(spread)];
  };
  return [row(what, timesOf(false)), row("  the same, its task naming a worker", timesOf(true))];
}
