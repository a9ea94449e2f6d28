import { MeshError } from "../../../core/errors.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../../tests/assert.ts";
import { OutputText, TemporaryFolder } from "../../../../tests/processes.ts";
import { sendSignal } from "../../../../tests/process_id.ts";
import { pngFile } from "../../../../tests/screen/png_file.ts";
import { missingProgram } from "../../../../tests/screen/xvfb.ts";
import { monitorsIn, PortalSource } from "./portal_source.ts";
import { portalScreenshot } from "./portal.ts";
import { busAddress } from "./session_bus.ts";
import { waylandBackend } from "./wayland_backend.ts";

const NEVER = new AbortController().signal;
const PORTAL = new URL("../../../../tests/screen/portal.py", import.meta.url).pathname;
/** Debian's, which sees Debian's packages. */
const PYTHON = "/usr/bin/python3";

function missing(): boolean {
  if (missingProgram("dbus-daemon") !== undefined) return true;
  try {
    const { success } = new Deno.Command(PYTHON, { args: ["-c", "import dbus, gi"], stderr: "null" }).outputSync();
    if (success) return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.warn("ignored: tests of the desktop portal, as python3-dbus or python3-gi is not installed");
  return true;
}

/** A real session bus with a portal that a test made. */
class Desktop implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly bus = this.folder.file("bus");
  readonly pictures = this.folder.file("pictures");
  readonly #processes: { child: Deno.ChildProcess; out: OutputText }[] = [];

  static async start(outcome: "0" | "1" | "2" | "silent" | "none", picture: Uint8Array): Promise<Desktop> {
    const desktop = new Desktop();
    try {
      const address = `unix:path=${desktop.bus}`;
      await desktop.#run("dbus-daemon", ["--session", "--nofork", "--print-address", `--address=${address}`], /^unix:/);
      Deno.mkdirSync(desktop.pictures);
      Deno.writeFileSync(desktop.folder.file("picture.png"), picture);
      if (outcome === "none") return desktop;
      await desktop.#run(PYTHON, [PORTAL, desktop.folder.file("picture.png"), desktop.pictures, outcome], /^ready$/);
      return desktop;
    } catch (error) {
      await desktop[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #run(program: string, args: string[], ready: RegExp): Promise<void> {
    const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${this.bus}` };
    const child = new Deno.Command(program, { args, env, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
    const out = new OutputText(child.stdout);
    this.#processes.push({ child, out });
    await out.line(ready);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child, out } of this.#processes.reverse()) {
      sendSignal(child.pid, "SIGKILL");
      await Promise.all([child.status, out.end]);
    }
    this.folder[Symbol.dispose]();
  }
}

const PICTURE = await pngFile(
  { width: 2, height: 2, color: 2 },
  new Uint8Array([0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12]),
);
const IGNORE = Deno.build.os !== "linux" || missing();

async function failure(run: () => Promise<unknown>): Promise<string> {
  const { code, message } = await assertRejects(run, MeshError);
  assertEquals(code, "UNAVAILABLE");
  return message;
}

Deno.test({
  name: "the portal's screenshot is shown, and its file is removed",
  ignore: IGNORE,
  async fn() {
    await using desktop = await Desktop.start("0", PICTURE);
    const variables: Record<string, string> = {
      WAYLAND_DISPLAY: desktop.folder.file("no-compositor"),
      PATH: "/nonexistent",
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${desktop.bus},guid=1234`,
    };
    const source = await waylandBackend.open({ environment: { os: "linux", variable: (name) => variables[name] } });
    try {
      assertEquals(source.backend, "portal");
      const [monitor] = await source.monitors();
      assert(monitor);
      assertEquals([monitor.name, monitor.width, monitor.height], ["desktop", 2, 2]);
      assertEquals(await source.changes(monitor), undefined);
      assertEquals(await source.changes(monitor), []);
      const { data, width, height } = await source.grab(monitor, { x: 1, y: 1, width: 1, height: 1 });
      assertEquals([width, height, ...data.subarray(0, 3)], [1, 1, 12, 11, 10]);
      assertEquals([...Deno.readDirSync(desktop.pictures)], []);
    } finally {
      await source.close();
    }
    assertStringIncludes(await failure(() => source.monitors()), "closed");
  },
});

