import { type Outcome, runHere } from "../cli/cli_harness.ts";
import { startAgent } from "../mod.ts";
import { eventually, TemporaryFolder, TEST_KEY } from "./processes.ts";
import { StandInOllama } from "./stand_in/ollama.ts";

/** Two devices with a model server each, the desktop's model writing faster, as the command line sees them. */
export class TwoDevices implements AsyncDisposable {
  private constructor(
    /** Where the laptop, which coordinates, listens for gRPC. */
    readonly address: string,
    /** Where it listens for HTTP. */
    readonly http: string,
    readonly laptop: StandInOllama,
    readonly desktop: StandInOllama,
    private readonly stack: AsyncDisposableStack,
  ) {}

  static async start(): Promise<TwoDevices> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(new TemporaryFolder());
    const laptop = stack.use(await StandInOllama.start({ msPerPromptToken: 0.1, msPerToken: 4 }));
    const desktop = stack.use(await StandInOllama.start({ msPerPromptToken: 0.1, msPerToken: 1 }));
    const options = (name: string, ollama: StandInOllama) => ({
      grpc: "127.0.0.1:0",
      http: "127.0.0.1:0",
      name,
      key: TEST_KEY,
      dataDir: folder.file(name),
      store: "memory" as const,
      ollama: ollama.url,
    });
    const coordinator = stack.use(await startAgent(options("laptop", laptop)));
    stack.use(await startAgent({ ...options("desktop", desktop), join: [coordinator.grpc] }));
    const mesh = new TwoDevices(coordinator.grpc, coordinator.http, laptop, desktop, stack.move());
    await eventually(async () => {
      const { models } = JSON.parse((await mesh.run("models", "--json")).stdout);
      return models.length === 2 || undefined;
    }, "the models of both devices");
    return mesh;
  }

  /** A command line that asks the laptop. */
  line(command: string, ...args: string[]): string[] {
    return [command, "--server", this.address, "--key", TEST_KEY, ...args];
  }

  run(command: string, ...args: string[]): Promise<Outcome> {
    return runHere(this.line(command, ...args));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}
