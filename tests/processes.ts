import { fileURLToPath } from "node:url";
import { sendSignal } from "./process_id.ts";

/** How the program is run: from source, with the permissions that the compiled one has. */
const MAIN = [
  "run",
  "--frozen",
  "--quiet",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-sys",
  "--allow-ffi",
  fileURLToPath(new URL("../cli/main.ts", import.meta.url)),
];

/** A process that must say something in time does it within this, in ms; machines are shared and slow at times. */
const PATIENCE_MS = 30_000;

/** An agent that was told to stop is ended by force after this, in ms: more than the 10 s that its work may go on. */
const STOP_MS = 20_000;

/** What the environment of a started program holds: nothing of the developer's own settings. */
function cleanEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const kept = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", "SYSTEMROOT"];
  const entries = kept.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const given = Object.entries(extra).filter(([, value]) => value !== "");
  return { ...Object.fromEntries(entries), NO_COLOR: "1", ...Object.fromEntries(given) };
}

/** A folder that is removed at the end of its scope. */
export class TemporaryFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "edgemesh-test-" });

  file(name: string): string {
    return `${this.path}/${name}`;
  }

  write(name: string, text: string): string {
    Deno.writeTextFileSync(this.file(name), text);
    return this.file(name);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

export interface AgentOptions {
  readonly name?: string;
  readonly key?: string;
  /** Addresses to join. */
  readonly join?: readonly string[];
  /** Listen address for gRPC; a free loopback port by default. */
  readonly grpc?: string;
  /** Listen address for HTTP; a free loopback port by default. */
  readonly http?: string;
  readonly dataDir?: string;
  readonly flags?: readonly string[];
  readonly env?: Record<string, string>;
}

/** A free port, for this machine only. */
export const ANY_PORT = "127.0.0.1:0";

/** The key that tests share. */
export const TEST_KEY = "a key for tests";

/** A real agent process, stopped at the end of its scope. */
export class AgentProcess implements AsyncDisposable {
  #folder: TemporaryFolder | undefined;
  #ended = false;

  private constructor(
    private readonly child: Deno.ChildProcess,
    readonly dataDir: string,
    readonly log: OutputText,
    readonly out: OutputText,
    folder: TemporaryFolder | undefined,
    readonly ready: { grpc: string; http: string; device: string; name: string },
  ) {
    this.#folder = folder;
  }

  /** Starts an agent and waits until it is ready. @throws {Error} with its log when it ends before that */
  static async start(options: AgentOptions = {}): Promise<AgentProcess> {
    const folder = options.dataDir ? undefined : new TemporaryFolder();
    const dataDir = options.dataDir ?? folder?.path ?? "";
    const child = spawnAgent({ ...options, dataDir });
    const log = new OutputText(child.stderr);
    const out = new OutputText(child.stdout);
    const ready = await out.line(/^edgemesh ready /m).catch(() => undefined);
    const match = ready && /grpc=(\S+) http=(\S+) device=(\S+) name=(.*)$/.exec(ready);
    if (!match) {
      sendSignal(child.pid, "SIGKILL");
      await child.status;
      await log.end;
      await out.end;
      folder?.[Symbol.dispose]();
      throw new Error(`the agent did not become ready: ${log.text}`);
    }
    const [, grpc = "", http = "", device = "", name = ""] = match;
    return new AgentProcess(child, dataDir, log, out, folder, { grpc, http, device, name });
  }

  get pid(): number {
    return this.child.pid;
  }

  get grpc(): string {
    return this.ready.grpc;
  }

  get http(): string {
    return this.ready.http;
  }

  get deviceId(): string {
    return this.ready.device;
  }

  signal(signal: Deno.Signal): void {
    this.child.kill(signal);
  }

  /** Ends it as a user would, and answers its exit code. @throws {Error} with its log when it does not end */
  async stop(): Promise<number> {
    if (this.#ended) return await this.ended();
    sendSignal(this.pid, "SIGTERM");
    // A process that a test has halted hears of nothing before it goes on.
    sendSignal(this.pid, "SIGCONT");
    let forced = false;
    const timer = setTimeout(() => forced = sendSignal(this.pid, "SIGKILL"), STOP_MS);
    const code = await this.ended();
    clearTimeout(timer);
    if (forced) throw new Error(`the agent did not stop within ${STOP_MS / 1000} s: ${this.log.text}`);
    return code;
  }

  /** Ends it without any warning. */
  async kill(): Promise<void> {
    sendSignal(this.pid, "SIGKILL");
    await this.ended();
  }

  async ended(): Promise<number> {
    const { code } = await this.child.status;
    this.#ended = true;
    await Promise.all([this.log.end, this.out.end]);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stop();
    } finally {
      this.#folder?.[Symbol.dispose]();
    }
  }
}

function spawnAgent(options: AgentOptions & { dataDir: string }): Deno.ChildProcess {
  const { name, key = TEST_KEY, join = [], grpc = ANY_PORT, http = ANY_PORT, dataDir, flags = [], env } = options;
  // The developer's own model server is none of a test's.
  const hasModels = env?.OLLAMA_HOST || flags.some((flag) => /^--(ollama|openai-endpoint|no-llm)\b/.test(flag));
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...MAIN,
      "agent",
      ...["--grpc", grpc, "--http", http, "--data-dir", dataDir],
      ...(name ? ["--name", name] : []),
      ...(join.length > 0 ? ["--join", join.join(",")] : []),
      ...(hasModels ? [] : ["--no-llm"]),
      ...flags,
    ],
    env: cleanEnvironment({ ...(key ? { EDGEMESH_KEY: key } : {}), ...env }),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

export interface ProgramOptions {
  /** On top of the test's key and a clean environment; an empty value takes one away. */
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** A program that starts ours, with its arguments: `setpriv`, … */
  readonly through?: readonly string[];
}

/** What a program that ended left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `edgemesh` with these arguments to its end. */
export async function edgemesh(args: readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
  return await startEdgemesh(args, options).outcome;
}

/** Starts `edgemesh` with these arguments. Whoever starts it waits for its outcome. */
export function startEdgemesh(
  args: readonly string[],
  options: ProgramOptions = {},
): { readonly pid: number; signal(signal: Deno.Signal): void; readonly outcome: Promise<Outcome> } {
  const [program = Deno.execPath(), ...before] = [...options.through ?? [], Deno.execPath()];
  const child = new Deno.Command(program, {
    args: [...before, ...MAIN, ...args],
    env: cleanEnvironment({ EDGEMESH_KEY: TEST_KEY, ...options.env }),
    clearEnv: true,
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    ...(options.signal ? { signal: options.signal } : {}),
  }).spawn();
  return { pid: child.pid, signal: (signal) => child.kill(signal), outcome: outcomeOf(child, options.stdin) };
}

async function outcomeOf(child: Deno.ChildProcess, stdin: string | undefined): Promise<Outcome> {
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }
  let late = false;
  const timer = setTimeout(() => late = sendSignal(child.pid, "SIGKILL"), PATIENCE_MS);
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  clearTimeout(timer);
  if (late) throw new Error(`the program did not end within ${PATIENCE_MS / 1000} s: ${stdout}${stderr}`);
  return { code, stdout, stderr };
}

