import { eventually, TemporaryFolder } from "../processes.ts";
import { sendSignal } from "../process_id.ts";
import { missingProgram } from "./xvfb.ts";

/** Sway refuses to run as root; then it runs as nobody. */
const AS_ROOT = Deno.uid() === 0;
const NOBODY = 65_534;

/** A test of Wayland desktops cannot run where this is not undefined. */
export const SWAY_MISSING: string | undefined = missingProgram("sway") ?? missingProgram("grim") ??
  (AS_ROOT ? missingProgram("setpriv") : undefined);

/** A real Wayland compositor whose monitors are in memory, ended at the end of its scope. */
export class Sway implements AsyncDisposable {
  private constructor(
    private readonly child: Deno.ChildProcess,
    private readonly folder: TemporaryFolder,
    /** As `WAYLAND_DISPLAY` has it. */
    readonly display: string,
  ) {}

  /** @param config as in Sway's configuration file; the monitors are `HEADLESS-1`, … */
  static async start(config: string, monitors: number): Promise<Sway> {
    const folder = new TemporaryFolder();
    const file = folder.write("config", `xwayland disable\n${config}\n`);
    Deno.chmodSync(folder.path, 0o700);
    if (AS_ROOT) Deno.chownSync(folder.path, NOBODY, NOBODY);
    const through = AS_ROOT ? ["setpriv", "--reuid", `${NOBODY}`, "--regid", `${NOBODY}`, "--clear-groups"] : [];
    const [program = "", ...args] = [...through, "sway", "-c", file];
    const child = new Deno.Command(program, {
      args,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: folder.path,
        XDG_RUNTIME_DIR: folder.path,
        WLR_BACKENDS: "headless",
        WLR_RENDERER: "pixman",
        WLR_LIBINPUT_NO_DEVICES: "1",
        WLR_HEADLESS_OUTPUTS: String(monitors),
      },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const sway = new Sway(child, folder, "wayland-1");
    try {
      await eventually(() => exists(folder.file("wayland-1")) || undefined, "the compositor's socket");
      return sway;
    } catch (error) {
      await sway[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The environment of a session on this desktop. */
  get variables(): Readonly<Record<string, string>> {
    return { WAYLAND_DISPLAY: this.display, XDG_RUNTIME_DIR: this.folder.path, PATH: Deno.env.get("PATH") ?? "" };
  }

  /** It dies. Idempotent. */
  async kill(): Promise<void> {
    sendSignal(this.child.pid, "SIGKILL");
    await this.child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.folder[Symbol.dispose]();
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
