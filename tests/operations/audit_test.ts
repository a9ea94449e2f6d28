import { assertEquals, assertRejects } from "../assert.ts";
import { MeshError } from "../../agent/core/errors.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, eventually, TEST_KEY } from "../processes.ts";

type Line = Readonly<Record<string, string>>;

async function linesOf(agent: AgentProcess): Promise<Line[]> {
  const text = await Deno.readTextFile(`${agent.dataDir}/audit.jsonl`).catch(() => "");
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/** The lines of one event, once there are as many. */
function eventsOf(agent: AgentProcess, event: string, count = 1): Promise<Line[]> {
  return eventually(async () => {
    const lines = (await linesOf(agent)).filter((line) => line.event === event);
    return lines.length >= count ? lines : undefined;
  }, `${count} × ${event}`);
}

Deno.test("the audit log of each device says who did what on it, and holds no secrets", async () => {
  await using alpha = await AgentProcess.start({ name: "alpha", flags: ["--no-screen"] });
  await using beta = await AgentProcess.start({ name: "beta", join: [alpha.grpc], flags: ["--no-screen"] });
  using session = await MeshSession.open(alpha.grpc, TEST_KEY, "ada's laptop");
  await session.presence(beta.deviceId, true);
  await Deno.writeTextFile(`${beta.dataDir}/shared/notes.txt`, "what only the file says");
  await session.runOn(beta.deviceId, "cat", "notes.txt");
  await assertRejects(() => session.runOn(beta.deviceId, "rm", "-rf", "a b"), MeshError);
  await assertRejects(() => session.runOn(alpha.deviceId, "rm"), MeshError);
  await assertRejects(() => session.run({ mode: "REQUIRE_NPU" }, "pwd"), MeshError);
  await assertRejects(() => MeshSession.open(alpha.grpc, "a wrong secret", "eve"), MeshError);
  const plan = (
    kind: string,
    target_device_id = "",
  ) => [{ index: 0, tasks: [{ task_id: "a", kind, target_device_id }] }];
  const jobId = await session.submit(plan("ECHO"));
  await session.ended(jobId);
  await assertRejects(() => session.submit(plan("NOTHING")), MeshError);
  const ticket = await fetch(`http://${alpha.http}/bulk/download/${"x".repeat(43)}`);
  await ticket.body?.cancel();

  const here = (line: Line | undefined) => [line?.who, line?.what, line?.device];
  const [run] = await eventsOf(beta, "command.run");
  assertEquals(here(run), ["ada's laptop", "cat notes.txt", beta.deviceId]);
  const [refused] = await eventsOf(beta, "command.refused");
  assertEquals(here(refused), ["ada's laptop", 'rm -rf "a b"', beta.deviceId]);
  const sent = await eventsOf(alpha, "command.sent", 2);
  assertEquals(sent.map(({ what }) => what), ["cat notes.txt", 'rm -rf "a b"']);
  assertEquals((await eventsOf(alpha, "command.refused", 2)).map(here), [
    ["ada's laptop", "rm", alpha.deviceId],
    ["ada's laptop", "pwd", undefined],
  ]);
  const [eve] = await eventsOf(alpha, "session.refused");
  assertEquals([eve?.who, eve?.why], ["eve", "wrong mesh key"]);
  const opened = (await eventsOf(alpha, "session.opened", 2)).map(({ who }) => who);
  assertEquals(opened.includes("ada's laptop") && opened.includes("beta"), true, opened.join());
  const [submitted] = await eventsOf(alpha, "job.submitted");
  assertEquals([submitted?.who, submitted?.what], ["ada's laptop", jobId]);
  await eventsOf(alpha, "job.refused");
  const [joined] = await eventsOf(alpha, "device.joined");
  assertEquals([joined?.who, joined?.device, joined?.link], ["beta", beta.deviceId, "attached"]);
  await eventsOf(alpha, "ticket.refused");

  await beta.stop();
  const [left] = await eventsOf(alpha, "device.left");
  assertEquals([left?.who, left?.why], ["beta", "it left the mesh"]);
  for (const agent of [alpha, beta]) {
    const text = await Deno.readTextFile(`${agent.dataDir}/audit.jsonl`);
    for (
      const secret of [TEST_KEY, "a wrong secret", session.client.sessionId, "what only the file says", "x".repeat(43)]
    ) {
      assertEquals(text.includes(secret), false, `the audit log holds ${secret}`);
    }
  }
});
