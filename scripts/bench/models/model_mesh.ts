import { delay } from "../../../agent/core/abort.ts";
import { type BenchAgent, startAgent } from "../shared/bench_agent.ts";
import { BenchClient } from "../shared/bench_client.ts";
import type { Children } from "../shared/children.ts";
import type { Program } from "../shared/program.ts";
import type { Orders, Way } from "./orders.ts";

/** How long agents may take to find each other and their models, in ms. */
const FIND_LIMIT_MS = 30_000;

export interface MeshOptions {
  readonly children: Children;
  readonly folder: string;
  readonly coordinator: Program;
  readonly device: Program;
  /** Tells the data folders of several meshes apart. */
  readonly name: string;
  /** URL of the model server, which both agents use. */
  readonly server: string;
  /** Answers at once, of the server and of each agent. */
  readonly parallel: number;
}

/**
 * A coordinator with a model, a device that joined it, and a client process. Both agents use the same model server, so
 * that nothing but the way to it differs.
 */
export class ModelMesh {
  private constructor(
    readonly coordinator: BenchAgent,
    readonly device: BenchAgent,
    readonly client: BenchClient<Orders>,
    /** The server's model, by its full name. */
    readonly model: string,
    private readonly server: string,
  ) {}

  static async start({ children, folder, name, server, parallel, ...options }: MeshOptions): Promise<ModelMesh> {
    const models = ["--ollama", server, "--llm-parallel", String(parallel)];
    const coordinator = await startAgent(children, options.coordinator, {
      folder,
      models,
      name: `${name}-coordinator`,
    });
    const device = await startAgent(children, options.device, {
      folder,
      models,
      name: `${name}-device`,
      join: coordinator.grpc,
    });
    const client = new BenchClient<Orders>(children, new URL("client.ts", import.meta.url), coordinator.grpc);
    return new ModelMesh(coordinator, device, client, await modelOfBoth(client), server);
  }

  /** The ways to the model, in the order of {@link COLUMNS}. */
  get ways(): readonly Way[] {
    const url = `http://${this.coordinator.http}`;
    const { coordinator, device } = this;
    return [
      { by: "server", url: this.server },
      { by: "http", url, deviceId: coordinator.deviceId },
      { by: "grpc", deviceId: coordinator.deviceId },
      { by: "http", url, deviceId: device.deviceId },
      { by: "grpc", deviceId: device.deviceId },
    ];
  }

  async stop(): Promise<void> {
    await this.client.stop();
    await this.device.stop();
    await this.coordinator.stop();
  }
}

/** Waits until both devices are online with the model. */
async function modelOfBoth(client: BenchClient<Orders>): Promise<string> {
  const end = performance.now() + FIND_LIMIT_MS;
  for (;;) {
    const names = Object.values(await client.measure("models", {}));
    const [name] = names;
    if (names.length === 2 && name) return name;
    if (performance.now() > end) throw new Error(`${names.length} devices have a model, 2 were expected`);
    await delay(50);
  }
}
