import { type AgentOptions, AgentProcess, TemporaryFolder } from "../processes.ts";

/** An agent that is killed and started again on the same port and data folder. */
export class RestartedAgent implements AsyncDisposable {
  private constructor(
    private readonly options: AgentOptions,
    private readonly folder: TemporaryFolder | undefined,
    private agent: AgentProcess,
  ) {}

  static async start(options: AgentOptions = {}): Promise<RestartedAgent> {
    const folder = options.dataDir ? undefined : new TemporaryFolder();
    const kept = { ...options, ...(folder ? { dataDir: folder.path } : {}) };
    try {
      return new RestartedAgent(kept, folder, await AgentProcess.start(kept));
    } catch (error) {
      folder?.[Symbol.dispose]();
      throw error;
    }
  }

  /** The process that runs now. */
  get process(): AgentProcess {
    return this.agent;
  }

  get grpc(): string {
    return this.agent.grpc;
  }

  get deviceId(): string {
    return this.agent.deviceId;
  }

  async killAndRestart(): Promise<void> {
    const { grpc } = this.agent;
    await this.agent.kill();
    this.agent = await AgentProcess.start({ ...this.options, grpc });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.agent[Symbol.asyncDispose]();
    } finally {
      this.folder?.[Symbol.dispose]();
    }
  }
}
