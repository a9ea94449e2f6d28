import { assertEquals, assertNotEquals } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { TEST_KEY } from "../processes.ts";
import { RestartedAgent } from "./restarted_agent.ts";

const groups = [{ index: 0, tasks: [{ task_id: "a", kind: "ECHO", input: "a" }] }];

/** As a client submits that may have to do it again: by the published method, with the key in its metadata. */
async function submit(session: MeshSession, idempotencyKey: string): Promise<string> {
  const request = { session_id: session.client.sessionId, text: "once", plan: { groups } };
  return (await session.client.orchestrator("SubmitJob", request, { idempotencyKey })).job_id;
}

Deno.test("a submission that is made again with its key is one job", async (t) => {
  await using agent = await RestartedAgent.start();
  let first = "";
  let jobs = 0;

  await t.step("one after the other, and eight at the same moment", async () => {
    using session = await MeshSession.open(agent.grpc);
    first = await submit(session, "key 1");
    assertEquals(await submit(session, "key 1"), first);
    const [one = "", ...others] = await Promise.all(Array.from({ length: 8 }, () => submit(session, "key 2")));
    assertEquals(new Set(others), new Set([one]));
    assertNotEquals(one, first);
    jobs = (await session.jobs()).length;
    assertEquals(jobs, 2);
  });

  await t.step("by either method", async () => {
    using session = await MeshSession.open(agent.grpc);
    assertEquals(await session.start(groups, { idempotencyKey: "key 1" }), first);
  });

  await t.step("after the agent was killed", async () => {
    await agent.killAndRestart();
    using session = await MeshSession.open(agent.grpc);
    assertEquals(await submit(session, "key 1"), first);
    assertEquals((await session.jobs()).length, jobs);
    assertEquals((await session.ended(first)).state, "DONE");
    assertEquals(await submit(session, "key 1"), first, "also when the job has ended");
  });

  await t.step("when the agent was killed before it answered", async () => {
    {
      using session = await MeshSession.open(agent.grpc);
      // Whether it was taken before the end, nobody knows: that is why it is made again.
      const lost = submit(session, "key 3").then(() => "answered", () => "lost");
      const restarted = agent.killAndRestart();
      await lost;
      await restarted;
    }
    using session = await MeshSession.open(agent.grpc);
    const jobId = await submit(session, "key 3");
    assertEquals(await submit(session, "key 3"), jobId);
    assertEquals((await session.jobs()).length, jobs + 1);
    assertEquals((await session.ended(jobId)).state, "DONE");
  });

  await t.step("another client's key of the same text, another key, and no key are jobs of their own", async () => {
    using session = await MeshSession.open(agent.grpc);
    using other = await MeshSession.open(agent.grpc, TEST_KEY, "another test");
    const ids = [first, await submit(other, "key 1"), await submit(session, "key 4")];
    ids.push(await session.submit(groups), await session.submit(groups));
    assertEquals(new Set(ids).size, ids.length);
  });
});
