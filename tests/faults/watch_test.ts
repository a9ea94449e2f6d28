import { MeshError } from "../../agent/core/errors.ts";
import type { JobUpdate } from "../../proto/messages.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, eventually } from "../processes.ts";
import { SteadyWorker } from "./steady_worker.ts";

/** At most so many messages in each second of watching. */
const MESSAGES_A_SECOND = 10;

const TASKS = 600;

/** What a watcher was told, and when: of `performance.now()`. */
interface Told {
  readonly update: JobUpdate;
  readonly at: number;
}

async function watch(session: MeshSession, jobId: string, countsOnly = false): Promise<Told[]> {
  const told: Told[] = [];
  for await (const update of session.watch(jobId, countsOnly)) told.push({ update, at: performance.now() });
  return told;
}

/** The states of tasks as a watcher knows them, who has applied all that it was told. */
function knownStates(told: readonly Told[]): Map<string, string> {
  const states = new Map<string, string>();
  for (const { update } of told) for (const { task_id, state } of update.tasks) states.set(task_id, state);
  return states;
}

function groupsOf(device: SteadyWorker, count: number) {
  const task = (task_id: string) => ({ task_id, kind: "ECHO", input: task_id, target_device_id: device.deviceId });
  return [0, 1].map((index) => ({
    index,
    tasks: Array.from({ length: count / 2 }, (_, n) => task(`${index}-${n}`)),
  }));
}

Deno.test("a job is watched: as it is, as it changes, to its end", async (t) => {
  await using agent = await AgentProcess.start({ name: "alpha" });
  let isHolding = true;
  await using slow = await SteadyWorker.join(agent.grpc, {
    name: "slow",
    // Some 1.5 s for all tasks of the job: many more changes than may be told.
    answersATick: 4,
    answer: ({ input }) => isHolding ? undefined : `echo: ${input}`,
  });
  using session = await MeshSession.open(agent.grpc);

  await t.step("several watchers see the same, at most ten messages a second and the end", async () => {
    const jobId = await session.submit(groupsOf(slow, TASKS));
    await eventually(() => slow.given.size > 0 ? true : undefined, "the first tasks");
    const watching = [watch(session, jobId), watch(session, jobId), watch(session, jobId, true)];
    isHolding = false;
    for (const [at, told] of (await Promise.all(watching)).entries()) {
      const [first, last] = [told[0], told.at(-1)];
      assert(first && last && told.length > 2, `watcher ${at} was told ${told.length} times`);
      const { update: snapshot } = first;
      assertEquals([snapshot.snapshot, snapshot.job_id, snapshot.state], [true, jobId, "RUNNING"]);
      assertEquals(told.slice(1).filter(({ update }) => update.snapshot), []);
      assertEquals(snapshot.groups.map(({ tasks }) => tasks), [TASKS / 2, TASKS / 2]);
      assertEquals([last.update.state, last.update.current_group], ["DONE", 1]);
      assertEquals(last.update.groups.map(({ done, running, queued }) => [done, running, queued]), [
        [TASKS / 2, 0, 0],
        [TASKS / 2, 0, 0],
      ]);
      const seconds = (last.at - first.at) / 1000;
      const most = Math.ceil(seconds * MESSAGES_A_SECOND) + 2;
      assert(told.length <= most, `watcher ${at} was told ${told.length} times in ${seconds} s`);
      const groups = told.map(({ update }) => update.current_group);
      assertEquals(groups, [...groups].sort(), "groups go forward");
      const done = told.map(({ update }) => update.groups.reduce((sum, group) => sum + group.done, 0));
      assertEquals(done, [...done].sort((a, b) => a - b), "what is done stays done");
    }
    const [one = [], two = [], counts = []] = await Promise.all(watching);
    for (const told of [one, two]) {
      const states = knownStates(told);
      assertEquals([states.size, new Set(states.values())], [TASKS, new Set(["DONE"])]);
      assertEquals(told.at(-1)?.update.final_result, (await session.job(jobId)).final_result);
    }
    assertEquals(counts.filter(({ update }) => update.tasks.length > 0 || update.final_result !== ""), []);
  });

  await t.step("a job that has ended is told with one message; an unknown one is NOT_FOUND", async () => {
    const [job] = await session.jobs();
    assert(job);
    const told = await watch(session, job.job_id);
    assertEquals(told.map(({ update }) => [update.state, update.snapshot]), [["DONE", true]]);
    assertEquals(knownStates(told).size, TASKS);
    assert(told[0]?.update.final_result);
    assertEquals((await assertRejects(() => watch(session, "nothing"), MeshError)).code, "NOT_FOUND");
  });

  await t.step("a watcher that goes away disturbs nobody", async () => {
    isHolding = true;
    const jobId = await session.submit(groupsOf(slow, 20));
    const staying = watch(session, jobId);
    for (let n = 0; n < 20; n++) {
      // Leaves after the first message.
      for await (const _ of session.watch(jobId)) break;
    }
    {
      // Is gone with its connection.
      using other = await MeshSession.open(agent.grpc);
      const left = other.watch(jobId);
      await left.next();
      await left.return();
    }
    isHolding = false;
    assertEquals((await staying).at(-1)?.update.state, "DONE");
    assertEquals(agent.log.text.match(/ (error|warning) .*/g), null);
  });

  await t.step("an agent that stops ends it with UNAVAILABLE", async () => {
    // A job that waits for a device which is away: the agent need not wait for its tasks to end.
    const away = await SteadyWorker.join(agent.grpc, { name: "away", answer: () => undefined });
    await away[Symbol.asyncDispose]();
    await session.presence(away.deviceId, false);
    const jobId = await session.submit(groupsOf(away, 2));
    const watching = session.watch(jobId);
    assertEquals((await watching.next()).value?.snapshot, true);
    const failed = assertRejects(async () => {
      for await (const _ of watching);
    }, MeshError);
    const stopped = agent.stop();
    const error = await failed;
    assertEquals(error.code, "UNAVAILABLE", error.message);
    assertEquals(await stopped, 0);
  });
});
