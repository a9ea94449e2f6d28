import { assertEquals } from "../assert.ts";
import { AgentProcess, TemporaryFolder, TEST_KEY } from "../processes.ts";
import { MovingScreen } from "../screen/moving_screen.ts";
import { missingProgram, XVFB_MISSING } from "../screen/xvfb.ts";
import { run } from "./run.ts";
import { runScript } from "./script.ts";
import { makeStubs } from "./stubs.ts";

/** Debian's, which has Debian's aiortc. */
const PYTHON = "/usr/bin/python3";
const NEEDED = "import grpc, google.protobuf, grpc_tools.protoc, aiortc, av";

/** A viewer that is gone without a word is noticed after half a minute, in ms. */
const LIMIT_MS = 240_000;

const missing = XVFB_MISSING ?? await run(PYTHON, ["-c", NEEDED]);
if (missing) console.warn(`ignored: a WebRTC stack in Python: ${missing}`);

Deno.test({
  name: "a WebRTC stack that is not JavaScript sees a screen as the specification says",
  ignore: missing !== undefined,
  async fn(t) {
    using stubs = new TemporaryFolder();
    await makeStubs(PYTHON, stubs.path);
    await using screen = await MovingScreen.start({ width: 640, height: 480 });
    const start = (name: string, flags: readonly string[], join: readonly string[] = []) =>
      AgentProcess.start({ name, join, flags, env: { DISPLAY: screen.display } });
    await using alpha = await start("alpha", ["--screen", "allow"]);
    await using beta = await start("beta", ["--screen", "allow"], [alpha.grpc]);
    await using gamma = await start("gamma", ["--screen", "off"]);
    const agents = [alpha, beta, gamma];
    const config = {
      key: TEST_KEY,
      agents: Object.fromEntries(agents.map(({ ready }) => [ready.name, ready])),
      width: screen.width,
      height: screen.height,
      ffmpeg: missingProgram("ffmpeg") === undefined,
    };
    for (
      const { name, ok, detail } of await runScript("screens", {
        python: PYTHON,
        stubs: stubs.path,
        config,
        limitMs: LIMIT_MS,
      })
    ) {
      await t.step(name, () => {
        if (!ok) throw new Error(detail);
      });
    }
    for (const { ready, log } of agents) {
      await t.step(`${ready.name} met nothing that it did not foresee`, () => {
        const faults = log.text.split("\n").filter((line) => /internal error|failed unexpectedly/.test(line));
        assertEquals(faults, []);
      });
    }
  },
});
