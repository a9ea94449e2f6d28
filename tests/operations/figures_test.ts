import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, eventually, TEST_KEY } from "../processes.ts";

const hasPromtool = await new Deno.Command("promtool", { args: ["--version"], stdout: "null", stderr: "null" }).output()
  .then(({ success }) => success, () => false);
if (!hasPromtool) {
  console.log("promtool is not installed (Debian: prometheus): what it says of the figures is not tested");
}

async function figures(agent: AgentProcess): Promise<string> {
  const response = await fetch(`http://${agent.http}/metrics`, { headers: { authorization: `Bearer ${TEST_KEY}` } });
  const text = await response.text();
  assertEquals(response.status, 200, text);
  assertStringIncludes(response.headers.get("content-type") ?? "", "text/plain; version=0.0.4");
  return text;
}

/** The figure with exactly these labels; undefined where there is none. */
function figure(text: string, name: string): number | undefined {
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

/** What Prometheus's own checker says: nothing, if all is well. */
async function complaints(text: string): Promise<string> {
  const child = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { stdout, stderr } = await child.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("figures of an agent tell of its work, and Prometheus's checker finds nothing wrong with them", async (t) => {
  await using alpha = await AgentProcess.start({ name: "alpha", flags: ["--no-screen"] });
  await using beta = await AgentProcess.start({ name: "beta", join: [alpha.grpc], flags: ["--no-screen"] });
  using session = await MeshSession.open(alpha.grpc);
  await session.presence(beta.deviceId, true);
  await session.runOn(beta.deviceId, "pwd");
  await session.runOn(beta.deviceId, "not-allowed").catch(() => {});
  const tasks = Array.from({ length: 50 }, (_, n) => ({ task_id: `${n}`, kind: "ECHO", input: `${n}` }));
  await session.ended(await session.submit([{ index: 0, tasks }]));
  const post = await fetch(`http://${alpha.http}/edgemesh.OrchestratorService/HealthCheck`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  await post.body?.cancel();

  const text = await eventually(async () => {
    const now = await figures(alpha);
    return figure(now, 'edgemesh_jobs_total{outcome="done"}') === 1 ? now : undefined;
  }, "the job's end among the figures");
  const expected: Record<string, number> = {
    'edgemesh_devices{state="online",link="self"}': 1,
    'edgemesh_devices{state="online",link="attached"}': 1,
    'edgemesh_rpc_total{edge="grpc",method="SubmitJob",code="OK"}': 1,
    'edgemesh_rpc_total{edge="grpc",method="ExecuteRoutedCommand",code="PERMISSION_DENIED"}': 1,
    'edgemesh_rpc_total{edge="http",method="HealthCheck",code="OK"}': 1,
    'edgemesh_rpc_duration_seconds_count{edge="http",method="HealthCheck"}': 1,
    'edgemesh_tasks_total{kind="ECHO",outcome="done"}': 50,
    'edgemesh_tasks_open{state="queued"}': 0,
    "edgemesh_jobs_open": 0,
    "edgemesh_ready": 1,
  };
  assertEquals(Object.fromEntries(Object.keys(expected).map((name) => [name, figure(text, name)])), expected);
  const there = await figures(beta);
  assertEquals(figure(there, 'edgemesh_device_commands_total{outcome="done"}'), 1);
  assertEquals(figure(there, 'edgemesh_device_commands_total{outcome="PERMISSION_DENIED"}'), 1);
  const ran = [text, there].map((one) => figure(one, 'edgemesh_device_tasks_total{kind="ECHO",outcome="done"}') ?? 0);
  assertEquals(ran.reduce((sum, count) => sum + count), 50);
  assert(!text.includes(beta.deviceId), "the ids of devices are no labels");

  await t.step({
    name: "promtool",
    ignore: !hasPromtool,
    fn: async () => assertEquals([await complaints(text), await complaints(there)], ["", ""]),
  });
});

Deno.test("an agent says that it is ready, and no longer does once it was told to stop", async () => {
  await using agent = await AgentProcess.start({ flags: ["--no-screen", "--allow", "sleep"] });
  using session = await MeshSession.open(agent.grpc);
  const ready = async () => {
    const response = await fetch(`http://${agent.http}/readyz`);
    return [response.status, await response.text()];
  };
  assertEquals(await ready(), [200, "ready\n"]);
  const running = session.runOn(agent.deviceId, "sleep", "4").catch(() => {});
  await eventually(async () => (await session.devices()).length > 0 || undefined, "the agent");
  agent.signal("SIGTERM");
  await agent.log.line(/stopping/);
  assertEquals(await ready(), [503, "the agent is stopping\n"]);
  assertEquals((await fetch(`http://${agent.http}/healthz`)).status, 200);
  const refused = await fetch(`http://${agent.http}/v1/models`);
  assertEquals([refused.status, await refused.text()], [503, "the agent is stopping\n"]);
  await running;
});
