import { assert, assertEquals, assertStringIncludes } from "./assert.ts";
import { MeshSession, requireHealthy } from "./mesh_client.ts";
import {
  type AgentOptions,
  AgentProcess,
  eventually,
  type Outcome,
  pidIn,
  startEdgemesh,
  TemporaryFolder,
} from "./processes.ts";
import { isAlive } from "./process_id.ts";
import { SimulatedWorker } from "./simulated_worker.ts";

/** An agent without work has ended within this, in ms, on a busy machine. */
const PROMPT_MS = 2000;

/** Running work may go on for so long after the agent was told to stop, in ms. */
const DRAIN_MS = 10_000;

/** An agent that runs shell scripts, with a shared folder of its own and a folder for temporary files. */
class ScriptAgent implements AsyncDisposable {
  private constructor(
    readonly agent: AgentProcess,
    readonly share: TemporaryFolder,
    private readonly temporary: TemporaryFolder,
  ) {}

  static async start(options: AgentOptions): Promise<ScriptAgent> {
    const share = new TemporaryFolder();
    const temporary = new TemporaryFolder();
    const flags = ["--allow", "sh,pwd", "--share", share.path];
    const agent = await AgentProcess.start({ ...options, flags, env: { TMPDIR: temporary.path } });
    return new ScriptAgent(agent, share, temporary);
  }

  /** What the agent has left in the folder for temporary files. */
  get leftOvers(): string[] {
    return [...Deno.readDirSync(this.temporary.path)].map(({ name }) => name);
  }

