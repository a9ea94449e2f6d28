import { workerBatch } from "../../agent/mesh/batches.ts";
import type { BatchChannel } from "../../agent/mesh/channel.ts";
import { clientChannel } from "../../agent/mesh/grpc_channel.ts";
import { agentClient, callMetadata, callUnary } from "../../agent/mesh/grpc_client.ts";
import { INSTANCE_METADATA } from "../../agent/mesh/joiner.ts";
import type { AuthRequest } from "../../proto/gen/edgemesh/AuthRequest.ts";
import type { DeviceAck } from "../../proto/gen/edgemesh/DeviceAck.ts";
import type { DeviceInfo } from "../../proto/gen/edgemesh/DeviceInfo.ts";
import type { SessionInfo__Output as SessionInfo } from "../../proto/gen/edgemesh/SessionInfo.ts";
import type {
  CoordinatorBatch__Output as CoordinatorBatch,
  TaskAssignment,
  TaskOutcome,
  TaskRef,
  WorkerBatch__Output as WorkerBatch,
} from "../../proto/messages.ts";
import { eventually, TEST_KEY } from "../processes.ts";

/** Tasks that it takes at once. */
const SLOTS = 64;

/** How often it answers, sends a sign of life, and tries to come back, in ms. */
const TICK_MS = 10;
const SAMPLE_MS = 1000;
const RETURN_MS = 50;

const CALL_MS = 5000;

const IDLE = { cpu_load: 0, mem_used_mb: 1, mem_total_mb: 4096, ram_free_mb: 4095 };

export interface SteadyWorkerOptions {
  readonly name: string;
  /** Random when it is left out. */
  readonly deviceId?: string;
  /** The result of a task, or undefined as long as it is not to be answered. */
  readonly answer: (task: TaskAssignment) => string | undefined;
  /** Answers in each 10 ms, at most. */
  readonly answersATick?: number;
}

/**
 * A worker written for tests, which knows nothing of the real one's code: it does ECHO tasks at a bounded rate, stays through
 * all restarts of its coordinator, and writes down each attempt that it was given and each that was acknowledged.
 */
export class SteadyWorker implements AsyncDisposable {
  readonly deviceId: string;
  /** How often it was told to begin each attempt, by `TASK#ATTEMPT`. */
  readonly given = new Map<string, number>();
  /** How often each outcome was acknowledged, by `TASK#ATTEMPT`. */
  readonly acknowledged = new Map<string, number>();
  /** How often it attached. */
  attachments = 0;
  readonly #instanceId = crypto.randomUUID();
  readonly #running = new Map<string, TaskAssignment>();
  readonly #unacknowledged = new Map<string, TaskOutcome>();
  readonly #loop: Promise<void>;
  #channel: BatchChannel<WorkerBatch, CoordinatorBatch> | undefined;
  #stopped = false;

  private constructor(private readonly address: string, private readonly options: SteadyWorkerOptions) {
    this.deviceId = options.deviceId ?? crypto.randomUUID();
    this.#loop = this.#stay();
  }

  /** Resolves when the agent has welcomed it. */
  static async join(address: string, options: SteadyWorkerOptions): Promise<SteadyWorker> {
    const worker = new SteadyWorker(address, options);
    await eventually(() => worker.attachments > 0 ? true : undefined, `${options.name} attached`);
    return worker;
  }

  /** Attempts that it runs now. */
  get running(): readonly TaskAssignment[] {
    return [...this.#running.values()];
  }

  /** Outcomes that it has sent and that nobody has acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  async #stay(): Promise<void> {
    while (!this.#stopped) {
      const client = agentClient(this.address);
      try {
        await this.#attach(client);
      } catch {
        // Its coordinator is not there now: that is what it is made for.
      } finally {
        this.#channel = undefined;
        client.close();
      }
      if (!this.#stopped) await pause(RETURN_MS);
    }
  }

  async #attach({ orchestrator, mesh }: ReturnType<typeof agentClient>): Promise<void> {
    const { name } = this.options;
    const { session_id: sessionId } = await callUnary<AuthRequest, SessionInfo>(
      orchestrator,
      orchestrator.CreateSession,
      { device_name: name, security_key: TEST_KEY },
      { timeoutMs: CALL_MS },
    );
    const metadata = { [INSTANCE_METADATA]: this.#instanceId };
    const device = { device_id: this.deviceId, device_name: name, platform: "linux", arch: "amd64", has_cpu: true };
    const options = { timeoutMs: CALL_MS, sessionId, metadata };
    await callUnary<DeviceInfo, DeviceAck>(orchestrator, orchestrator.RegisterDevice, device, options);
    const call = mesh.Attach(callMetadata({ sessionId, metadata }));
    const channel = clientChannel(call);
    let closed = false;
    channel.listen({
      // What an old stream still brings is nothing to the new one, whose hello did not tell of it.
      onBatch: (batch) => this.#channel === channel && this.#receive(batch),
      onDrain: () => {},
      onClose: () => closed = true,
    });
    this.#channel = channel;
    const held = [...this.#running.values(), ...this.#unacknowledged.values()].map(refOf);
    const kinds = [{ kind: "ECHO", slots: SLOTS }];
    channel.send(workerBatch({
      hello: { device_id: this.deviceId, instance_id: this.#instanceId, kinds, held },
      sample: IDLE,
      credits: SLOTS - this.#running.size,
    }));
    channel.send(workerBatch({ outcomes: [...this.#unacknowledged.values()] }));
    let sampled = performance.now();
    while (!closed && !this.#stopped) {
      await pause(TICK_MS);
      const due = performance.now() - sampled >= SAMPLE_MS;
      if (due) sampled = performance.now();
      this.#answer(channel, due);
    }
    call.cancel();
  }

  #receive(batch: CoordinatorBatch): void {
    if (batch.welcome) this.attachments++;
    for (const task of batch.tasks) {
      const key = keyOf(task);
      this.given.set(key, (this.given.get(key) ?? 0) + 1);
      this.#running.set(key, task);
    }
    for (const ref of batch.acknowledged) {
      const key = keyOf(ref);
      this.acknowledged.set(key, (this.acknowledged.get(key) ?? 0) + 1);
      this.#unacknowledged.delete(key);
    }
  }

  #answer(channel: BatchChannel<WorkerBatch, CoordinatorBatch>, withSample: boolean): void {
    const outcomes: TaskOutcome[] = [];
    for (const [key, task] of this.#running) {
      if (outcomes.length === (this.options.answersATick ?? SLOTS)) break;
      const output = this.options.answer(task);
      if (output === undefined) continue;
      const outcome = {
        ...refOf(task),
        ok: true,
        output,
        error: "",
        time_ms: 1,
        error_code: "",
        lease: 0,
        generation: null,
        output_file: null,
      };
      this.#running.delete(key);
      this.#unacknowledged.set(key, outcome);
      outcomes.push(outcome);
    }
    if (outcomes.length === 0 && !withSample) return;
    channel.send(workerBatch({ outcomes, credits: outcomes.length, sample: withSample ? IDLE : null }));
  }
}

function refOf({ job_id, task_id, attempt }: TaskRef): TaskRef {
  return { job_id, task_id, attempt };
}

function keyOf({ task_id, attempt }: TaskRef): string {
  return `${task_id}#${attempt}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
