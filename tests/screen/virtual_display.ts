import { OutputText } from "../processes.ts";
import { sendSignal } from "../process_id.ts";

/** Whether all these programs are in PATH; says which are not, so that an ignored test is explained. */
export function installed(...programs: readonly string[]): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const missing = programs.filter((program) => !folders.some((folder) => isFile(`${folder}/${program}`)));
  if (missing.length > 0) console.warn(`not installed, so tests of it are ignored: ${missing.join(", ")}`);
  return missing.length === 0;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** An X server of a test's own, without a monitor, ended at the end of its scope. */
export class VirtualDisplay implements AsyncDisposable {
  private constructor(
    private readonly child: Deno.ChildProcess,
    /** e.g. `:7` */
    readonly name: string,
    private readonly out: OutputText,
  ) {}

  static async start(width = 640, height = 480): Promise<VirtualDisplay> {
    const child = new Deno.Command("Xvfb", {
      // It picks a free number, and writes it to standard output once it can be reached.
      args: ["-displayfd", "1", "-screen", "0", `${width}x${height}x24`, "-nolisten", "tcp", "-noreset"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const out = new OutputText(child.stdout);
    try {
      return new VirtualDisplay(child, `:${(await out.line(/^\d+$/)).trim()}`, out);
    } catch (error) {
      sendSignal(child.pid, "SIGKILL");
      await Promise.all([child.status, out.end]);
      throw error;
    }
  }

  /** The environment of a session on this display. */
  variables(): Record<string, string> {
    return { DISPLAY: this.name, PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "/" };
  }

  /** Runs a client of this display to its end, and answers what it printed. @throws {Error} when it fails */
  async run(program: string, ...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await this.#command(program, args).output();
    if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }

  /** Starts a client of this display, which ends at the end of its scope. */
  client(program: string, ...args: readonly string[]): AsyncDisposable {
    const child = this.#command(program, args, "null").spawn();
    return {
      async [Symbol.asyncDispose]() {
        sendSignal(child.pid, "SIGKILL");
        await child.status;
      },
    };
  }

  #command(program: string, args: readonly string[], output: "piped" | "null" = "piped"): Deno.Command {
    return new Deno.Command(program, {
      args: [...args],
      env: this.variables(),
      stdin: "null",
      stdout: output,
      stderr: output,
    });
  }

  /** The server dies. Idempotent. */
  async kill(): Promise<void> {
    sendSignal(this.child.pid, "SIGKILL");
    await Promise.all([this.child.status, this.out.end]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