  /** Starts a script there through an agent, and waits until it runs. */
  async running(through: AgentProcess, script: string): Promise<{ outcome: Promise<Outcome>; pid: number }> {
    const { agent, share } = this;
    const flags = ["--json", "--server", through.grpc, "--device", agent.deviceId];
    const { outcome } = startEdgemesh(["run", ...flags, "--", "sh", "-c", `echo $$ > pid; ${script}`]);
    return { outcome, pid: await pidIn(share.file("pid")) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
    this.share[Symbol.dispose]();
    this.temporary[Symbol.dispose]();
  }
}

/** Asserts that a command ended with this failure. */
function assertFailed({ code, stdout, stderr }: Outcome, errorCode: string, includes: string): void {
  const { error } = JSON.parse(stdout);
  assertEquals({ code, stderr, error: error?.code }, { code: 1, stderr: "", error: errorCode }, stdout);
  assertStringIncludes(error.message, includes);
}

async function timed(what: Promise<number>): Promise<{ code: number; ms: number }> {
  const began = performance.now();
  return { code: await what, ms: performance.now() - began };
}

Deno.test("an agent without work ends at once, with exit code 0, on SIGTERM and on Ctrl-C", async () => {
  await using alpha = await ScriptAgent.start({ name: "alpha" });
  await using beta = await ScriptAgent.start({ name: "beta", join: [alpha.agent.grpc] });
  using session = await MeshSession.open(alpha.agent.grpc);
  await session.online(2);
  beta.agent.signal("SIGINT");
  const left = await timed(beta.agent.ended());
  assertEquals(left.code, 0);
  assert(left.ms < PROMPT_MS, `${left.ms} ms`);
  await alpha.agent.log.line(/device beta is offline: it left the mesh/);
  const stopped = await timed(alpha.agent.stop());
  assertEquals(stopped.code, 0);
  assert(stopped.ms < PROMPT_MS, `${stopped.ms} ms`);
  assertEquals([...alpha.leftOvers, ...beta.leftOvers], []);
  assertEquals(beta.agent.log.text.match(/ (warning|error) .*/g), null);
});

Deno.test("work that runs when an agent is told to stop", async (t) => {
  // Both parts wait for most of their time, so they go on beside each other.
  const beside = { sanitizeExit: false, sanitizeOps: false, sanitizeResources: false };
  await Promise.all([
    t.step({ name: "on a device", fn: deviceStops, ...beside }),
    t.step({ name: "on a coordinator", fn: coordinatorStops, ...beside }),
  ]);
});

async function deviceStops(t: Deno.TestContext): Promise<void> {
  await using alpha = await ScriptAgent.start({ name: "alpha" });
  const joining = { join: [alpha.agent.grpc] };
  await using quick = await ScriptAgent.start({ ...joining, name: "quick" });
  await using slow = await ScriptAgent.start({ ...joining, name: "slow" });
  using session = await MeshSession.open(alpha.agent.grpc);
  await session.online(3);

  const slowOne = (async () => {
    const { outcome, pid } = await slow.running(alpha.agent, "trap '' TERM; while :; do sleep 0.1; done");
    const stop = await timed(slow.agent.stop());
    return { outcome: await outcome, pid, stop };
  })();

  await t.step("a command that ends in time is answered properly, and then its agent ends", async () => {
    const { outcome, pid } = await quick.running(
      alpha.agent,
      "while [ ! -e go ]; do sleep 0.05; done; echo done; exit 3",
    );
    const stopping = timed(quick.agent.stop());
    await quick.agent.log.line(/stopping/);
    assertEquals(isAlive(pid), true);
    quick.share.write("go", "");
    const { code, stdout } = await outcome;
    const { output, selected_device_name } = JSON.parse(stdout);
    assertEquals({ code, output, selected_device_name }, {
      code: 3,
      output: { exit_code: 3, stdout: "done\n", stderr: "" },
      selected_device_name: "quick",
    });
    const { code: agentCode, ms } = await stopping;
    assertEquals(agentCode, 0);
    assert(ms < DRAIN_MS, `${ms} ms`);
  });

  await t.step("a command that goes on is ended after 10 s, and its caller is told", async () => {
    const { outcome, pid, stop } = await slowOne;
    assertFailed(outcome, "UNAVAILABLE", "the command was stopped: the device is leaving the mesh");
    assertEquals(stop.code, 0);
    assert(stop.ms > DRAIN_MS - 500 && stop.ms < DRAIN_MS + 4000, `${stop.ms} ms`);
    await eventually(() => isAlive(pid) ? undefined : true, "the end of the program");
    assertEquals(slow.leftOvers, []);
  });
  await requireHealthy(alpha.agent);
}

async function coordinatorStops(t: Deno.TestContext): Promise<void> {
  using data = new TemporaryFolder();
  const options = { name: "alpha", dataDir: data.path };
  await using alpha = await ScriptAgent.start(options);
  await using beta = await ScriptAgent.start({ name: "beta", join: [alpha.agent.grpc] });
  using session = await MeshSession.open(alpha.agent.grpc);
  await session.online(2);
  using silent = await SimulatedWorker.attach(alpha.agent.grpc, { name: "silent" });
  const task = { task_id: "a", kind: "ECHO", target_device_id: silent.deviceId };
  const jobId = await session.submit([{ index: 0, tasks: [task] }]);
  await silent.given(1);
  const sign = setInterval(() => silent.send({ credits: 0 }), 1000);

  const here = await alpha.running(alpha.agent, "exec sleep 60");
  const there = await beta.running(alpha.agent, "exec sleep 60");
  const stopping = timed(alpha.agent.stop());
  await alpha.agent.log.line(/stopping/);

  await t.step("new work is refused with the reason, while the old goes on", async () => {
    const { outcome } = startEdgemesh(["exec", "--json", "--server", alpha.agent.grpc, "pwd"]);
    assertFailed(await outcome, "UNAVAILABLE", "the agent is stopping");
    assertEquals([here.pid, there.pid].map(isAlive), [true, true]);
  });

  await t.step("commands are ended after 10 s, here and on other devices, and their callers told", async () => {
    for (const { outcome, pid } of [here, there]) {
      assertFailed(await outcome, "UNAVAILABLE", "the agent is stopping");
      await eventually(() => isAlive(pid) ? undefined : true, "the end of the program");
    }
    const { code, ms } = await stopping;
    assertEquals(code, 0);
    assert(ms > DRAIN_MS - 500 && ms < DRAIN_MS + 4000, `${ms} ms`);
    assertEquals(alpha.leftOvers, []);
  });
  clearInterval(sign);

  await t.step("its devices join again when it is back, and its job goes on", async () => {
    await using again = await AgentProcess.start({ ...options, grpc: alpha.agent.grpc });
    using sessionAgain = await MeshSession.open(again.grpc);
    await sessionAgain.presence(beta.agent.deviceId, true);
    // The device may still be at work on it.
    const job = await sessionAgain.job(jobId);
    assertEquals([job.state, job.tasks[0]?.state], ["RUNNING", "RUNNING"]);
    using back = await SimulatedWorker.attach(again.grpc, { name: "silent", deviceId: silent.deviceId });
    const [given] = await back.given(1);
    assert(given);
    back.send({ outcomes: [back.outcome(given, "at last")] });
    assertEquals((await sessionAgain.ended(jobId)).tasks[0]?.result, "at last");
    assertEquals(await again.stop(), 0);
  });
}

Deno.test("a second Ctrl-C ends the agent at once, whatever it runs", async () => {
  await using alpha = await ScriptAgent.start({ name: "alpha" });
  const { outcome, pid } = await alpha.running(alpha.agent, "exec sleep 20");
  alpha.agent.signal("SIGINT");
  await alpha.agent.log.line(/stopping/);
  alpha.agent.signal("SIGINT");
  const { code, ms } = await timed(alpha.agent.ended());
  assertEquals(code, 130);
  assert(ms < PROMPT_MS, `${ms} ms`);
  assertFailed(await outcome, "UNAVAILABLE", "");
  if (isAlive(pid)) Deno.kill(pid);
});

Deno.test("a command on a device ends when the coordinator that asked for it is killed", async () => {
  await using alpha = await ScriptAgent.start({ name: "alpha" });
  await using beta = await ScriptAgent.start({ name: "beta", join: [alpha.agent.grpc] });
  using session = await MeshSession.open(alpha.agent.grpc);
  await session.online(2);
  const { outcome, pid } = await beta.running(alpha.agent, "exec sleep 60");
  await alpha.agent.kill();
  const { code, stdout } = await outcome;
  assertEquals([code, JSON.parse(stdout).error.code], [1, "UNAVAILABLE"]);
  await eventually(() => isAlive(pid) ? undefined : true, "the end of the program");
  await requireHealthy(beta.agent);
});
