import { assertEquals } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, edgemesh } from "../processes.ts";
import { type CollectedSpan, TraceCollector } from "./trace_collector.ts";

/** Each belongs to the one before it, and the first to none. */
async function assertLine(collector: TraceCollector, ...spans: CollectedSpan[]): Promise<void> {
  for (const [at, span] of spans.entries()) {
    const parent = await collector.parentOf(span);
    const expected = spans[at - 1];
    assertEquals([parent?.service, parent?.name, parent?.spanId], [
      expected?.service,
      expected?.name,
      expected?.spanId,
    ]);
    assertEquals(span.traceId, spans[0]?.traceId);
  }
}

Deno.test("one trace goes from the command line through the coordinator to the device that does the work", async (t) => {
  await using collector = new TraceCollector();
  const agent = (name: string, join: string[] = []) =>
    AgentProcess.start({ name, join, env: collector.environment(name), flags: ["--no-screen"] });
  await using alpha = await agent("alpha");
  await using beta = await agent("beta", [alpha.grpc]);
  using session = await MeshSession.open(alpha.grpc);
  await session.presence(beta.deviceId, true);
  const run = async (...args: string[]) => {
    const [command = "", ...rest] = args;
    const asked = [command, "--server", alpha.grpc, "--json", ...rest];
    const { code, stderr } = await edgemesh(asked, { env: collector.environment("laptop") });
    assertEquals([code, stderr], [0, ""]);
  };

  await t.step("a command", async () => {
    await run("run", "--device", beta.deviceId, "pwd");
    const called = await collector.span("alpha", "ExecuteRoutedCommand");
    await assertLine(
      collector,
      await collector.span("laptop", "edgemesh run"),
      await collector.span("laptop", "edgemesh.OrchestratorService/ExecuteRoutedCommand"),
      called,
      await collector.span("beta", "command"),
    );
  });

  await t.step("a job", async () => {
    using folder = new PlanFolder(beta.deviceId);
    await run("submit", "--wait", "--plan", folder.plan);
    await assertLine(
      collector,
      await collector.span("laptop", "edgemesh submit"),
      await collector.span("laptop", "edgemesh.OrchestratorService/SubmitJob"),
      await collector.span("alpha", "SubmitJob"),
      await collector.span("alpha", "job"),
      await collector.span("beta", "task SYSINFO"),
    );
  });

  await t.step("what is not asked within a trace belongs to one of its own", async () => {
    const known = new Set(collector.spans);
    await session.run({ mode: "FORCE_DEVICE_ID", device_id: beta.deviceId }, "pwd");
    const called = await collector.span("alpha", "ExecuteRoutedCommand", known);
    await assertLine(collector, called, await collector.span("beta", "command", known));
  });
});

/** A file with a plan of one task for a device. */
class PlanFolder implements Disposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "edgemesh-test-" });
  readonly plan: string;

  constructor(deviceId: string) {
    this.plan = `${this.#folder}/plan.json`;
    const tasks = [{ task_id: "a", kind: "SYSINFO", target_device_id: deviceId }];
    Deno.writeTextFileSync(this.plan, JSON.stringify({ groups: [{ index: 0, tasks }] }));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}
