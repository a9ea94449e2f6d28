// Deno's `Deno.Command` has the option, its types do not.
interface CommandOptions extends Deno.CommandOptions {
  detached?: boolean;
}

/** How a program is started. */
export interface ProgramStart {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** Working folder. */
  readonly folder: string;
  /** All of it: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A program and whatever it starts, ended as one: a process group of its own on Unix, a process tree on Windows. No
 * shell, no standard input.
 */
export class ProgramTree {
  /** Resolves when the program itself has ended. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  #hasEnded = false;

  /** @throws what the operating system says: not there, not executable, … */
  constructor({ program, args, folder, environment }: ProgramStart) {
    const options: CommandOptions = {
      args: [...args],
      cwd: folder,
      clearEnv: true,
      env: environment,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: Deno.build.os !== "windows",
    };
    this.#child = new Deno.Command(program, options).spawn();
    this.ended = this.#child.status.finally(() => this.#hasEnded = true);
  }

  get stdout(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#child.stdout;
  }

  get stderr(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#child.stderr;
  }

  /** Ends whatever is left of it at once. */
  kill(): void {
    if (Deno.build.os !== "windows") return kill(-this.#child.pid);
    if (this.#hasEnded) return;
    const args = ["/T", "/F", "/PID", String(this.#child.pid)];
    const taskkill = new Deno.Command("taskkill", { args, stdin: "null", stdout: "null", stderr: "null" });
    // Its status says no more than `ended` does; without it at least the program itself is ended.
    taskkill.output().catch(() => kill(this.#child.pid));
  }
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    // PermissionDenied: macOS says so of a group whose members have all ended but were not yet collected.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return;
    throw error;
  }
}
