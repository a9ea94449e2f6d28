import type { TaskSpec } from "../../proto/gen/edgemesh/TaskSpec.ts";
import type { TaskDetail } from "../../proto/messages.ts";
import { assert, assertEquals } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, eventually } from "../processes.ts";
import { SeededRandom } from "./random.ts";
import { RecordedRuns } from "./recorded_runs.ts";
import { RestartedAgent } from "./restarted_agent.ts";
import { SteadyWorker } from "./steady_worker.ts";

const KILLS = 10;
const GROUP = 10_000;
const MAX_ATTEMPTS = 3;

/** Of each group: tasks for the steady worker, whose rate makes the job slow enough, and runs of real processes. */
const STEADY = 3000;
const RUNS = 60;

/** The steady worker answers for this one only after the last kill. */
const LAST = "1-last";

/** A group of ECHO tasks and COMMANDs for anybody, and of ECHO tasks for the steady worker, mixed. */
function groupOf(index: number, steady: SteadyWorker, runs: RecordedRuns, last?: string) {
  const tasks = Array.from({ length: GROUP }, (_, n): TaskSpec => {
    const id = `${index}-${n}`;
    if (n % (GROUP / RUNS | 0) === 0) return runs.task(id, 0.05);
    const target_device_id = n % (GROUP / STEADY | 0) === 1 ? steady.deviceId : "";
    return { task_id: id, kind: "ECHO", input: `input of ${id}`, target_device_id };
  });
  if (last) tasks[GROUP - 1] = { task_id: last, kind: "ECHO", input: last, target_device_id: steady.deviceId };
  return { index, tasks };
}

function expectedResult(task: TaskSpec): string {
  return task.kind === "COMMAND" ? `ran ${task.task_id}` : `echo: ${task.input}`;
}

Deno.test("a job whose coordinator is killed ten times ends DONE: nothing is lost, nothing ran too often", async () => {
  const random = new SeededRandom("the moments of ten kills");
  using runs = new RecordedRuns();
  await using coordinator = await RestartedAgent.start({ name: "alpha", flags: runs.flags });
  await using _beta = await AgentProcess.start({ name: "beta", join: [coordinator.grpc], flags: runs.flags });
  let killed = 0;
  await using steady = await SteadyWorker.join(coordinator.grpc, {
    name: "steady",
    answersATick: 20,
    answer: ({ task_id, input }) => task_id === LAST && killed < KILLS ? undefined : `echo: ${input}`,
  });
  const groups = [groupOf(0, steady, runs), groupOf(1, steady, runs, LAST)];
  const planned = groups.flatMap(({ tasks }) => tasks);
  const jobId = await (async () => {
    using session = await MeshSession.open(coordinator.grpc);
    await session.online(3);
    return await session.submit(groups);
  })();

  const moments = Array.from({ length: KILLS }, () => random.between(0, planned.length * 0.9)).sort((a, b) => a - b);
  let shown = 0;
  for (const moment of moments) {
    using session = await MeshSession.open(coordinator.grpc);
    await eventually(async () => {
      const { state, tasks_done, tasks_failed } = await session.summary(jobId);
      assert(state === "QUEUED" || state === "RUNNING", `the job is ${state} before kill ${killed + 1}`);
      if (tasks_failed > 0) await tellFailure(session, jobId);
      assert(tasks_done >= shown, `${shown} tasks were DONE, ${tasks_done} are after a restart`);
      shown = tasks_done;
      return tasks_done >= moment ? true : undefined;
    }, `${moment} tasks done`);
    // Not always right after an answer: the moment itself is random, too.
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 60)));
    await coordinator.killAndRestart();
    killed++;
  }

  using session = await MeshSession.open(coordinator.grpc);
  const end = await session.end(jobId);
  if (end.state === "FAILED") await tellFailure(session, jobId);
  assertEquals([end.state, end.reason], ["DONE", ""]);
  const { tasks_total, tasks_done, tasks_failed } = await session.summary(jobId);
  assertEquals([tasks_total, tasks_done, tasks_failed], [planned.length, planned.length, 0]);
  const tasks = await session.tasks(jobId);
  checkTasks(tasks, planned);
  checkRuns(tasks, runs, steady);
});

/** @throws {AssertionError} with what became of the attempts at the tasks that failed */
async function tellFailure(session: MeshSession, jobId: string): Promise<void> {
  const failed = (await session.tasks(jobId)).filter(({ status }) => status?.state === "FAILED");
  assertEquals(failed.map(({ status, failed_attempts }) => [status?.task_id, failed_attempts]), []);
}

/** Every task is there, in plan order, DONE, with the right result. */
function checkTasks(tasks: readonly TaskDetail[], planned: readonly TaskSpec[]): void {
  assertEquals(tasks.length, planned.length);
  tasks.forEach(({ status, attempts, failed_attempts }, at) => {
    const spec = planned[at];
    assert(spec && status);
    const { task_id, state, result } = status;
    assertEquals([task_id, state, result], [spec.task_id ?? "", "DONE", expectedResult(spec)]);
    assert(attempts >= 1 && attempts <= MAX_ATTEMPTS, `${task_id} had ${attempts} attempts`);
    assertEquals(failed_attempts.length, attempts - 1, `${task_id}: the reason of each failed attempt is kept`);
  });
}

/** What really ran, as the workers wrote it down, is no more than the attempts that the coordinator knows of. */
function checkRuns(tasks: readonly TaskDetail[], runs: RecordedRuns, steady: SteadyWorker): void {
  const attemptsOf = new Map(tasks.map(({ status, attempts }) => [status?.task_id ?? "", attempts]));
  for (const [name, count] of runs.counts()) {
    const attempts = attemptsOf.get(name) ?? 0;
    assert(count <= attempts, `${name} ran ${count} times in ${attempts} attempts`);
  }
  assertEquals(runs.counts().size, tasks.filter(({ kind }) => kind === "COMMAND").length);
  const twice = [...steady.given].filter(([, count]) => count > 1);
  assertEquals(twice, [], "no attempt is given to a worker twice");
  for (const key of steady.given.keys()) {
    const [task = "", attempt] = key.split("#");
    assert(Number(attempt) <= (attemptsOf.get(task) ?? 0), `${key} was given, of ${attemptsOf.get(task)} attempts`);
  }
  // Not after each: the next kill may come first.
  assert(steady.attachments > KILLS / 2, `the steady worker attached ${steady.attachments} times`);
}
