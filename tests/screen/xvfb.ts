/** A test of screens cannot run where this is not undefined. */
export const XVFB_MISSING: string | undefined = missingProgram("Xvfb");

/** Why a test that needs this program cannot run; said once. */
export function missingProgram(name: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const found = Deno.build.os === "linux" && folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
  if (found) return undefined;
  const reason = `${name} is not installed`;
  console.warn(`ignored: tests that need ${name}, as ${reason}`);
  return reason;
}

export interface XvfbOptions {
  /** In pixels; 1920 x 1080 by default. */
  readonly width?: number;
  readonly height?: number;
  /** Bits of a colour; 24 by default. */
  readonly depth?: number;
  /** A file of cookies: then only who shows one of them is let in. Otherwise every program of this machine is. */
  readonly authority?: string;
  /** Further arguments, e.g. `["-extension", "MIT-SHM"]` to be without it. */
  readonly flags?: readonly string[];
  /** The display's number; a free one by default. */
  readonly number?: number;
}

/** Numbers that people and other tests hardly use, so that a display can be started again under its own. */
const FIRST_NUMBER = 1_000;
const NUMBERS = 50_000;
const ATTEMPTS = 20;
const LINE_END = 0x0a;
const SOCKETS = "/tmp/.X11-unix";

/** A free number for a display. Nothing keeps it free. */
export function freeDisplayNumber(): number {
  for (;;) {
    const number = FIRST_NUMBER + Math.floor(Math.random() * NUMBERS);
    if (!exists(`/tmp/.X${number}-lock`) && !exists(`${SOCKETS}/X${number}`)) return number;
  }
}

/** A real X server whose screen is in memory, ended at the end of its scope. */
export class Xvfb implements AsyncDisposable {
  readonly number: number;
  readonly #options: XvfbOptions;
  #child: Deno.ChildProcess | undefined;

  private constructor(number: number, options: XvfbOptions) {
    this.number = number;
    this.#options = options;
  }

  /** Resolves when clients can connect. */
  static async start(options: XvfbOptions = {}): Promise<Xvfb> {
    for (let attempt = 1;; attempt++) {
      const server = new Xvfb(options.number ?? freeDisplayNumber(), options);
      try {
        await server.restart();
        return server;
      } catch (error) {
        if (options.number !== undefined || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** As `DISPLAY` has it. */
  get display(): string {
    return `:${this.number}`;
  }

  get pid(): number {
    if (!this.#child) throw new Error(`the display ${this.display} does not run`);
    return this.#child.pid;
  }

  /** Ends it by force, in the middle of whatever it does; what it leaves behind is removed. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Starts it again under the same number. Resolves when clients can connect. */
  async restart(): Promise<void> {
    await this.#end("SIGKILL");
    prepareSockets();
    const { width = 1920, height = 1080, depth = 24, authority, flags = [] } = this.#options;
    const screen = ["-screen", "0", `${width}x${height}x${depth}`, "-noreset", "-nolisten", "tcp", "-displayfd", "1"];
    const access = authority === undefined ? ["-ac"] : ["-auth", authority];
    this.#child = new Deno.Command("Xvfb", {
      args: [this.display, ...screen, ...access, ...flags],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    if (await becomesReady(this.#child.stdout)) return;
    await this.#end("SIGKILL");
    throw new Error(`Xvfb ${this.display} did not start`);
  }

  /** Makes the server stand still, or go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    Deno.kill(this.pid, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: Deno.Signal): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    try {
      child.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
    await child.status;
    for (const path of [`/tmp/.X${this.number}-lock`, `${SOCKETS}/X${this.number}`]) removeOwn(path, child.pid);
  }
}

/** The server writes its number there, and then a line's end, when it is ready; nothing when it ends before. */
async function becomesReady(output: ReadableStream<Uint8Array>): Promise<boolean> {
  for await (const bytes of output) {
    if (bytes.includes(LINE_END)) return true;
  }
  return false;
}

/** A server that does not run as root needs the folder of sockets to be there. */
function prepareSockets(): void {
  if (exists(SOCKETS)) return;
  Deno.mkdirSync(SOCKETS, { recursive: true });
  Deno.chmodSync(SOCKETS, 0o1777);
}

/** The lock says whose it is; the socket goes with it. */
function removeOwn(path: string, pid: number): void {
  if (path.endsWith("-lock") && exists(path) && Number(Deno.readTextFileSync(path)) !== pid) return;
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