/** Collects what a process prints, and waits for a line of it. */
export class OutputText {
  text = "";
  readonly end: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(stream: ReadableStream<Uint8Array>) {
    this.end = this.#read(stream);
  }

  /** The first line that matches. @throws {Error} with all that was printed when none comes in time */
  async line(pattern: RegExp): Promise<string> {
    const find = () => this.text.split("\n").slice(0, -1).find((line) => pattern.test(line));
    let ended = false;
    this.end.then(() => ended = true);
    const line = await eventually(() => find() ?? (ended ? null : undefined), `a line ${pattern}`, this);
    if (line === null) throw new Error(`it ended without a line ${pattern}: ${this.text}`);
    return line;
  }

  /** Resolves when more was printed, or it ended. */
  more(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
      this.text += chunk;
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Looks again and again until there is something, for as long as a slow machine may need, or as is said, in ms. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  what: string,
  source?: OutputText,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const pause = new Promise<void>((resolve) => timer = setTimeout(resolve, 20));
    await (source ? Promise.race([source.more(), pause]) : pause);
    clearTimeout(timer);
  }
  throw new Error(`waited ${patienceMs / 1000} s for ${what}${source ? `; printed: ${source.text}` : ""}`);
}

/** Waits for the process id that a command has written into a file. */
export async function pidIn(path: string): Promise<number> {
  return await eventually(() => {
    try {
      return Number(Deno.readTextFileSync(path)) || undefined;
    } catch {
      return undefined;
    }
  }, `a process id in ${path}`);
}
