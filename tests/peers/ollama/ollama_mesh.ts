import type { DeviceModel } from "../../../proto/messages.ts";
import { MeshSession } from "../../mesh_client.ts";
import { AgentProcess, eventually } from "../../processes.ts";
import { type OllamaServer, startOllama } from "./ollama_server.ts";
import { RecordingProxy } from "./recording_proxy.ts";

/** A device of the mesh, with a model server of its own. */
export interface OllamaDevice {
  readonly agent: AgentProcess;
  readonly server: OllamaServer;
  /** Between the two. */
  readonly proxy: RecordingProxy;
}

/** The tiny model's name, as Ollama names it. */
export const TINY = "tiny:latest";

/** Two devices with a real Ollama each: alpha, whose model is in memory, and beta, whose models are not. */
export class OllamaMesh implements AsyncDisposable {
  #stack: AsyncDisposableStack | undefined;

  private constructor(readonly alpha: OllamaDevice, readonly beta: OllamaDevice, readonly session: MeshSession) {}

  static async start(): Promise<OllamaMesh> {
    await using stack = new AsyncDisposableStack();
    const [loaded, cold] = (await Promise.all([
      startOllama({ models: { tiny: {}, another: { seed: 2 } } }),
      startOllama({ models: { tiny: {}, vectors: { embeds: true } } }),
    ])).map((server) => stack.use(server)) as [OllamaServer, OllamaServer];
    await load(loaded);
    const device = async (name: string, server: OllamaServer, join: string[]): Promise<OllamaDevice> => {
      const proxy = stack.use(await RecordingProxy.start(server.url));
      const agent = stack.use(await AgentProcess.start({ name, join, flags: ["--ollama", proxy.url] }));
      return { agent, server, proxy };
    };
    const alpha = await device("alpha", loaded, []);
    const beta = await device("beta", cold, [alpha.agent.grpc]);
    const session = stack.use(await MeshSession.open(alpha.agent.grpc));
    const mesh = new OllamaMesh(alpha, beta, session);
    await eventually(async () => (await mesh.models()).length === 4 || undefined, "the models of both devices");
    mesh.#stack = stack.move();
    return mesh;
  }

  get devices(): OllamaDevice[] {
    return [this.alpha, this.beta];
  }

  async models(): Promise<DeviceModel[]> {
    return (await this.session.client.mesh("ListModels", {})).models;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack?.disposeAsync();
  }
}

/** Has the model of a server brought into memory. */
async function load(server: OllamaServer): Promise<void> {
  const response = await fetch(`${server.url}/api/generate`, {
    method: "POST",
    body: JSON.stringify({ model: server.model }),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`Ollama did not load ${server.model}: ${response.status}`);
}
