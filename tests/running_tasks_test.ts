import { join } from "node:path";
import { assertEquals } from "./assert.ts";
import { MeshSession } from "./mesh_client.ts";
import { AgentProcess, eventually, TemporaryFolder } from "./processes.ts";

Deno.test("a command that a device runs for a job goes on while its coordinator is killed and restarted, and runs once", async () => {
  using folder = new TemporaryFolder();
  using share = new TemporaryFolder();
  const options = { name: "alpha", dataDir: folder.path };
  const first = await AgentProcess.start(options);
  await using _killed = first;
  const device = { name: "beta", join: [first.grpc], flags: ["--allow", "sh", "--share", share.path] };
  await using beta = await AgentProcess.start(device);
  const script = "echo $$ >> begun; while [ ! -e go ]; do sleep 0.05; done; echo it ended";
  const task = {
    task_id: "slow",
    kind: "COMMAND",
    input: JSON.stringify(["sh", "-c", script]),
    target_device_id: beta.deviceId,
    prompt_tokens: 0,
    max_output_tokens: 0,
  };
  let jobId: string;
  {
    using session = await MeshSession.open(first.grpc);
    await session.presence(beta.deviceId, true);
    jobId = await session.submit([{ index: 0, tasks: [task] }]);
    await eventually(() => begun(share.path).length > 0 ? true : undefined, "the command's begin");
  }
  await first.kill();
  await using second = await AgentProcess.start({ ...options, grpc: first.grpc });
  using session = await MeshSession.open(second.grpc);
  await session.presence(beta.deviceId, true);
  share.write("go", "");
  const job = await session.ended(jobId);
  assertEquals([job.state, job.tasks[0]?.result], ["DONE", "it ended\n"]);
  assertEquals(begun(share.path).length, 1);
});

function begun(share: string): string[] {
  try {
    return Deno.readTextFileSync(join(share, "begun")).split("\n").filter(Boolean);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
