/**
 * The client process of the measurement: one connection to the agent named by its argument. Takes orders from standard
 * input and ends with it.
 */
import { type AgentClient, agentClient, callUnary } from "../../../agent/mesh/grpc_client.ts";
import type { AuthRequest } from "../../../proto/gen/edgemesh/AuthRequest.ts";
import type { Empty } from "../../../proto/gen/edgemesh/Empty.ts";
import type { JobId } from "../../../proto/gen/edgemesh/JobId.ts";
import type { JobRequest } from "../../../proto/gen/edgemesh/JobRequest.ts";
import type { RoutedCommandRequest } from "../../../proto/gen/edgemesh/RoutedCommandRequest.ts";
import type { SessionInfo__Output as SessionInfo } from "../../../proto/gen/edgemesh/SessionInfo.ts";
import type { TaskRequest } from "../../../proto/gen/edgemesh/TaskRequest.ts";
import type { ListDeviceStatesRequest } from "../../../proto/gen/edgemesh/v1/ListDeviceStatesRequest.ts";
import type { ListDeviceStatesResponse__Output as ListDeviceStatesResponse } from "../../../proto/gen/edgemesh/v1/ListDeviceStatesResponse.ts";
import type { ListJobsRequest } from "../../../proto/gen/edgemesh/v1/ListJobsRequest.ts";
import type { ListJobsResponse__Output as ListJobsResponse } from "../../../proto/gen/edgemesh/v1/ListJobsResponse.ts";
import type { HealthStatus, JobInfo, JobStatus, RoutedCommandResponse, TaskResult } from "../../../proto/messages.ts";
import type { OrderName, OrderOf, ResultOf } from "./orders.ts";
import { LineReader } from "./line_reader.ts";

const CALL_LIMIT_MS = 60_000;

/** How often a large job is looked at, in ms: its time is exact to this. */
const LOOK_EVERY_MS = 10;

/** Started like the agent starts it: by its path, which the agent remembers, and with an environment of as much. */
const PWD = "/bin/pwd";
const PWD_OPTIONS: Deno.CommandOptions = {
  cwd: Deno.cwd(),
  clearEnv: true,
  env: { LANG: "C.UTF-8", LC_ALL: "C.UTF-8", PATH: Deno.env.get("PATH") ?? "" },
  stdin: "null",
};

class Measurement {
  readonly #client: AgentClient;
  #sessionId = "";

  constructor(address: string) {
    this.#client = agentClient(address);
  }

  async open(key: string): Promise<void> {
    const { orchestrator } = this.#client;
    const request = { device_name: "bench", security_key: key };
    const options = { timeoutMs: CALL_LIMIT_MS };
    const session = await callUnary<AuthRequest, SessionInfo>(
      orchestrator,
      orchestrator.CreateSession,
      request,
      options,
    );
    this.#sessionId = session.session_id;
  }

  close(): void {
    this.#client.close();
  }

