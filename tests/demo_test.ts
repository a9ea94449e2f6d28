import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "./assert.ts";
import { edgemesh, eventually, OutputText, TemporaryFolder } from "./processes.ts";

const SCRIPT = fileURLToPath(new URL("../scripts/demo.ts", import.meta.url));
const AGENTS = ["laptop", "desktop", "npu-box"];

/** A demo that keeps its folder in one of ours, so that the test sees what is left. */
class Demo implements AsyncDisposable {
  readonly out: OutputText;
  readonly err: OutputText;
  readonly #child: Deno.ChildProcess;
  readonly #folder = new TemporaryFolder();
  readonly #ended: Promise<number>;

  constructor(...args: string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--frozen", "--quiet", "--no-check", "-A", SCRIPT, ...args],
      // None of these settings may reach the demo's agents and commands.
      env: { TMPDIR: this.#folder.path, NO_COLOR: "1", EDGEMESH_KEY: "not the demo's", EDGEMESH_SERVER: "127.0.0.1:1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.out = new OutputText(this.#child.stdout);
    this.err = new OutputText(this.#child.stderr);
    this.#ended = this.#child.status.then(({ code }) => code);
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<number> {
    const code = await this.#ended;
    await Promise.all([this.out.end, this.err.end]);
    return code;
  }

  /** The process id of a running agent, from its lock file. */
  async pidOf(agent: string): Promise<number> {
    const folder = (await this.out.line(/export DEMO=/)).match(/DEMO=(\S+)/)?.[1];
    return await eventually(async () => {
      const text = await Deno.readTextFile(`${folder}/${agent}/agent.lock`).catch(() => "");
      return text.endsWith("\n") ? Number(text) : undefined;
    }, `the process id of ${agent}`);
  }

  /** What is left of it on the disk. */
  remains(): string[] {
    return [...Deno.readDirSync(this.#folder.path)].map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Does nothing to a demo that has ended, and lets one that a failed test left behind clean up.
    try {
      this.signal("SIGTERM");
    } catch { /* it has ended */ }
    await this.ended();
    this.#folder[Symbol.dispose]();
  }
}

function isRunning(pid: number): boolean {
  try {
    // Continuing a process that was not stopped does nothing.
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("the demo shows a mesh at work, from its start to its end", async () => {
  await using demo = new Demo();
  assertEquals(await demo.ended(), 0, demo.err.text);
  // A job that is still under way when it is watched says so on the way.
  assertMatch(demo.err.text, /^(?:group \d of 2: .*\n)*$/);
  const shown = demo.out.text;
  for (const name of AGENTS) {
    assertMatch(shown, new RegExp(`^edgemesh ready grpc=127\\.0\\.0\\.1:\\d+ .* name=${name}$`, "m"));
    assertMatch(shown, new RegExp(`^${name} ended with exit code 0$`, "m"));
  }
  const after = (command: string) => {
    const [, output] = shown.split(`\n$ edgemesh ${command}`);
    assert(output !== undefined, `no command ${command} in ${shown}`);
    return output.slice(output.indexOf("\n") + 1).split(/\n(?:\$|\n#) /)[0] ?? "";
  };
  assertMatch(after("devices"), /^NAME .*\ndesktop .*cpu gpu.*\nlaptop .*\nnpu-box .*npu/);
  assertEquals(after("run --device laptop -- cat notes.txt"), "Mon  plan the release\nTue  review, then ship");
  assertEquals(after("run --device desktop -- cat"), "frame 118 done in 3.9 s\nframe 119 done in 4.1 s");
  assertMatch(after("run --policy require-npu -- ls -l"), / 35 .* readings\.csv$/);
  assertStringIncludes(after("run --policy require-npu -- cat"), "08:00,19.5");
  const cost = after("preview-cost docs/examples/plan.json");
  for (const word of [...AGENTS, "TOTAL", "summary", "* recommended: "]) assertStringIncludes(cost, word);
  assertMatch(after("submit"), /^[0-9a-f-]{36} {2}distributed to 3 devices in 2 group\(s\)$/);
  const job = after("job ");
  assertStringIncludes(job, "DONE, 4 of 4 tasks done");
  assertMatch(job, /=== .* ===\necho: this task ran when the first group was done$/);
  assertEquals(demo.remains(), []);
});

Deno.test("a kept demo answers the command line that it prints, and Ctrl-C takes all of it away", async () => {
  await using demo = new Demo("--keep");
  const line = await demo.out.line(/task edgemesh devices/);
  const pids = await Promise.all(AGENTS.map((agent) => demo.pidOf(agent)));
  const { code, stdout } = await edgemesh(line.trim().split(" ").slice(3), { env: { EDGEMESH_KEY: "" } });
  assertEquals([code, stdout.trim().split("\n").length], [0, 1 + AGENTS.length]);
  assertEquals(pids.map(isRunning), [true, true, true]);
  demo.signal("SIGINT");
  assertEquals(await demo.ended(), 0, demo.err.text);
  assertEquals(pids.map(isRunning), [false, false, false]);
  assertEquals(demo.remains(), []);
});

Deno.test("Ctrl-C in the middle of the demo leaves nothing behind", async () => {
  await using demo = new Demo();
  await demo.out.line(/^edgemesh ready .* name=laptop/);
  const pid = await demo.pidOf("laptop");
  demo.signal("SIGINT");
  assertEquals([await demo.ended(), demo.err.text], [130, ""]);
  assertEquals(isRunning(pid), false);
  assertEquals(demo.remains(), []);
});

Deno.test("a demo whose agent dies says which, shows its log, and leaves nothing behind", async () => {
  await using demo = new Demo();
  await demo.out.line(/^edgemesh ready .* name=laptop/);
  Deno.kill(await demo.pidOf("laptop"), "SIGKILL");
  assertEquals(await demo.ended(), 1);
  assertMatch(demo.err.text, /^demo: agent laptop ended by itself with exit code 137\n/);
  assertMatch(demo.err.text, /^log of laptop:\n {2}\S+ info +agent: this mesh has a new key/m);
  assertEquals(demo.remains(), []);
});

Deno.test("a flag that the demo does not know starts nothing", async () => {
  await using demo = new Demo("--keeep");
  assertEquals([await demo.ended(), demo.out.text], [2, ""]);
  assertEquals(demo.err.text, "demo: unknown flag --keeep (did you mean --keep?)\n");
});
