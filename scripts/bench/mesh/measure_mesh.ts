import { delay } from "../../../agent/core/abort.ts";
import { BENCH_KEY, type BenchAgent, startAgent } from "../shared/bench_agent.ts";
import { BenchClient } from "../shared/bench_client.ts";
import type { Child, Children } from "../shared/children.ts";
import { difference, latencies, megabytes, percent, rate, timeOf, verdict } from "../shared/figures.ts";
import { processorSeconds, residentMegabytes } from "../shared/process_facts.ts";
import { moduleProgram, type Program } from "../shared/program.ts";
import { latency, median, spread } from "../shared/statistics.ts";
import type { Section } from "../shared/table.ts";
import type { Orders } from "./orders.ts";

/** What a command may cost more on another device than spawning it oneself, at p50, in ms. */
const COMMAND_AIM_MS = 3;

const IN_FLIGHT = 64;

/** How often the rate of calls is measured in each pass. */
const RATE_RUNS = 3;

/** How long simulated devices may take to join, in ms. */
const JOIN_LIMIT_MS = 30_000;

/** How often everything is done. */
export interface Counts {
  /** Everything from `calls` to `idleMs` is done so often with each number of idle devices. */
  readonly passes: number;
  readonly calls: number;
  readonly commands: number;
  readonly smallJobs: number;
  readonly largeJobTasks: number;
  readonly largeJobs: number;
  /** How long the coordinator's processor time is looked at while nothing is asked of it, in ms. */
  readonly idleMs: number;
  /** Numbers of simulated devices to compare. */
  readonly idleDevices: readonly number[];
}

export interface MeshOptions {
  readonly children: Children;
  readonly folder: string;
  readonly program: Program;
  readonly counts: Counts;
}

/** What is measured with a number of idle devices attached; times in ms. */
interface Load {
  readonly health: readonly number[];
  /** Calls/s of each run. */
  readonly healthRate: readonly number[];
  readonly routed: readonly number[];
  readonly direct: readonly number[];
  readonly smallJob: readonly number[];
  /** The share of one core that the idle coordinator used, 0..1, in each pass. */
  readonly idleShare: readonly number[];
  /** The coordinator's memory in MB before each pass. */
  readonly memory: readonly number[];
}

/**
 * Two real agents, one of them joined to the other, and a client process: calls, commands on the joined device, jobs; then
 * the same with idle devices attached.
 */
export async function measureMesh(options: MeshOptions): Promise<Section[]> {
  const { children, folder, program, counts } = options;
  const coordinator = await startAgent(children, program, { folder, name: "coordinator" });
  const device = await startAgent(children, program, { folder, name: "device", join: coordinator.grpc });
  const client = new BenchClient<Orders>(children, new URL("client.ts", import.meta.url), coordinator.grpc);
  const mesh = { children, coordinator, device, client, counts };
  await untilOnline(client, 2);
  await measureOnce(mesh, { ...counts, commands: 50, smallJobs: 50, idleMs: 0 });
  const jobs = await measureJobs(client, counts);
  const passes = counts.idleDevices.map((): Load[] => []);
  // One pass of each after the other, so that a busy minute of the machine does not meet one number of devices only.
  for (let pass = 0; pass < counts.passes; pass++) {
    for (const [at, idle] of counts.idleDevices.entries()) passes[at]?.push(await withIdleDevices(mesh, idle));
  }
  await client.stop();
  await device.stop();
  await coordinator.stop();
  return [jobs, loadSection(counts, passes.map(together))];
}

interface Mesh {
  readonly children: Children;
  readonly coordinator: BenchAgent;
  readonly device: BenchAgent;
  readonly client: BenchClient<Orders>;
  readonly counts: Counts;
}

async function withIdleDevices(mesh: Mesh, idle: number): Promise<Load> {
  const simulator = idle > 0 ? simulate(mesh, idle) : undefined;
  await untilOnline(mesh.client, 2 + idle);
  const load = await measureOnce(mesh, mesh.counts);
  await simulator?.stop();
  await untilOnline(mesh.client, 2);
  return load;
}

function simulate({ children, coordinator }: Mesh, devices: number): Child {
  const { command, args, env } = moduleProgram(new URL("simulator.ts", import.meta.url));
  return children.spawn(command, {
    args: [...args, coordinator.grpc, String(devices)],
    clearEnv: true,
    env: { ...env, EDGEMESH_KEY: BENCH_KEY },
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
  });
}

