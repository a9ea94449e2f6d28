import { join } from "node:path";
import { delay } from "../../agent/core/abort.ts";
import { connect } from "../../mod.ts";
import { DemoAgent } from "./demo_agent.ts";
import type { Stage } from "./stage.ts";

/** A device of the demo, with a file in its shared folder. */
interface DemoDevice {
  readonly name: string;
  readonly capabilities?: "npu" | "gpu";
  /** It shares the models of this machine's Ollama: one device, since all three are this machine. */
  readonly hasModels?: boolean;
  readonly file: { readonly name: string; readonly text: string };
}

const COORDINATOR: DemoDevice = {
  name: "laptop",
  file: { name: "notes.txt", text: "Mon  plan the release\nTue  review, then ship\n" },
};

const JOINING: readonly DemoDevice[] = [
  {
    name: "desktop",
    capabilities: "gpu",
    hasModels: true,
    file: { name: "render.log", text: "frame 118 done in 3.9 s\nframe 119 done in 4.1 s\n" },
  },
  {
    name: "npu-box",
    capabilities: "npu",
    file: { name: "readings.csv", text: "time,celsius\n08:00,19.5\n09:00,20.1\n" },
  },
];

/** So long all devices may take to be seen, in ms. */
const JOIN_MS = 15_000;

/** So long the list of devices waits for the load of each, in ms: a joined device tells it 2 s after it has joined. */
const LOAD_MS = 4_000;

/** Three agents on this machine, each with a data folder and a shared folder of its own. */
export class DemoMesh {
  /** The coordinator's `HOST:PORT`; empty until it is ready. */
  address = "";
  readonly #agents: DemoAgent[] = [];

  /**
   * @param folder an empty folder, which this does not remove
   * @param onDeath called when an agent ends that nobody told to
   */
  constructor(
    readonly folder: string,
    private readonly stage: Stage,
    private readonly signal: AbortSignal,
    private readonly onDeath: (error: Error) => void,
  ) {}

  /** The data folder of the coordinator. */
  get dataDir(): string {
    return join(this.folder, COORDINATOR.name);
  }

  get keyFile(): string {
    return join(this.dataDir, "mesh.key");
  }

  /** Starts the agents, shows how, and waits until the coordinator sees all of them. */
  async start(): Promise<void> {
    const { stage } = this;
    stage.export({ DEMO: this.folder, GRPC_ADDR: "127.0.0.1:0", BULK_HTTP_ADDR: "127.0.0.1:0" });
    const ready = await this.#startAgent(COORDINATOR, []);
    this.address = /grpc=(\S+)/.exec(ready)?.[1] ?? "";
    const join = ["--join", this.address, "--key-file", `$DEMO/${COORDINATOR.name}/mesh.key`];
    for (const device of JOINING) await this.#startAgent(device, join);
    await this.#seeAll();
  }

  /** Ends the agents, the joined ones first, and answers how each ended. Idempotent. */
  async stop(): Promise<{ name: string; code: number }[]> {
    const ended: { name: string; code: number }[] = [];
    for (const agent of [...this.#agents].reverse()) ended.push({ name: agent.name, code: await agent.stop() });
    return ended;
  }

  /** What the agents logged last. */
  async tails(): Promise<string> {
    const tails = await Promise.all(this.#agents.map(async (agent) => {
      const lines = await agent.tail();
      return [`log of ${agent.name}:${lines.length === 0 ? " empty" : ""}`, ...lines.map((line) => `  ${line}`)].join(
        "\n",
      );
    }));
    return tails.join("\n");
  }

  async #startAgent(device: DemoDevice, more: readonly string[]): Promise<string> {
    this.signal.throwIfAborted();
    const { name, capabilities, hasModels, file } = device;
    // `shared` in the data folder is an agent's shared folder where no other is named.
    const shared = join(this.folder, name, "shared");
    await Deno.mkdir(shared, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(join(shared, file.name), file.text);
    const args = ["agent", "--name", name, "--data-dir", `$DEMO/${name}`, "--screen", "allow", ...more];
    if (capabilities) args.push("--capabilities", capabilities);
    if (!hasModels) args.push("--no-llm");
    this.stage.prompt(`edgemesh ${args.join(" ")} &`);
    const agent = DemoAgent.spawn({
      name,
      args: args.map((word) => this.stage.expand(word)),
      env: this.stage.environment,
      folder: this.folder,
      onDeath: this.onDeath,
    });
    this.#agents.push(agent);
    const line = await agent.ready(this.signal);
    this.stage.print(`${line}\n`);
    return line;
  }

  async #seeAll(): Promise<void> {
    const key = (await Deno.readTextFile(this.keyFile)).trim();
    using mesh = await connect(this.address, { key, name: "demo", signal: this.signal });
    const begun = performance.now();
    while (true) {
      const devices = (await mesh.devices()).filter((device) => device.online);
      const waited = performance.now() - begun;
      const known = devices.length === this.#agents.length;
      const loads = devices.every(({ status }) => (status?.cpu_load ?? -1) >= 0);
      if (known && (loads || waited > LOAD_MS)) return;
      if (waited > JOIN_MS) throw new Error(`only ${devices.length} of ${this.#agents.length} devices have joined`);
      await delay(50, this.signal);
    }
  }
}
