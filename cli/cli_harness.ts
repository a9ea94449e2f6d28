import { fileURLToPath } from "node:url";
import { runCommandLine } from "./run_command.ts";
import { OutputClosed, type Stream, type Terminal } from "./output/terminal.ts";

/** What a command line left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

export interface ProgramOptions {
  readonly stdin?: string;
  readonly env?: Record<string, string>;
}

/** Starts the program as users do, with no environment but what is given, and a home folder that is not there. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--frozen", "-A", MAIN, ...args],
    clearEnv: true,
    env: {
      HOME: "/nonexistent",
      PATH: Deno.env.get("PATH") ?? "",
      DENO_DIR: denoDir(),
      NO_COLOR: "1",
      ...options.env,
    },
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the program to its end. */
export async function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
  const child = startProgram(args, options);
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Runs a command line in this process, on a terminal of `columns` columns or, without it, on none. */
export async function runHere(args: readonly string[], columns?: number): Promise<Outcome> {
  const out = new Recorder(columns);
  const err = new Recorder(columns);
  const terminal: Terminal = { escapes: true, out, err };
  const code = await runCommandLine(args, terminal);
  return { code, stdout: out.text, stderr: err.text };
}

/** An output that keeps what was written. */
export class Recorder implements Stream {
  text = "";
  /** Set to behave like a pipe whose reader went away. */
  closed = false;
  readonly isTerminal: boolean;

  /** @param width columns of the terminal that it is; none without it */
  constructor(private readonly width?: number, private readonly height = 24) {
    this.isTerminal = width !== undefined;
  }

  columns(): number | undefined {
    return this.width;
  }

  rows(): number | undefined {
    return this.isTerminal ? this.height : undefined;
  }

  write(text: string): Promise<void> {
    if (this.closed) return Promise.reject(new OutputClosed("closed"));
    this.text += text;
    return Promise.resolve();
  }

  writeBytes(bytes: Uint8Array): Promise<void> {
    return this.write(new TextDecoder().decode(bytes));
  }
}

function denoDir(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
}
