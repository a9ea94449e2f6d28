import { delay } from "../../../agent/core/abort.ts";
import { BENCH_KEY, type BenchAgent, startAgent } from "../shared/bench_agent.ts";
import { BenchClient } from "../shared/bench_client.ts";
import type { Child, Children } from "../shared/children.ts";
import { moduleProgram, type Program } from "../shared/program.ts";
import type { Orders } from "./orders.ts";

/** How long devices may take to join or to leave, in ms. */
const JOIN_LIMIT_MS = 30_000;

export type JobClient = BenchClient<Orders>;

export interface MeshOptions {
  readonly children: Children;
  readonly folder: string;
  /** How the coordinator is run, and each worker. */
  readonly coordinator: Program;
  readonly workers: readonly Program[];
}

/** A coordinator with a durable store, its workers and one client, each a process. */
export class BenchMesh {
  private constructor(
    private readonly options: MeshOptions,
    readonly coordinator: BenchAgent,
    readonly workers: readonly BenchAgent[],
    readonly client: JobClient,
  ) {}

  static async start(options: MeshOptions): Promise<BenchMesh> {
    const { children, folder } = options;
    const coordinator = await startAgent(children, options.coordinator, { folder, name: "coordinator" });
    const workers: BenchAgent[] = [];
    for (const [at, program] of options.workers.entries()) {
      workers.push(await startAgent(children, program, { folder, name: `worker-${at + 1}`, join: coordinator.grpc }));
    }
    const mesh = new BenchMesh(options, coordinator, workers, startClient(children, coordinator.grpc));
    await mesh.untilOnline(workers.length);
    return mesh;
  }

  /** One more client process of the coordinator. */
  anotherClient(): JobClient {
    return startClient(this.options.children, this.coordinator.grpc);
  }

  /** An agent that is in no mesh. */
  bystander(): Promise<BenchAgent> {
    const { children, folder, coordinator } = this.options;
    return startAgent(children, coordinator, { folder, name: "bystander" });
  }

  clientOf(agent: BenchAgent): JobClient {
    return startClient(this.options.children, agent.grpc);
  }

  /** So many workers more, as links of `processes` processes. */
  async simulate(workers: number, processes: number): Promise<{ stop(): Promise<void> }> {
    const { command, args, env } = moduleProgram(new URL("workers.ts", import.meta.url));
    const simulators = Array.from({ length: processes }, (): Child =>
      this.options.children.spawn(command, {
        args: [...args, this.coordinator.grpc, String(workers / processes)],
        clearEnv: true,
        env: { ...env, EDGEMESH_KEY: BENCH_KEY },
        stdin: "piped",
        stdout: "null",
        stderr: "inherit",
      }));
    await this.untilOnline(workers);
    return {
      stop: async () => {
        await Promise.all(simulators.map((simulator) => simulator.stop()));
        await this.untilOnline(0);
      },
    };
  }

  /** Waits until so many devices besides the coordinator's own are online. */
  async untilOnline(workers: number): Promise<void> {
    const end = performance.now() + JOIN_LIMIT_MS;
    for (;;) {
      const online = await this.client.measure("online", {}) - 1;
      if (online === workers) return;
      if (performance.now() > end) throw new Error(`${online} workers are online, ${workers} were expected`);
      await delay(50);
    }
  }

  async stopWorkers(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.untilOnline(0);
  }

  async stop(): Promise<void> {
    await this.client.stop();
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.coordinator.stop();
  }
}

function startClient(children: Children, address: string): JobClient {
  return new BenchClient<Orders>(children, new URL("client.ts", import.meta.url), address);
}
