import { join } from "node:path";
import type { Children } from "./children.ts";
import { LineReader } from "./line_reader.ts";
import type { Program } from "./program.ts";

/** The key of the mesh that is measured. */
export const BENCH_KEY = "a key for measurements";

/** An agent has this long to become ready, in ms. */
const READY_LIMIT_MS = 30_000;

/** What an agent is told of model servers where none is measured: one of the machine's own would disturb. */
const NO_MODELS = ["--no-llm"];

export interface AgentOptions {
  /** Of everything that is measured. */
  readonly folder: string;
  readonly name: string;
  /** Where it joins. */
  readonly join?: string;
  /** Which model servers it uses; by default none. */
  readonly models?: readonly string[];
  /** Further flags. */
  readonly flags?: readonly string[];
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A real agent process on a free loopback port. */
export interface BenchAgent {
  readonly pid: number;
  /** `HOST:PORT`. */
  readonly grpc: string;
  readonly http: string;
  readonly deviceId: string;
  /** From the spawn to the `ready` line, in ms. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/**
 * Starts an agent and waits until it is ready. Its data folder is `folder`/`name`.
 *
 * @throws {Error} with the agent's own words when it does not become ready
 */
export async function startAgent(
  children: Children,
  program: Program,
  options: AgentOptions,
): Promise<BenchAgent> {
  const { folder, name, models = NO_MODELS, flags = [], env = {} } = options;
  const log = await Deno.makeTempFile({ dir: folder, prefix: `${name}-log-` });
  const logged = () => Deno.readTextFileSync(log).trim();
  const began = performance.now();
  const child = children.spawn("/bin/sh", {
    // The log goes to a file, so that nobody's reading of it is measured. The shell becomes the program.
    args: [
      "-c",
      'log=$1; shift; exec "$@" 2>"$log"',
      "agent",
      log,
      program.command,
      ...program.args,
      "agent",
      ...["--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"],
      ...["--data-dir", join(folder, name), "--share", folder, "--name", name],
      ...models,
      ...flags,
      ...(options.join ? ["--join", options.join] : []),
    ],
    clearEnv: true,
    env: { ...program.env, EDGEMESH_KEY: BENCH_KEY, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
  const ready = await new LineReader(child.process.stdout).next(READY_LIMIT_MS);
  const startMs = performance.now() - began;
  const match = /^edgemesh ready grpc=(\S+) http=(\S+) device=(\S+) /.exec(ready ?? "");
  if (!match) {
    await child.stop(1_000);
    throw new Error(`the agent ${name} did not become ready: ${logged() || ready || "it said nothing"}`);
  }
  const [, grpc = "", http = "", deviceId = ""] = match;
  return { pid: child.process.pid, grpc, http, deviceId, startMs, stop: () => child.stop() };
}
