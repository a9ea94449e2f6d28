import { assert, assertEquals, assertMatch } from "./assert.ts";
import { SmallDisk } from "./faults/small_disk.ts";
import { startProgram } from "../cli/cli_harness.ts";
import { AgentProcess, edgemesh, eventually, TemporaryFolder, TEST_KEY } from "./processes.ts";

const UNIX = Deno.build.os !== "windows";

const MIB = 1024 * 1024;

/** Where no device is: for documentation alone (RFC 5737). What it says of itself leads nowhere, so that all bytes are relayed. */
const NOWHERE = "192.0.2.1";

/** A coordinator that was joined by a device with files and an inbox, which cannot be reached where it says that it is. */
class Mesh implements AsyncDisposable {
  private constructor(
    readonly folder: TemporaryFolder,
    readonly laptop: AgentProcess,
    public desktop: AgentProcess,
    private readonly options: Parameters<typeof AgentProcess.start>[0],
    private readonly stack: AsyncDisposableStack,
  ) {}

  static async start(flags: readonly string[] = ["--advertise", NOWHERE]): Promise<Mesh> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(new TemporaryFolder());
    for (const name of ["shared", "inbox", "here", "desktop"]) Deno.mkdirSync(folder.file(name));
    const laptop = stack.use(await AgentProcess.start({ name: "laptop", flags: ["--screen", "off"] }));
    const options = {
      name: "desktop",
      join: [laptop.grpc],
      dataDir: folder.file("desktop"),
      ...(flags.includes("--advertise") ? { http: ":0" } : {}),
      flags: ["--share", folder.file("shared"), "--inbox", folder.file("inbox"), "--screen", "off", ...flags],
    };
    const desktop = await AgentProcess.start(options);
    const mesh = new Mesh(folder, laptop, desktop, options, stack.move());
    await mesh.#attached();
    return mesh;
  }

  /** What lies in the device's shared folder, or here. */
  file(name: string): string {
    return this.folder.file(name);
  }

  line(command: string, ...args: string[]): string[] {
    return [command, "--server", this.laptop.grpc, ...args];
  }

  /** Starts a command that may take as long as it takes: large files on a busy machine. */
  start(command: string, ...args: string[]): Deno.ChildProcess {
    return startProgram(this.line(command, "--key", TEST_KEY, ...args));
  }

  run(command: string, ...args: string[]) {
    return edgemesh(this.line(command, ...args));
  }

  /** Ends the device without any warning, and starts it again. */
  async killAndRestartDevice(): Promise<void> {
    await this.desktop.kill();
    this.desktop = await AgentProcess.start(this.options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desktop.stop();
    await this.stack.disposeAsync();
  }

  async #attached(): Promise<void> {
    await this.desktop.log.line(/attached to laptop/);
  }
}

/** A large file of which no two parts are alike. */
function writeLarge(path: string, bytes: number): void {
  using file = Deno.openSync(path, { write: true, create: true });
  const piece = new Uint32Array(MIB / 4);
  for (let at = 0; at < bytes; at += MIB) {
    piece.fill(at + 1);
    file.writeSync(new Uint8Array(piece.buffer));
  }
}

