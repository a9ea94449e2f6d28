import type { AuthRequest } from "../../proto/gen/edgemesh/AuthRequest.ts";
import type { DeviceAck } from "../../proto/gen/edgemesh/DeviceAck.ts";
import type { DeviceInfo as DeviceInfoInput } from "../../proto/gen/edgemesh/DeviceInfo.ts";
import type { SessionInfo__Output as SessionInfo } from "../../proto/gen/edgemesh/SessionInfo.ts";
import type { DeviceInfo } from "../../proto/messages.ts";
import { delay } from "../core/abort.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import { clientChannel } from "./grpc_channel.ts";
import { type AgentClient, agentClient, callMetadata, callUnary } from "./grpc_client.ts";
import { HeldAttempts } from "./held_attempts.ts";
import { WorkerSession, type WorkSource } from "./worker_session.ts";

const log = logger("mesh");

/** Metadata in which a device says which start of the program it is: it will attach, and need not be dialled. */
export const INSTANCE_METADATA = "x-edgemesh-instance";

/** Waits between attempts, in ms: the first, and the longest. Each is the double of the former, less up to half. */
const BACKOFF_MIN_MS = 200;
const BACKOFF_MAX_MS = 10_000;

const CALL_TIMEOUT_MS = 5000;

export interface JoinerOptions {
  /** The coordinator's address, `HOST:PORT`. */
  readonly address: string;
  readonly key: string;
  readonly instanceId: string;
  readonly device: () => DeviceInfo;
  readonly work: WorkSource;
  /** How long `stop` waits for running work, in ms. */
  readonly drainMs: number;
}

/** Keeps this device attached to one coordinator: joins, and joins again whenever the stream ends. */
export class Joiner implements Component {
  readonly name: string;
  readonly #stopping = new AbortController();
  readonly #held: HeldAttempts;
  #session: WorkerSession | undefined;
  #loop: Promise<void> | undefined;
  #register: (() => Promise<unknown>) | undefined;
  #lastProblem = "";
  #attached = false;

  constructor(private readonly options: JoinerOptions) {
    this.name = `join ${options.address}`;
    this.#held = new HeldAttempts(options.work);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Tells the coordinator again what this device is, after that changed. */
  async announce(): Promise<void> {
    await this.#register?.();
  }

  /** Leaves the mesh: what runs may end, then the stream is closed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#session?.leave(this.options.drainMs);
    // Without a stream nobody would hear of what runs.
    await this.#held.stop("the device is leaving the mesh");
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let attempt = 0;
    while (!signal.aborted) {
      this.#attached = false;
      const client = agentClient(this.options.address);
      try {
        await this.#attachOnce(client);
      } catch (error) {
        if (!signal.aborted) this.#report(error);
      } finally {
        this.#register = undefined;
        client.close();
      }
      // A coordinator that was there a moment ago is soon there again: what it gave waits for this device.
      if (this.#attached) attempt = 0;
      const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** attempt++) * (0.5 + Math.random() / 2);
      await delay(wait, signal).catch(() => {/* stopping: the loop ends */});
    }
  }

  /** Joins and stays until the stream ends. @throws {MeshError} why it could not join, or how the stream ended */
  async #attachOnce(client: AgentClient): Promise<void> {
    const { device, instanceId, work, key } = this.options;
    const { signal } = this.#stopping;
    const { orchestrator, mesh } = client;
    const info = device();
    const { session_id: sessionId } = await callUnary<AuthRequest, SessionInfo>(
      orchestrator,
      orchestrator.CreateSession,
      { device_name: info.device_name, security_key: key },
      { timeoutMs: CALL_TIMEOUT_MS, signal },
    );
    const metadata = { [INSTANCE_METADATA]: instanceId };
    this.#register = () =>
      callUnary<DeviceInfoInput, DeviceAck>(orchestrator, orchestrator.RegisterDevice, device(), {
        timeoutMs: CALL_TIMEOUT_MS,
        signal,
        sessionId,
        metadata,
      });
    await this.#register();
    if (signal.aborted) return;
    const session = new WorkerSession(clientChannel(mesh.Attach(callMetadata({ sessionId, metadata }))), {
      deviceId: info.device_id,
      instanceId,
      work,
      held: this.#held,
    });
    this.#session = session;
    session.start();
    const coordinator = await session.welcomed;
    this.#attached = true;
    this.#lastProblem = "";
    log.info("attached to {name} at {address}", { name: coordinator.deviceName, address: this.options.address });
    const error = await session.closed;
    if (signal.aborted) return;
    throw error ?? new MeshError("UNAVAILABLE", "the coordinator ended the stream");
  }

  /** The same problem is reported once, not with every attempt. */
  #report(error: unknown): void {
    const problem = messageOf(error);
    const text = "not attached to {address}, trying again: {problem}";
    const properties = { address: this.options.address, problem };
    if (problem === this.#lastProblem) log.debug(text, properties);
    else log.warning(text, properties);
    this.#lastProblem = problem;
  }
}
