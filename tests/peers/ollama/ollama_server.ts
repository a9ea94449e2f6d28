import { OutputText, TemporaryFolder } from "../../processes.ts";
import { sendSignal } from "../../process_id.ts";
import { createModel } from "./create_model.ts";
import { findOllama } from "./find_ollama.ts";
import { descendants, runs } from "./process_tree.ts";
import type { TinyModelOptions } from "./tiny_model.ts";

/** It unloads its models and ends well within this, in ms; then it is ended by force. */
const STOP_MS = 10_000;

export interface OllamaOptions {
  /** The models that are made for it, by name. One, `tiny`, when not given. */
  readonly models?: Readonly<Record<string, TinyModelOptions>>;
  /** On top of an environment of its own: `OLLAMA_NUM_PARALLEL`, `OLLAMA_MAX_QUEUE`, `OLLAMA_NEW_ENGINE`, … */
  readonly env?: Readonly<Record<string, string>>;
  /** A port that it had before; a free one when not given. */
  readonly port?: number;
  /** Where it keeps its models. It is the caller's, who may start another server with them; a folder of its own when not given. */
  readonly folder?: TemporaryFolder;
}

/** A request that it has answered, or whose client went away. */
export interface AnsweredRequest {
  readonly method: string;
  readonly path: string;
  /** 500 for one that was given up before its answer began, 200 for one that was given up later. */
  readonly status: number;
}

/**
 * Starts a real Ollama of its own on a free loopback port, with its models in a temporary folder, and waits until it
 * answers and has its models. Nothing of it is loaded before the first request.
 *
 * @throws {Error} when there is none to start (`findOllama` says so beforehand), or with its log when it does not start
 */
export async function startOllama(options: OllamaOptions = {}): Promise<OllamaServer> {
  const found = await findOllama();
  if ("missing" in found) throw new Error(found.missing);
  const { models = { tiny: {} }, env = {}, port = 0 } = options;
  const folder = options.folder ?? new TemporaryFolder();
  const child = new Deno.Command(found.program, {
    args: ["serve"],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: folder.path,
      OLLAMA_MODELS: folder.file("models"),
      OLLAMA_HOST: `127.0.0.1:${port}`,
      OLLAMA_NO_CLOUD: "1",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const server = new OllamaServer(child, options.folder ? undefined : folder, Object.keys(models));
  try {
    await server.listens();
    for (const [name, model] of Object.entries(models)) await createModel(server.url, name, model);
    return server;
  } catch (error) {
    await server.stop();
    throw new Error(`Ollama did not start: ${error instanceof Error ? error.message : error}\n${server.log()}`);
  }
}

/** A running Ollama, stopped at the end of its scope. */
export class OllamaServer implements AsyncDisposable {
  /** Its address, without a slash at its end. */
  url = "";
  readonly #notes: OutputText;
  readonly #accesses: OutputText;
  #stopped: Promise<void> | undefined;

  constructor(
    private readonly child: Deno.ChildProcess,
    /** Removed with it. */
    private readonly folder: TemporaryFolder | undefined,
    private readonly models: readonly string[],
  ) {
    this.#notes = new OutputText(child.stderr);
    this.#accesses = new OutputText(child.stdout);
  }

  /** The process that serves; each loaded model is in a process of its own, see {@link runners}. */
  get pid(): number {
    return this.child.pid;
  }

  /** Its first model, as it names it itself: `tiny:latest`. */
  get model(): string {
    return `${this.models[0]}:latest`;
  }

  /** Waits until it answers. @throws {Error} when it does not */
  async listens(): Promise<void> {
    const line = await this.#notes.line(/msg="Listening on /);
    this.url = `http://${/Listening on (\S+)/.exec(line)?.[1]}`;
    const response = await fetch(`${this.url}/api/version`);
    await response.body?.cancel();
    if (!response.ok) throw new Error(`/api/version answered ${response.status}`);
  }

  /** What it has said so far. */
  log(): string {
    return this.#notes.text + this.#accesses.text;
  }

  /**
   * The requests whose handling has ended, oldest first. One whose client goes away is here within milliseconds, since
   * that ends the generation.
   */
  requests(): AnsweredRequest[] {
    // [GIN] 2026/11/22 - 22:16:46 | 200 |  374.820575ms |       127.0.0.1 | POST     "/api/generate"
    const lines = this.#accesses.text.matchAll(/^\[GIN\][^|\n]*\| *(\d+) \|[^|\n]*\|[^|\n]*\| (\w+) +"([^"]*)"$/gm);
    return Array.from(lines, ([, status = "", method = "", path = ""]) => ({ method, path, status: Number(status) }));
  }

  /** The processes that it has models in. */
  runners(): number[] {
    return descendants(this.pid).filter(runs);
  }

  /** Ends a loaded model's process without any warning, as the system does when memory is short. */
  killRunners(): void {
    for (const pid of this.runners()) sendSignal(pid, "SIGKILL");
  }

  /** Ends the server and its models without any warning; {@link stop} is still to be called. */
  async kill(): Promise<void> {
    const runners = this.runners();
    sendSignal(this.pid, "SIGKILL");
    for (const pid of runners) sendSignal(pid, "SIGKILL");
    await this.child.status;
  }

  /**
   * Ends it and removes its folder. It may be called again.
   *
   * @throws {Error} when it had to be ended by force, or left a process behind
   */
  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    const runners = this.runners();
    sendSignal(this.pid, "SIGTERM");
    let forced = false;
    const timer = setTimeout(() => forced = sendSignal(this.pid, "SIGKILL"), STOP_MS);
    await this.child.status;
    clearTimeout(timer);
    const left = runners.filter((pid) => runs(pid) && sendSignal(pid, "SIGKILL"));
    await Promise.all([this.#notes.end, this.#accesses.end]);
    this.folder?.[Symbol.dispose]();
    if (forced) throw new Error(`Ollama did not stop within ${STOP_MS / 1000} s: ${this.log()}`);
    if (left.length > 0) throw new Error(`Ollama left ${left.length} processes behind: ${this.log()}`);
  }
}