function isSame(one: string, other: string): boolean {
  const { success } = new Deno.Command("cmp", { args: ["-s", one, other] }).outputSync();
  return success;
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

/** Waits until a file has so many bytes. */
async function grown(path: string, bytes: number): Promise<void> {
  await eventually(() => Promise.resolve(sizeOf(path) >= bytes || undefined), `${bytes} bytes of ${path}`);
}

Deno.test(
  "files are fetched, put and listed by way of the agent, whatever their names",
  { ignore: !UNIX },
  async () => {
    await using mesh = await Mesh.start();
    const odd = `"quoted" 'n\nline 🌍.txt`;
    Deno.mkdirSync(mesh.file("shared/p/empty"), { recursive: true });
    mesh.folder.write(`shared/p/${odd}`, "odd");
    mesh.folder.write("shared/p/nothing", "");
    assertEquals((await mesh.run("ls", "desktop:p")).stdout, `"quoted" 'n line 🌍.txt\nempty/\nnothing\n`);
    const got = await mesh.run("get", "desktop:p", "-r", "-o", mesh.file("here"));
    assertEquals([got.code, got.stdout], [0, "2 files, 1 kB, by way of the connected agent\n"]);
    assertEquals(Deno.readTextFileSync(mesh.file(`here/p/${odd}`)), "odd");
    assertEquals([sizeOf(mesh.file("here/p/nothing")), Deno.statSync(mesh.file("here/p/empty")).isDirectory], [
      0,
      true,
    ]);

    writeLarge(mesh.file("here/p/large"), 8 * MIB);
    Deno.removeSync(mesh.file(`here/p/${odd}`));
    const put = await mesh.run("put", mesh.file("here/p"), "desktop:from here", "-r", "--json");
    const { files, left_out } = JSON.parse(put.stdout);
    assertEquals([put.code, files.length, left_out], [0, 2, 1]);
    assert(isSame(mesh.file("here/p/large"), mesh.file("inbox/from here/p/large")));
    assertEquals(sizeOf(mesh.file("inbox/from here/p/nothing")), 0);

    // A put that was interrupted, and is repeated, sends what is missing.
    Deno.removeSync(mesh.file("inbox/from here/p/large"));
    const again = await mesh.run("put", mesh.file("here/p"), "desktop:from here", "-r");
    assertEquals([again.code, again.stdout], [0, "1 file, 8 MB, by way of the connected agent, 1 there already\n"]);
    const same = await mesh.run("put", mesh.file("here/p/large"), "desktop:from here/p/large");
    assertEquals([same.code, same.stdout, same.stderr], [0, "from here/p/large is there already\n", ""]);
    mesh.folder.write("inbox/from here/p/large", "another file");
    const taken = await mesh.run("put", mesh.file("here/p/large"), "desktop:from here/p/large");
    assertMatch(taken.stderr, /^edgemesh: .*has another file of that name; --force replaces it\n$/);
    const forced = await mesh.run("put", mesh.file("here/p/large"), "desktop:from here/p/large", "--force");
    assertEquals(forced.code, 0);
    assert(isSame(mesh.file("here/p/large"), mesh.file("inbox/from here/p/large")));
    const none = await mesh.run("put", mesh.file("here/p/large"), "laptop:");
    assertMatch(none.stderr, /^edgemesh: this device takes no files: .*--inbox\n$/);
    assertEquals([taken.code, none.code], [1, 1]);
  },
);

Deno.test("a device that is killed while it sends is waited for, and the file is whole", async () => {
  await using mesh = await Mesh.start();
  writeLarge(mesh.file("shared/large"), 96 * MIB);
  const running = mesh.start("get", "desktop:large", "-o", mesh.file("here/large"), "--json");
  await grown(mesh.file("here/large.part"), 4 * MIB);
  await mesh.killAndRestartDevice();
  const { code, stdout } = await running.output();
  assertEquals([code, JSON.parse(new TextDecoder().decode(stdout)).files[0].way], [0, "relay"]);
  assert(isSame(mesh.file("shared/large"), mesh.file("here/large")));
});

Deno.test("a device that is killed while it takes a file is waited for, and the file is whole", async () => {
  await using mesh = await Mesh.start();
  writeLarge(mesh.file("here/large"), 96 * MIB);
  const running = mesh.start("put", mesh.file("here/large"), "desktop:", "--json");
  const incoming = mesh.file("inbox/.edgemesh-incoming");
  const parts = () => {
    try {
      return [...Deno.readDirSync(incoming)].reduce((sum, { name }) => sum + sizeOf(`${incoming}/${name}`), 0);
    } catch {
      return 0;
    }
  };
  await eventually(() => Promise.resolve(parts() > 4 * MIB || undefined), "some of the file");
  await mesh.killAndRestartDevice();
  const { code } = await running.output();
  assertEquals(code, 0);
  assert(isSame(mesh.file("inbox/large"), mesh.file("here/large")));
});

Deno.test("a command that is killed goes on where it was when it is given again", async () => {
  await using mesh = await Mesh.start();
  writeLarge(mesh.file("shared/large"), 96 * MIB);
  const args = ["desktop:large", "-o", mesh.file("here/large"), "--json"];
  const killed = mesh.start("get", ...args);
  await grown(mesh.file("here/large.part"), 4 * MIB);
  killed.kill("SIGKILL");
  await killed.output();
  const { code, stdout } = await mesh.start("get", ...args).output();
  const [file] = JSON.parse(new TextDecoder().decode(stdout)).files;
  assertEquals([code, file.verified], [0, true]);
  assert(file.resumed_from >= 4 * MIB, `${file.resumed_from} bytes`);
  assert(isSame(mesh.file("shared/large"), mesh.file("here/large")));
  assertEquals([...Deno.readDirSync(mesh.file("here"))].map(({ name }) => name), ["large"]);
});

Deno.test("a folder of 10,000 files is fetched with few open files", { ignore: !UNIX }, async () => {
  await using mesh = await Mesh.start(["--store", "memory"]);
  for (let folder = 0; folder < 100; folder++) {
    Deno.mkdirSync(mesh.file(`shared/many/${folder}`), { recursive: true });
    for (let file = 0; file < 100; file++) mesh.folder.write(`shared/many/${folder}/${file}`, `${folder}/${file}`);
  }
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      `ulimit -n 256; exec "$@"`,
      "sh",
      Deno.execPath(),
      ...programOf(mesh.line("get", "desktop:many", "-r", "--parallel", "16")),
    ],
    cwd: mesh.file("here"),
    env: { EDGEMESH_KEY: TEST_KEY, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout);
  assertEquals([code, said.replace(/, .*\n/, "")], [0, "10000 files"], new TextDecoder().decode(stderr).slice(0, 2000));
  const { success } = new Deno.Command("diff", {
    args: ["-r", mesh.file("shared/many"), mesh.file("here/many")],
  }).outputSync();
  assert(success);
});