async function untilOnline(client: BenchClient<Orders>, devices: number): Promise<void> {
  const end = performance.now() + JOIN_LIMIT_MS;
  for (;;) {
    const online = await client.measure("online", {});
    if (online === devices) return;
    if (performance.now() > end) throw new Error(`${online} devices are online, ${devices} were expected`);
    await delay(50);
  }
}

async function measureOnce({ client, coordinator, device }: Mesh, counts: Counts): Promise<Load> {
  const { deviceId } = device;
  // Idle first: what joining took is not counted, and what the calls below leave behind is not either.
  await delay(Math.min(1000, counts.idleMs));
  const before = processorSeconds(coordinator.pid);
  await delay(counts.idleMs);
  const idleShare = (processorSeconds(coordinator.pid) - before) / (counts.idleMs / 1000);
  const memory = residentMegabytes(coordinator.pid);
  const health = await client.measure("health", { calls: counts.calls });
  const healthRate: number[] = [];
  for (let run = 0; run < RATE_RUNS; run++) {
    healthRate.push(await client.measure("healthRate", { calls: counts.calls * 2, inFlight: IN_FLIGHT }));
  }
  const { routed, direct } = await client.measure("command", { rounds: counts.commands, deviceId });
  const smallJob = await client.measure("smallJob", { jobs: counts.smallJobs, deviceId });
  return {
    health,
    healthRate,
    routed,
    direct,
    smallJob,
    idleShare: [idleShare],
    memory: [memory],
  };
}

/** All passes as one. */
function together(passes: readonly Load[]): Load {
  const all = (part: (load: Load) => readonly number[]) => passes.flatMap(part);
  return {
    health: all(({ health }) => health),
    healthRate: all(({ healthRate }) => healthRate),
    routed: all(({ routed }) => routed),
    direct: all(({ direct }) => direct),
    smallJob: all(({ smallJob }) => smallJob),
    idleShare: all(({ idleShare }) => idleShare),
    memory: all(({ memory }) => memory),
  };
}

async function measureJobs(client: BenchClient<Orders>, counts: Counts): Promise<Section> {
  const tasks = counts.largeJobTasks;
  const times = { job: [] as number[], unary: [] as number[] };
  for (let run = 0; run < counts.largeJobs; run++) {
    times.job.push(await client.measure("largeJob", { tasks }));
    times.unary.push(await client.measure("unaryTasks", { tasks, inFlight: IN_FLIGHT }));
  }
  return {
    columns: [
      `${tasks.toLocaleString("en")} ECHO tasks, median of ${counts.largeJobs}`,
      "aim",
      "one job",
      "unary RunTask",
    ],
    rows: [[
      "two devices; unary calls reach one",
      "",
      timeOf(tasks, spread(times.job)),
      timeOf(tasks, spread(times.unary)),
    ]],
  };
}

function loadSection(counts: Counts, loads: readonly Load[]): Section {
  const row = (what: string, figure: (load: Load) => string, aim = "") => [what, aim, ...loads.map(figure)];
  const added = ({ routed, direct }: Load) => latency(routed).p50 - latency(direct).p50;
  const most = Math.max(...loads.map(added));
  return {
    columns: ["idle devices attached", "aim", ...counts.idleDevices.map(String)],
    rows: [
      row("HealthCheck, p50 / p99", ({ health }) => latencies(latency(health))),
      row(`HealthCheck, ${IN_FLIGHT} in flight`, ({ healthRate }) => rate(median(healthRate))),
      row("pwd on another device, p50 / p99", ({ routed }) => latencies(latency(routed))),
      row("pwd spawned directly, p50 / p99", ({ direct }) => latencies(latency(direct))),
      row("difference at p50", (load) => difference(added(load)), verdict(most, COMMAND_AIM_MS, "ms")),
      row("job of one task, p50 / p99", ({ smallJob }) => latencies(latency(smallJob))),
      row("coordinator idle, of one core", ({ idleShare }) => percent(median(idleShare))),
      row("coordinator memory, after load", ({ memory }) => megabytes(median(memory))),
    ],
  };
}
