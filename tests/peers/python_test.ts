import { assertEquals } from "../assert.ts";
import { AgentProcess, TemporaryFolder, TEST_KEY } from "../processes.ts";
import { findPython } from "./python.ts";
import { type Check, runScript, type ScriptSetting } from "./script.ts";
import { makeStubs } from "./stubs.ts";

const python = await findPython();
const missing = "missing" in python ? python.missing : undefined;
const required = Deno.env.get("CI") === "true";
if (missing && !required) console.warn(`ignored: a gRPC client in Python: ${missing}`);

interface Script {
  /** Its file in this folder, without `.py`. */
  readonly name: string;
  readonly about: string;
}

/** Scripts of one lane share agents and run in turn; lanes run beside each other. */
const LANES: readonly (readonly Script[])[] = [
  [
    { name: "sessions", about: "sessions" },
    { name: "commands", about: "commands" },
    { name: "jobs", about: "jobs" },
    { name: "wire", about: "what does not fit the contract" },
    { name: "tools", about: "reflection and health" },
  ],
  [
    { name: "devices", about: "devices" },
    { name: "attach", about: "devices that attach" },
    { name: "attach_lies", about: "devices that lie" },
    { name: "plans", about: "plans and their cost" },
    { name: "models", about: "models of devices that attach" },
  ],
  [
    { name: "older_worker", about: "devices that only register" },
  ],
  [
    { name: "watch", about: "jobs that are watched" },
    { name: "cancelling", about: "jobs that are cancelled or deleted" },
    { name: "listing", about: "jobs and tasks that are listed" },
    { name: "starting", about: "what a job may ask for" },
    { name: "attempts", about: "attempts of devices that attach" },
  ],
];

Deno.test({
  name: "a client that is not JavaScript is served as the specification says",
  ignore: missing !== undefined && !required,
  async fn(t) {
    if ("missing" in python) throw new Error(python.missing);
    using stubs = new TemporaryFolder();
    using share = sharedFolder();
    await using agents = new AsyncDisposableStack();
    const start = async (name: string, join: readonly AgentProcess[], ...flags: string[]) => {
      const allow = ["--allow", "pwd,ls,cat,sleep", "--share", share.path];
      const options = { name, join: join.map((agent) => agent.grpc), flags: [...allow, ...flags] };
      return agents.use(await AgentProcess.start(options));
    };
    const joined = async () => {
      const alpha = await start("alpha", []);
      return [alpha, await start("beta", [alpha], "--capabilities", "npu")];
    };
    const starting = [
      joined(),
      start("gamma", []),
      start("delta", [], "--auth", "open"),
      start("epsilon", [], "--max-queued-tasks", "15000"),
    ];
    // When one fails the others are waited for, so that each is stopped.
    await Promise.allSettled(starting);
    const started = (await Promise.all(starting)).flat();
    await makeStubs(python.program, stubs.path);
    const config = {
      key: TEST_KEY,
      share: Deno.realPathSync(share.path),
      agents: Object.fromEntries(started.map(({ ready }) => [ready.name, ready])),
    };
    const setting = { python: python.program, stubs: stubs.path, config };
    const lanes = await Promise.all(LANES.map((scripts) => runLane(scripts, setting)));
    for (const { about, checks } of lanes.flat()) await t.step(about, (t) => show(t, checks));
    for (const { ready, log } of started) {
      await t.step(`${ready.name} met nothing that it did not foresee`, () => {
        const faults = log.text.split("\n").filter((line) => /internal error|failed unexpectedly/.test(line));
        assertEquals(faults, []);
      });
    }
  },
});

async function runLane(scripts: readonly Script[], setting: ScriptSetting) {
  const done: { about: string; checks: Check[] }[] = [];
  for (const { name, about } of scripts) done.push({ about, checks: await runScript(name, setting) });
  return done;
}

async function show(t: Deno.TestContext, checks: readonly Check[]): Promise<void> {
  for (const { name, ok, detail } of checks) {
    await t.step(name, () => {
      if (!ok) throw new Error(detail);
    });
  }
}

/** What commands may see: a file, a folder with another one, and links of which two lead out. */
function sharedFolder(): TemporaryFolder {
  const folder = new TemporaryFolder();
  folder.write("hello.txt", "hello from the shared folder\n");
  Deno.mkdirSync(folder.file("inner"));
  folder.write("inner/more.txt", "more\n");
  Deno.symlinkSync("/etc", folder.file("way_out"));
  Deno.symlinkSync("/etc/passwd", folder.file("leak.txt"));
  Deno.symlinkSync("hello.txt", folder.file("link.txt"));
  return folder;
}
