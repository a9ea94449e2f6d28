import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { eventually, OutputText, TemporaryFolder } from "../processes.ts";
import { StandInOllama } from "../stand_in/ollama.ts";
import { README_OLLAMA } from "./readme_model.ts";

export const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));

/** What lies in the shared folders of the README's devices. */
const FILES: Readonly<Record<string, readonly [string, string]>> = {
  laptop: ["notes.txt", "Mon  plan the release\nTue  review, then ship\n"],
  desktop: ["render.log", "frame 118 done in 3.9 s\nframe 119 done in 4.1 s\n"],
};

/** How far a job is, as it is told where no terminal is: the README shows what remains on one. */
const PROGRESS = /^(?:group \d+ of \d+|job): /;

/** Where the README's user lives. */
const README_HOME = "/home/you";

/** Where the first agent of the README answers HTTP, as seen from its own machine. */
const README_HTTP = "localhost:8081";

/** Whatever this machine has, of the README's devices this one alone has a model server, and none a GPU or an NPU. */
const MODEL_DEVICE = "desktop";

/** An agent of the README: a real one, with a home folder of its own, on loopback. */
interface ReadmeAgent {
  readonly child: Deno.ChildProcess;
  readonly printed: OutputText;
}

/** The mesh that the README's own `edgemesh agent` lines make, and a shell in which its other lines are run. */
export class ReadmeMesh implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  /** As `pwd` says it. */
  readonly #root = Deno.realPathSync(this.#folder.path);
  readonly #agents: ReadmeAgent[] = [];
  /** What the README shows, and what stands for it here: addresses, the key, ids of jobs, the home folder. */
  readonly #here = new Map<string, string>();
  #server = "";

  private constructor(private readonly ollama: StandInOllama) {
    const program = this.#folder.file("bin/edgemesh");
    Deno.mkdirSync(dirname(program));
    // What the task `edgemesh` runs, found in PATH as the compiled program would be.
    const task = config.tasks.edgemesh.command.replace(/^deno /, `"${Deno.execPath()}" `);
    Deno.writeTextFileSync(program, `#!/bin/sh\ncd "${CHECKOUT}" && exec ${task} "$@"\n`, { mode: 0o755 });
    this.#here.set(README_HOME, this.#home("laptop"));
  }

  static async start(): Promise<ReadmeMesh> {
    return new ReadmeMesh(await StandInOllama.start(README_OLLAMA));
  }

  /**
   * Starts the agent of a line of the README and waits until it printed the last of the lines shown there.
   *
   * @returns all that it printed
   */
  async startAgent(command: string, shown: readonly string[]): Promise<string[]> {
    const name = /--name (\S+)/.exec(command)?.[1] ?? "";
    const home = this.#home(name);
    const [file = "", text = ""] = FILES[name] ?? [];
    Deno.mkdirSync(join(home, ".edgemesh", "shared"), { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(join(home, ".edgemesh", "shared", file), text);
    const [models, env] = name === MODEL_DEVICE ? ["", { OLLAMA_HOST: this.ollama.url }] : ["--no-llm", {}];
    const line = `exec ${this.#translated(command)} --capabilities none ${models} 2>&1`;
    const child = this.#shell(line, home, env).spawn();
    const agent = { child, printed: new OutputText(child.stdout) };
    this.#agents.push(agent);
    const lines = await eventually(
      () => {
        const lines = agent.printed.text.split("\n").slice(0, -1);
        return lines.length >= shown.length ? lines : undefined;
      },
      `${shown.length} lines of ${name}`,
      agent.printed,
    );
    this.#learn(shown, lines);
    return lines;
  }

  /** Runs a line of the README in a shell. @returns its exit code and all that it printed */
  async run(command: string, shown: readonly string[]): Promise<{ code: number; lines: string[] }> {
    const { code, stdout } = await this.#shell(`{ ${this.#translated(command)}; } 2>&1`, this.#home("laptop")).output();
    const text = new TextDecoder().decode(stdout).trimEnd().replaceAll(this.#home("laptop"), README_HOME);
    const lines = text === "" ? [] : text.split("\n").filter((line) => !PROGRESS.test(line));
    this.#learn(shown, lines);
    return { code, lines };
  }

  /** Runs a program of the README as a file in this folder's place. @returns its exit code and output */
  async runModule(source: string): Promise<{ code: number; text: string }> {
    const file = this.#folder.write(
      "example.ts",
      this.#translated(source).replace('"./mod.ts"', `"${CHECKOUT}mod.ts"`)
        .replace("startAgent({", "startAgent({ noLlm: true,"),
    );
    const run = `"${Deno.execPath()}" run --quiet --frozen --config deno.json -A "${file}" 2>&1`;
    const { code, stdout } = await this.#shell(run, this.#home("laptop")).output();
    return { code, text: new TextDecoder().decode(stdout) };
  }

  /** Ends the agents, the last one first. @returns their exit codes */
  async stop(): Promise<number[]> {
    const codes: number[] = [];
    for (const { child, printed } of this.#agents.splice(0).reverse()) {
      child.kill("SIGTERM");
      codes.push((await child.status).code);
      await printed.end;
    }
    return codes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.ollama[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }

  #home(name: string): string {
    return join(this.#root, `home-${name}`);
  }

  #shell(script: string, home: string, env: Readonly<Record<string, string>> = {}): Deno.Command {
    const path = [this.#folder.file("bin"), dirname(Deno.execPath()), Deno.env.get("PATH")].join(delimiter);
    const caches = Deno.env.get("DENO_DIR") ??
      join(Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`, "deno");
    return new Deno.Command("bash", {
      args: ["-c", script],
      cwd: CHECKOUT,
      clearEnv: true,
      env: {
        PATH: path,
        HOME: home,
        DENO_DIR: caches,
        NO_COLOR: "1",
        // The README's devices have the default ports to themselves; these do not.
        GRPC_ADDR: "127.0.0.1:0",
        BULK_HTTP_ADDR: "127.0.0.1:0",
        ...(this.#server ? { EDGEMESH_SERVER: this.#server } : {}),
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    });
  }

  #translated(text: string): string {
    return [...this.#here].reduce((text, [readme, here]) => text.replaceAll(readme, here), text);
  }

  /** Remembers what stands here for the addresses, the key and the jobs that the README shows. */
  #learn(shown: readonly string[], printed: readonly string[]): void {
    const told = /grpc=(\S+)|--key (\S{43})|^([0-9a-f-]{36}) {2}distributed|http=(\S+)/g;
    const found = (lines: readonly string[]) => [...lines.join("\n").matchAll(new RegExp(told, "gm"))];
    const here = found(printed);
    found(shown).forEach((match, at) => {
      for (const group of [1, 2, 3, 4]) {
        const [readme, actual] = [match[group], here[at]?.[group]];
        if (readme && actual) this.#here.set(readme, actual);
        if (group === 1 && actual) this.#server ||= actual;
        if (group === 4 && actual && !this.#here.has(README_HTTP)) this.#here.set(README_HTTP, actual);
      }
    });
  }
}