  async health({ calls }: OrderOf<"health">): Promise<ResultOf<"health">> {
    return await timed(calls, () => this.#health());
  }

  async healthRate({ calls, inFlight }: OrderOf<"healthRate">): Promise<ResultOf<"healthRate">> {
    return calls / await secondsOf(() => atOnce(calls, inFlight, () => this.#health()));
  }

  async command({ rounds, deviceId }: OrderOf<"command">): Promise<ResultOf<"command">> {
    const routed: number[] = [];
    const direct: number[] = [];
    // In turn, so that whatever else the machine does meets both.
    for (let round = 0; round < rounds; round++) {
      routed.push(...await timed(1, () => this.#routedPwd(deviceId)));
      direct.push(...await timed(1, directPwd));
    }
    return { routed, direct };
  }

  async smallJob({ jobs, deviceId }: OrderOf<"smallJob">): Promise<ResultOf<"smallJob">> {
    return await timed(jobs, async () => {
      const { job_id } = await this.#submit(1, deviceId);
      while (await this.#jobState(job_id) !== "DONE");
    });
  }

  async largeJob({ tasks }: OrderOf<"largeJob">): Promise<ResultOf<"largeJob">> {
    return await secondsOf(async () => {
      const { job_id } = await this.#submit(tasks, "");
      while (!await this.#isListedDone(job_id)) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    });
  }

  async unaryTasks({ tasks, inFlight }: OrderOf<"unaryTasks">): Promise<ResultOf<"unaryTasks">> {
    const { orchestrator } = this.#client;
    return await secondsOf(() =>
      atOnce(tasks, inFlight, async (n) => {
        const request = { task_id: `${n}`, kind: "ECHO", input: `input ${n}` };
        const { ok } = await callUnary<TaskRequest, TaskResult>(
          orchestrator,
          orchestrator.RunTask,
          request,
          this.#withSession(),
        );
        if (!ok) throw new Error(`task ${n} failed`);
      })
    );
  }

  async online(): Promise<ResultOf<"online">> {
    const { mesh } = this.#client;
    const { devices } = await callUnary<ListDeviceStatesRequest, ListDeviceStatesResponse>(
      mesh,
      mesh.ListDeviceStates,
      {},
      this.#withSession(),
    );
    return devices.filter((device) => device.online).length;
  }

  #health(): Promise<HealthStatus> {
    const { orchestrator } = this.#client;
    return callUnary<Empty, HealthStatus>(orchestrator, orchestrator.HealthCheck, {}, { timeoutMs: CALL_LIMIT_MS });
  }

  async #routedPwd(deviceId: string): Promise<void> {
    const { orchestrator } = this.#client;
    const request: RoutedCommandRequest = {
      session_id: this.#sessionId,
      policy: { mode: "FORCE_DEVICE_ID", device_id: deviceId },
      command: "pwd",
      args: [],
    };
    const response = await callUnary<RoutedCommandRequest, RoutedCommandResponse>(
      orchestrator,
      orchestrator.ExecuteRoutedCommand,
      request,
      { timeoutMs: CALL_LIMIT_MS },
    );
    if (response.output?.exit_code !== 0 || response.executed_locally) throw new Error("pwd did not run as asked");
  }

  #submit(tasks: number, deviceId: string): Promise<JobInfo> {
    const { orchestrator } = this.#client;
    const plan = {
      groups: [{
        index: 0,
        tasks: Array.from({ length: tasks }, (_, n) => ({
          task_id: `${n}`,
          kind: "ECHO",
          input: `input ${n}`,
          target_device_id: deviceId,
        })),
      }],
    };
    const request = { session_id: this.#sessionId, text: "measure", plan, reduce: { kind: "CONCAT" } };
    const options = { timeoutMs: CALL_LIMIT_MS };
    return callUnary<JobRequest, JobInfo>(orchestrator, orchestrator.SubmitJob, request, options);
  }

  async #jobState(jobId: string): Promise<string> {
    const { orchestrator } = this.#client;
    const job = await callUnary<JobId, JobStatus>(
      orchestrator,
      orchestrator.GetJob,
      { job_id: jobId },
      this.#withSession(),
    );
    requireUnfailed(job.state);
    return job.state;
  }

  /** Without the job's tasks, of which there are many. */
  async #isListedDone(jobId: string): Promise<boolean> {
    const { mesh } = this.#client;
    const { jobs } = await callUnary<ListJobsRequest, ListJobsResponse>(
      mesh,
      mesh.ListJobs,
      { limit: 1 },
      this.#withSession(),
    );
    const job = jobs.find((job) => job.job_id === jobId);
    requireUnfailed(job?.state ?? "");
    return job?.state === "DONE";
  }

  #withSession() {
    return { timeoutMs: CALL_LIMIT_MS, sessionId: this.#sessionId };
  }
}

function requireUnfailed(state: string): void {
  if (state === "FAILED") throw new Error("the job failed");
}

async function directPwd(): Promise<void> {
  const { success } = await new Deno.Command(PWD, PWD_OPTIONS).output();
  if (!success) throw new Error("pwd failed");
}

/** How long each of `count` runs took, one after the other, in ms. */
async function timed(count: number, run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  return times;
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** Runs `count` times, with `inFlight` under way at any time. */
async function atOnce(count: number, inFlight: number, run: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const runner = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, runner));
}

async function serve(measurement: Measurement, name: OrderName, order: never): Promise<unknown> {
  return await measurement[name](order);
}

const measurement = new Measurement(Deno.args[0] ?? "");
await measurement.open(Deno.env.get("EDGEMESH_KEY") ?? "");
const lines = new LineReader(Deno.stdin.readable);
for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
  const { name, order } = JSON.parse(line);
  console.log(JSON.stringify(await serve(measurement, name, order as never)));
}
measurement.close();
