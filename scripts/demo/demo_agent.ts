import { join } from "node:path";
import { DENO_ARGS, plainEnvironment } from "./program.ts";

/** A stopped agent may take 10 s to let running work end; after this, in ms, it is ended. */
const STOP_MS = 15_000;

/** From source, on a slow machine, an agent is ready within this, in ms. */
const READY_MS = 30_000;

/** Lines of an agent's log that are shown when something failed. */
const TAIL_LINES = 12;

// Deno's `Deno.Command` has the option, its types do not.
interface CommandOptions extends Deno.CommandOptions {
  detached?: boolean;
}

/** Where an agent of the demo runs, and how. */
export interface DemoAgentOptions {
  readonly name: string;
  /** What follows `edgemesh`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The folder that gets its log, `NAME.log`. */
  readonly folder: string;
  /** Called when it ends and nobody told it to. */
  readonly onDeath: (error: Error) => void;
}

/** An agent process of the demo. */
export class DemoAgent {
  readonly name: string;
  readonly logFile: string;
  /** Resolves with its exit code. */
  readonly ended: Promise<number>;
  #stopping = false;
  readonly #logging: Promise<void>;

  private constructor(private readonly child: Deno.ChildProcess, { name, folder, onDeath }: DemoAgentOptions) {
    this.name = name;
    this.logFile = join(folder, `${name}.log`);
    this.ended = child.status.then(({ code }) => {
      if (!this.#stopping) onDeath(new Error(`agent ${name} ended by itself with exit code ${code}`));
      return code;
    });
    this.#logging = keep(child.stderr, this.logFile);
  }

  static spawn(options: DemoAgentOptions): DemoAgent {
    const commandOptions: CommandOptions = {
      args: [...DENO_ARGS, ...options.args],
      env: { ...plainEnvironment(), ...options.env },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C in a terminal goes to a whole process group. Agents are out of it, so that each gets one signal, from here.
      detached: Deno.build.os !== "windows",
    };
    return new DemoAgent(new Deno.Command(Deno.execPath(), commandOptions).spawn(), options);
  }

  /** The line that it prints when it serves. @throws {Error} when it ends before that, or takes too long */
  async ready(signal: AbortSignal): Promise<string> {
    const giveUp = AbortSignal.timeout(READY_MS);
    const line = await Promise.race([
      firstLine(this.child.stdout),
      aborted(AbortSignal.any([signal, giveUp])).catch((error) => {
        throw giveUp.aborted ? new Error(`agent ${this.name} is not ready after ${READY_MS / 1000} s`) : error;
      }),
    ]);
    if (line !== undefined) return line;
    throw new Error(`agent ${this.name} ended with exit code ${await this.ended} before it was ready`);
  }

  /** Ends it by SIGTERM and answers its exit code; by SIGKILL when it does not end in time. Idempotent. */
  async stop(): Promise<number> {
    if (!this.#stopping) {
      this.#stopping = true;
      this.#send("SIGTERM");
    }
    const timer = setTimeout(() => this.#send("SIGKILL"), STOP_MS);
    const code = await this.ended;
    clearTimeout(timer);
    await this.#logging;
    return code;
  }

  /** The end of its log. */
  async tail(): Promise<string[]> {
    const lines = (await Deno.readTextFile(this.logFile)).split("\n").filter((line) => line !== "");
    return lines.slice(-TAIL_LINES);
  }

  #send(signal: Deno.Signal): void {
    try {
      this.child.kill(signal);
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

async function keep(stream: ReadableStream<Uint8Array>, path: string): Promise<void> {
  const file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  await stream.pipeTo(file.writable);
}

/** Undefined when the stream ends before a whole line. What follows the line stays unread. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  return undefined;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
