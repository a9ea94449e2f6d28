import { assertEquals, assertRejects } from "../tests/assert.ts";
import { MeshError } from "../agent/core/errors.ts";
import { CannedAgent } from "./canned_agent.ts";
import { connect, type MeshClient } from "./client.ts";
import { jobIdOf } from "./find_job.ts";

const IDS = ["a1", "a2", "b1"].map((begin) => `${begin}000000-0000-4000-8000-000000000009`);
const [FIRST = "", SECOND = "", OTHER = ""] = IDS;

async function clientOf(agent: CannedAgent): Promise<MeshClient> {
  const [host = "", port] = agent.address.split(":");
  const { signal } = new AbortController();
  return await connect({
    server: { host, port: Number(port) },
    key: "right",
    deviceName: "t",
    timeoutMs: 5000,
    signal,
  });
}

Deno.test("a job is found by its id or by the beginning of one", async () => {
  await using agent = await CannedAgent.start({ ListJobs: () => ({ jobs: IDS.map((job_id) => ({ job_id })) }) });
  using client = await clientOf(agent);
  assertEquals(await jobIdOf(client, OTHER), OTHER);
  assertEquals(agent.requests("ListJobs").length, 0);
  assertEquals(await jobIdOf(client, "B"), OTHER);
  assertEquals(await jobIdOf(client, "a20"), SECOND);
  assertEquals([await jobIdOf(client, "c"), await jobIdOf(client, "")], ["c", ""]);
  const error = await assertRejects(() => jobIdOf(client, "a"), MeshError);
  assertEquals([error.code, error.message], ["INVALID_ARGUMENT", `job "a" could be each of ${FIRST}, ${SECOND}`]);
});

Deno.test("an agent that lists no jobs is asked for what was typed", async () => {
  await using agent = await CannedAgent.start({}, { withMesh: false });
  using client = await clientOf(agent);
  assertEquals(await jobIdOf(client, "a"), "a");
});