Deno.test({
  name: "a user who refuses the screenshot, a desktop that fails and one without a portal are told apart",
  ignore: IGNORE,
  async fn() {
    for (
      const [outcome, reason] of [["1", "refused it"], ["2", "it failed"], ["none", "org.freedesktop.portal"]] as const
    ) {
      await using desktop = await Desktop.start(outcome, PICTURE);
      assertStringIncludes(await failure(() => portalScreenshot(desktop.bus, NEVER)), reason);
    }
  },
});

Deno.test({
  name: "what the portal names is left where it is when it is no picture",
  ignore: IGNORE,
  async fn() {
    await using desktop = await Desktop.start("0", new TextEncoder().encode("a letter"));
    assertStringIncludes(await failure(() => portalScreenshot(desktop.bus, NEVER)), "is not a PNG file");
    assertEquals([...Deno.readDirSync(desktop.pictures)].length, 1);
  },
});

Deno.test({
  name: "a portal that never answers is left when the caller goes",
  ignore: IGNORE,
  async fn() {
    await using desktop = await Desktop.start("silent", PICTURE);
    const leaving = new AbortController();
    const asking = assertRejects(() => portalScreenshot(desktop.bus, leaving.signal), MeshError, "gone");
    leaving.abort(new MeshError("CANCELLED", "gone"));
    await asking;
    const source = new PortalSource({ address: desktop.bus, socket: undefined });
    const waiting = failure(() => source.monitors());
    await source.close();
    assertStringIncludes(await waiting, "closed");
  },
});

Deno.test("without grim and without a session bus, Wayland is refused in one line", async () => {
  const variables: Record<string, string> = { WAYLAND_DISPLAY: "/nonexistent/wayland-0", PATH: "/nonexistent" };
  const environment = { os: "linux" as const, variable: (name: string) => variables[name] };
  const { code, message } = await assertRejects(() => waylandBackend.open({ environment }), MeshError);
  assertEquals(code, "FAILED_PRECONDITION");
  assertEquals(message, "grim is not installed, and there is no session bus to ask the portal on");
  assertEquals(waylandBackend.excluded({ os: "linux", variable: () => undefined }), "WAYLAND_DISPLAY is not set");
});

Deno.test("the session bus's address is a path, with or without more", () => {
  const of = (address?: string, folder?: string) => busAddress((name) => name === "XDG_RUNTIME_DIR" ? folder : address);
  assertEquals(of("unix:path=/run/user/1000/bus"), "/run/user/1000/bus");
  assertEquals(of("unix:guid=1,path=/tmp/a%20b,x=y;tcp:host=h"), "/tmp/a b");
  assertEquals(of("tcp:host=h,port=1;unix:path=/tmp/c"), "/tmp/c");
  assertEquals(of("unix:abstract=/tmp/dbus-x"), undefined);
  assertEquals(of(undefined, "/run/user/1000"), "/run/user/1000/bus");
  assertEquals(of(), undefined);
});

Deno.test("monitors are found in a picture of all of them, or taken for one", () => {
  const one = { name: "DP-1", x: 0, y: 0, width: 800, height: 600, pixelWidth: 1600, pixelHeight: 1200, transform: 0 };
  const other = {
    ...one,
    name: "",
    x: -500,
    width: 500,
    height: 400,
    pixelWidth: 800,
    pixelHeight: 1000,
    transform: 1,
  };
  assertEquals(monitorsIn([one, other], 2600, 1200)?.map(({ name, x, width }) => [name, x, width]), [
    ["monitor 0", 0, 1000],
    ["DP-1", 1000, 1600],
  ]);
  assertEquals(monitorsIn([one, other], 1300, 600), undefined);
  assertEquals(monitorsIn([], 1300, 600), undefined);
});
