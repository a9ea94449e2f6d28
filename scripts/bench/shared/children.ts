/** Kills the process named by its argument when its standard input ends, that is when whoever holds the pipe is gone. */
const GUARD = 'read -r _; kill -KILL "$1" 2>/dev/null';

/** A process that ends at the latest with this one, however that ends. */
export interface Child {
  readonly process: Deno.ChildProcess;
  /** Asks it to end, and kills it when it has not within `graceMs`. Idempotent. */
  stop(graceMs?: number): Promise<void>;
}

/** Every process that was started and has not ended. */
export class Children implements AsyncDisposable {
  readonly #running = new Set<Child>();

  spawn(command: string, options: Deno.CommandOptions): Child {
    const process = new Deno.Command(command, options).spawn();
    const guard = new Deno.Command("/bin/sh", {
      args: ["-c", GUARD, "guard", String(process.pid)],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const ended = process.status.then(async () => {
      // Killed, not told: its process id may belong to somebody else from now on.
      guard.kill("SIGKILL");
      await guard.status;
      await guard.stdin.abort().catch(() => {/* its end closed the pipe */});
      this.#running.delete(child);
    });
    const child: Child = {
      process,
      async stop(graceMs = 15_000) {
        signal(process, "SIGTERM");
        const timer = setTimeout(() => signal(process, "SIGKILL"), graceMs);
        await ended;
        clearTimeout(timer);
      },
    };
    this.#running.add(child);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map((child) => child.stop(2_000)));
  }
}

function signal(process: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    process.kill(name);
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
