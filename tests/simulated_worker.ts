import { type WorkerBatch, workerBatch } from "../agent/mesh/batches.ts";
import type { BatchChannel } from "../agent/mesh/channel.ts";
import { clientChannel } from "../agent/mesh/grpc_channel.ts";
import {
  type AgentClient,
  agentClient,
  callMetadata,
  callUnary,
  type UnaryOptions,
} from "../agent/mesh/grpc_client.ts";
import { INSTANCE_METADATA } from "../agent/mesh/joiner.ts";
import type { AuthRequest } from "../proto/gen/edgemesh/AuthRequest.ts";
import type { DeviceAck } from "../proto/gen/edgemesh/DeviceAck.ts";
import type { DeviceInfo } from "../proto/gen/edgemesh/DeviceInfo.ts";
import type { SessionInfo__Output as SessionInfo } from "../proto/gen/edgemesh/SessionInfo.ts";
import type {
  CommandOrder,
  CoordinatorBatch__Output as CoordinatorBatch,
  KindSlots,
  TaskAssignment,
  TaskOutcome,
  TaskRef,
} from "../proto/messages.ts";
import { eventually, TEST_KEY } from "./processes.ts";

const TIMEOUT_MS = 10_000;

/** As of a device that is always idle, so that tasks come to it first. */
const IDLE = { cpu_load: 0, mem_used_mb: 1, mem_total_mb: 4096, ram_free_mb: 4095 };

/** Registers a device with an agent. Without `instance` the agent takes it for one that does not attach. */
export async function registerDevice(address: string, device: DeviceInfo): Promise<void> {
  const client = agentClient(address);
  try {
    await register(client, device, "");
  } finally {
    client.close();
  }
}

async function register(client: AgentClient, device: DeviceInfo, instance: string): Promise<string> {
  const { orchestrator } = client;
  const { session_id: sessionId } = await callUnary<AuthRequest, SessionInfo>(
    orchestrator,
    orchestrator.CreateSession,
    { device_name: device.device_name ?? "", security_key: TEST_KEY },
    { timeoutMs: TIMEOUT_MS },
  );
  const options: UnaryOptions = { timeoutMs: TIMEOUT_MS, sessionId, metadata: { [INSTANCE_METADATA]: instance } };
  await callUnary<DeviceInfo, DeviceAck>(orchestrator, orchestrator.RegisterDevice, device, options);
  return sessionId;
}

/** How a {@link SimulatedWorker} attaches. */
export interface SimulatedWorkerOptions {
  readonly name: string;
  /** Random when it is left out. */
  readonly deviceId?: string;
  /** Which start of its program it is; random when it is left out. */
  readonly instanceId?: string;
  readonly credits?: number;
  /** Tasks of each kind that it runs at once; any when it is left out. */
  readonly kinds?: readonly KindSlots[];
  /** Attempts that it says it holds. */
  readonly held?: readonly TaskRef[];
}

/** A device that attaches to a real agent and then does with its work whatever the test says: nothing by itself. */
export class SimulatedWorker implements Disposable {
  readonly tasks: TaskAssignment[] = [];
  readonly commands: CommandOrder[] = [];
  readonly acknowledged: TaskRef[] = [];
  /** Attempts that it was told to stop. */
  readonly cancelled: TaskRef[] = [];
  /** True once the stream has ended, from either side. */
  closed = false;

  private constructor(
    readonly deviceId: string,
    readonly instanceId: string,
    private readonly client: AgentClient,
    private readonly channel: BatchChannel<WorkerBatch, CoordinatorBatch>,
    private readonly hangUp: () => void,
  ) {}

  /** Resolves when the agent has welcomed it. */
  static async attach(address: string, options: SimulatedWorkerOptions): Promise<SimulatedWorker> {
    const { name, deviceId = crypto.randomUUID(), instanceId = crypto.randomUUID(), credits = 64 } = options;
    const { kinds = [], held = [] } = options;
    const client = agentClient(address);
    const device = { device_id: deviceId, device_name: name, platform: "linux", arch: "amd64", has_cpu: true };
    const sessionId = await register(client, device, instanceId);
    const call = client.mesh.Attach(callMetadata({ sessionId }));
    const worker = new SimulatedWorker(deviceId, instanceId, client, clientChannel(call), () => call.cancel());
    const hello = { device_id: deviceId, instance_id: instanceId, kinds: [...kinds], held: [...held] };
    await worker.#begin(workerBatch({ hello, sample: IDLE, credits }));
    return worker;
  }

  send(batch: Partial<WorkerBatch>): void {
    this.channel.send(workerBatch(batch));
  }

  /** Waits until it was given so many tasks in all. */
  async given(count: number): Promise<TaskAssignment[]> {
    return await eventually(
      () => this.tasks.length >= count ? [...this.tasks] : undefined,
      `${count} tasks for ${this.deviceId}`,
    );
  }

  /** The outcome of a task that went well. */
  outcome(task: TaskRef, output: string): TaskOutcome {
    const { job_id, task_id, attempt } = task;
    return {
      job_id,
      task_id,
      attempt,
      ok: true,
      output,
      error: "",
      time_ms: 1,
      error_code: "",
      lease: 0,
      generation: null,
      output_file: null,
    };
  }

  /** The outcome of an attempt that failed: by the task's own fault, unless there is an `errorCode`. */
  failure(task: TaskRef, error: string, errorCode = ""): TaskOutcome {
    return { ...this.outcome(task, ""), ok: false, error, error_code: errorCode };
  }

  /** Is gone without a word, as when its network is. */
  drop(): void {
    this.hangUp();
  }

  [Symbol.dispose](): void {
    this.hangUp();
    this.client.close();
  }

  async #begin(first: WorkerBatch): Promise<void> {
    const welcomed = Promise.withResolvers<void>();
    this.channel.listen({
      onBatch: (batch) => {
        if (batch.welcome) welcomed.resolve();
        this.tasks.push(...batch.tasks);
        this.commands.push(...batch.commands);
        this.acknowledged.push(...batch.acknowledged);
        this.cancelled.push(...batch.cancelled_tasks);
      },
      onDrain: () => {},
      onClose: (error) => {
        this.closed = true;
        welcomed.reject(error ?? new Error("the stream was closed"));
      },
    });
    this.send(first);
    await welcomed.promise;
  }
}
