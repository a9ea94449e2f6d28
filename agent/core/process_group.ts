/** How a program is started. */
export interface ProgramStart {
  /** Absolute path. */
  readonly program: string;
  /** Absolute path of `setsid`, which starts the program in a process group of its own; undefined = Deno makes the group. */
  readonly setsid?: string | undefined;
  readonly args: readonly string[];
  /** Working folder. */
  readonly folder: string;
  /** All of it: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
}

// Deno's `Deno.Command` has the option, its types do not.
interface CommandOptions extends Deno.CommandOptions {
  detached?: boolean;
}

/**
 * A program and whatever it starts, as one thing that can be ended: a process group of its own on Unix, a process tree on
 * Windows. What makes a session of its own (a daemon) leaves the group and lives on.
 */
export class ProcessGroup {
  /** Resolves when the program itself has ended. */
  readonly ended: Promise<Deno.CommandStatus>;
  #endedAlready = false;

  private constructor(private readonly child: Deno.ChildProcess, private readonly launcher: string | undefined) {
    this.ended = child.status.finally(() => this.#endedAlready = true);
  }

  /**
   * Starts the program without standard input.
   *
   * @throws what the operating system says: see the caller
   */
  static spawn(options: ProgramStart): ProcessGroup {
    const { program, setsid, args, folder, environment } = options;
    // `detached` makes Deno fork itself instead of using vfork, which blocks the agent for a time that grows with its
    // memory (1.3 ms when small, 8 ms at 200 MB). `setsid` costs 0.8 ms whatever the size, and in another process.
    const commandOptions: CommandOptions = {
      args: setsid === undefined ? [...args] : [program, ...args],
      cwd: folder,
      clearEnv: true,
      env: environment,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: setsid === undefined && Deno.build.os !== "windows",
    };
    return new ProcessGroup(new Deno.Command(setsid ?? program, commandOptions).spawn(), setsid);
  }

  get pid(): number {
    return this.child.pid;
  }

  get stdout(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.child.stdout;
  }

  get stderr(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.child.stderr;
  }

  /** Whether it was `setsid` that ended, saying that it cannot execute the program (its interpreter is missing, say). */
  couldNotExecute(result: { readonly exit_code: number; readonly stderr: string }): boolean {
    return this.launcher !== undefined && (result.exit_code === 126 || result.exit_code === 127) &&
      /^setsid: (failed to|can't) execute /.test(result.stderr);
  }

  /** Sends the signal to every process of the group; does nothing when none is left. Windows knows only the end. */
  kill(signal: "SIGTERM" | "SIGKILL"): void {
    if (Deno.build.os === "windows") return this.#killTree();
    // In its first instant the program is still `setsid` and has no group yet: then it is alone, and gets the signal itself.
    if (!sent(-this.pid, signal) && !this.#endedAlready) sent(this.pid, signal);
  }

  #killTree(): void {
    if (this.#endedAlready) return;
    const taskkill = new Deno.Command("taskkill", {
      args: ["/T", "/F", "/PID", String(this.pid)],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    // Its status says no more than `ended` does; without it at least the program itself is ended.
    taskkill.output().catch(() => sent(this.pid, "SIGKILL"));
  }
}

/** Sends a signal. Returns false when nobody is there to take it. */
function sent(pid: number, signal: "SIGTERM" | "SIGKILL"): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    // PermissionDenied: macOS says so of a group whose members have all ended but were not yet collected.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
