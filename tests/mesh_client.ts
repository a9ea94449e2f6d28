import { parseHostPort } from "../agent/config/address.ts";
import { agentClient } from "../agent/mesh/grpc_client.ts";
import { probe } from "../agent/mesh/probe.ts";
import { connect, type MeshClient } from "../cli/client.ts";
import type { TaskGroup as TaskGroupInput } from "../proto/gen/edgemesh/TaskGroup.ts";
import type {
  CommandResponse,
  DeviceState,
  JobStatus,
  JobSummary,
  JobUpdate,
  RoutedCommandResponse,
  RoutingMode,
  TaskDetail,
} from "../proto/messages.ts";
import { eventually, TEST_KEY } from "./processes.ts";

/** Longer than anything that a test waits for, in ms. */
const TIMEOUT_MS = 30_000;

interface Policy {
  readonly mode: RoutingMode;
  readonly device_id?: string;
}

/** The most tasks that a page of ListTasks holds. */
const PAGE = 1000;

/** What a job may be submitted with besides its plan. */
interface JobOptions {
  readonly reduce?: string;
  readonly maxWorkers?: number;
  readonly idempotencyKey?: string;
  /** Of every task, in ms. */
  readonly taskTimeoutMs?: number;
  /** Of single tasks, by id, in ms. */
  readonly taskTimeoutsMs?: Readonly<Record<string, number>>;
}

/** A session with a real agent, as a test asks. Ended with its scope. */
export class MeshSession implements Disposable {
  private constructor(readonly client: MeshClient) {}

  /** @throws {MeshError} when the agent does not answer or does not take the key */
  static async open(address: string, key = TEST_KEY, deviceName = "a test"): Promise<MeshSession> {
    const { signal } = new AbortController();
    const server = parseHostPort(address);
    return new MeshSession(await connect({ server, key, deviceName, timeoutMs: TIMEOUT_MS, signal }));
  }

  /** Runs a command on the device that the policy chooses. */
  run(policy: Policy, command: string, ...args: readonly string[]): Promise<RoutedCommandResponse> {
    const request = {
      session_id: this.client.sessionId,
      policy: { device_id: "", ...policy },
      command,
      args: [...args],
    };
    return this.client.orchestrator("ExecuteRoutedCommand", request);
  }

  /** Runs a command on one device. */
  async runOn(deviceId: string, command: string, ...args: readonly string[]): Promise<CommandResponse> {
    const { output } = await this.run({ mode: "FORCE_DEVICE_ID", device_id: deviceId }, command, ...args);
    if (!output) throw new Error("the answer holds no output");
    return output;
  }

  /** Submits a plan and answers the job's id. */
  async submit(groups: TaskGroupInput[], maxWorkers = 0): Promise<string> {
    const { sessionId } = this.client;
    const request = { session_id: sessionId, text: "a test", max_workers: maxWorkers, plan: { groups } };
    return (await this.client.orchestrator("SubmitJob", request)).job_id;
  }

  /** Submits a plan by StartJob and answers the job's id. */
  async start(groups: TaskGroupInput[], options: JobOptions = {}): Promise<string> {
    const { reduce = "", maxWorkers = 0, idempotencyKey = "", taskTimeoutMs = 0, taskTimeoutsMs = {} } = options;
    const { sessionId } = this.client;
    const request = {
      job: {
        session_id: sessionId,
        text: "a test",
        max_workers: maxWorkers,
        plan: { groups },
        reduce: { kind: reduce },
      },
      idempotency_key: idempotencyKey,
      task_timeout_ms: taskTimeoutMs,
      task_timeouts_ms: { ...taskTimeoutsMs },
    };
    return (await this.client.mesh("StartJob", request)).job_id;
  }

  cancel(jobId: string): Promise<JobSummary> {
    return this.client.mesh("CancelJob", { job_id: jobId });
  }

  watch(jobId: string, countsOnly = false): AsyncGenerator<JobUpdate, void, void> {
    return this.client.watch({ job_id: jobId, counts_only: countsOnly });
  }

  /** Watches a job until it has ended, and answers the last message. */
  async end(jobId: string): Promise<JobUpdate> {
    let last: JobUpdate | undefined;
    for await (const update of this.watch(jobId, true)) last = update;
    if (!last) throw new Error(`nothing was told of job ${jobId}`);
    return last;
  }

  async jobs(): Promise<JobSummary[]> {
    return (await this.client.mesh("ListJobs", { limit: 1000 })).jobs;
  }

  /** A job with the counts of its tasks. */
  async summary(jobId: string): Promise<JobSummary> {
    const job = (await this.jobs()).find((one) => one.job_id === jobId);
    if (!job) throw new Error(`job ${jobId} is not listed`);
    return job;
  }

  /** All tasks of a job, in plan order. */
  async tasks(jobId: string): Promise<TaskDetail[]> {
    const tasks: TaskDetail[] = [];
    let token = "";
    do {
      const page = await this.client.mesh("ListTasks", { job_id: jobId, limit: PAGE, page_token: token });
      tasks.push(...page.tasks);
      token = page.next_page_token;
    } while (token !== "");
    return tasks;
  }

  job(jobId: string): Promise<JobStatus> {
    return this.client.orchestrator("GetJob", { job_id: jobId });
  }

  /** Waits until a job has ended. */
  ended(jobId: string): Promise<JobStatus> {
    return eventually(async () => {
      const status = await this.job(jobId);
      return ["DONE", "FAILED", "CANCELLED"].includes(status.state) ? status : undefined;
    }, `the end of job ${jobId}`);
  }

  async devices(): Promise<DeviceState[]> {
    return (await this.client.mesh("ListDeviceStates", {})).devices;
  }

  /** Waits until as many devices are online as there should be. */
  online(count: number): Promise<DeviceState[]> {
    return eventually(async () => {
      const online = (await this.devices()).filter((device) => device.online);
      return online.length === count ? online : undefined;
    }, `${count} devices online`);
  }

  /** Waits until a device is online or offline. */
  presence(deviceId: string, online: boolean): Promise<DeviceState> {
    return eventually(
      async () =>
        (await this.devices()).find((state) => state.device?.device_id === deviceId && state.online === online),
      `device ${deviceId} ${online ? "online" : "offline"}`,
    );
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}

/** Asks an agent whether it is well. @throws {MeshError} when it does not answer within 2 s */
export async function requireHealthy(agent: { readonly grpc: string; readonly deviceId: string }): Promise<void> {
  const client = agentClient(agent.grpc);
  try {
    await probe(client, agent.deviceId, new AbortController().signal);
  } finally {
    client.close();
  }
}
