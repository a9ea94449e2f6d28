import { AgentProcess, eventually, TemporaryFolder, TEST_KEY } from "../processes.ts";
import { assertEquals } from "../assert.ts";
import { findPython } from "./python.ts";
import { runScript } from "./script.ts";
import { makeStubs } from "./stubs.ts";

const python = await findPython();
const missing = "missing" in python ? python.missing : undefined;
const required = Deno.env.get("CI") === "true";
if (missing) console.warn(`the gRPC client in Python is not tested: ${missing}`);

/** What each script is about, in the order in which they are shown. Those of one lane use the same agents, in turn. */
const LANES: readonly { readonly script: string; readonly about: string }[][] = [
  [
    { script: "sessions", about: "sessions" },
    { script: "commands", about: "commands" },
    { script: "jobs", about: "jobs" },
    { script: "wire", about: "wire" },
    { script: "tools", about: "tools" },
  ],
];

Deno.test({
  name: "a client that is not JavaScript is served as the specification says",
  ignore: missing !== undefined && !required,
  async fn(t) {
    if ("missing" in python) throw new Error(python.missing);
    using stubs = new TemporaryFolder();
    using share = sharedFolder();
    const allow = ["--allow", "pwd,ls,cat,sleep", "--share", share.path];
    const [, alpha, gamma, delta] = await Promise.all([
      makeStubs(python.program, stubs.path),
      AgentProcess.start({ name: "alpha", flags: allow }),
      AgentProcess.start({ name: "gamma", flags: allow }),
      AgentProcess.start({ name: "delta", flags: [...allow, "--auth", "open"] }),
    ]);
    await using stack = new AsyncDisposableStack();
    for (const agent of [alpha, gamma, delta]) stack.use(agent);
    const beta = stack.use(
      await AgentProcess.start({ name: "beta", join: [alpha.grpc], flags: [...allow, "--capabilities", "npu"] }),
    );
    const agents = { alpha, beta, gamma, delta };
    const config = {
      key: TEST_KEY,
      share: Deno.realPathSync(share.path),
      agents: Object.fromEntries(Object.entries(agents).map(([name, { ready }]) => [name, ready])),
    };
    for (const { script, about } of LANES.flat()) {
      await t.step(about, (t) => runScript(t, script, { python: python.program, stubs: stubs.path, config }));
    }
  },
});

/** What commands may see: a file, a folder with another one, and links that lead out. */
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