/** The arguments with which Deno runs the program. */
function programOf(line: readonly string[]): string[] {
  return ["run", "--frozen", "--quiet", "-A", new URL("../cli/main.ts", import.meta.url).pathname, ...line];
}

const disk = await SmallDisk.mount(8);
const obstacle = typeof disk === "string" ? disk : undefined;
if (obstacle) console.log(`no test of a full disk here: ${obstacle}`);
else await (disk as SmallDisk)[Symbol.asyncDispose]();

Deno.test("on a full disk what has come is kept, and the same command goes on when there is room", {
  ignore: obstacle !== undefined,
}, async () => {
  await using mesh = await Mesh.start([]);
  const disk = await SmallDisk.mount(24);
  if (typeof disk === "string") throw new Error(disk);
  await using _disk = disk;
  writeLarge(mesh.file("shared/large"), 16 * MIB);
  Deno.writeFileSync(`${disk.path}/other`, new Uint8Array(16 * MIB));
  const line = ["get", "desktop:large", "-o", `${disk.path}/large`];
  const full = await mesh.run(line[0] ?? "", ...line.slice(1));
  assertEquals([full.code, full.stdout], [1, ""]);
  assertMatch(
    full.stderr,
    /^edgemesh: Cannot write .*\/large: no room is left on its disk; .* of 16 MB are kept in .*\/large\.part: the same command goes on\n$/,
  );
  Deno.removeSync(`${disk.path}/other`);
  assertEquals((await mesh.run(line[0] ?? "", ...line.slice(1))).code, 0);
  assert(isSame(mesh.file("shared/large"), `${disk.path}/large`));
});
