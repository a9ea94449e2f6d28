/**
 * edgemesh as a library: this device's agent inside a program of yours, and a client of any mesh.
 *
 * @module
 */
import { AGENT_FLAGS } from "./agent/config/agent_flags.ts";
import { parseHostPort } from "./agent/config/address.ts";
import { parseFlags } from "./agent/config/flags.ts";
import { loadConfig } from "./agent/config/load.ts";
import { type Environment, processEnvironment } from "./agent/config/paths.ts";
import { messageOf, UsageError } from "./agent/core/errors.ts";
import { configureLog, type LogFormat, type LogLevel } from "./agent/core/log.ts";
import type { RunningAgent } from "./agent/agent.ts";
import { allJobs } from "./cli/all_jobs.ts";
import { taskPages } from "./cli/all_tasks.ts";
import { connect as openSession, type MeshClient } from "./cli/client.ts";
import { deviceIdOf } from "./cli/find_device.ts";
import type { JOB_STATES } from "./cli/job_view.ts";
import { followJob } from "./cli/job_watch.ts";
import { knownDevices } from "./cli/known_devices.ts";
import { PatientClient } from "./cli/patient_client.ts";
import { PROGRAM_TIMEOUT_MS } from "./cli/program_result.ts";
import { type Reduce, submitJob } from "./cli/submission.ts";
import { submissionOf, type SubmitOptions } from "./cli/submit_options.ts";
import { watchJob } from "./cli/watch_job.ts";
import type {
  DeviceInfo,
  DeviceStatus,
  JobInfo,
  JobStatus,
  JobSummary,
  JobUpdate,
  PlanCostResponse,
  RoutedCommandResponse,
  RoutingMode,
  TaskDetail,
} from "./proto/messages.ts";
import type { Plan } from "./proto/gen/edgemesh/Plan.ts";

export { type ErrorCode, MeshError, UsageError } from "./agent/core/errors.ts";
export type {
  DeviceInfo,
  DeviceStatus,
  JobInfo,
  JobStatus,
  JobSummary,
  JobUpdate,
  Plan,
  PlanCostResponse,
  Reduce,
  RoutedCommandResponse,
  RoutingMode,
  RunningAgent,
  SubmitOptions,
  TaskDetail,
};

/** The state of a job, or of a task. */
export type JobState = typeof JOB_STATES[number];

/**
 * How an agent runs: the flags of `edgemesh agent` under their names in camelCase, with the same defaults. The
 * environment is not read, except for the home folder.
 */
export interface AgentOptions {
  /** gRPC listen address, `HOST:PORT`; port 0 picks a free one. Default `:50051`. */
  readonly grpc?: string;
  /** HTTP listen address. Default `:8081`. */
  readonly http?: string;
  /** Host under which other devices reach this one. Default: its first non-internal address. */
  readonly advertise?: string;
  /** Coordinators to attach to, as `HOST:PORT`. */
  readonly join?: readonly string[];
  /** Default: the host name. */
  readonly name?: string;
  /** A UUID. Default: the data folder's own. */
  readonly deviceId?: string;
  /** The mesh key. Default: the data folder's own, made on the first start. */
  readonly key?: string;
  /** A file that holds the mesh key, instead of `key`. */
  readonly keyFile?: string;
  readonly auth?: "required" | "open";
  /** Commands that may be run. Default `["pwd", "ls", "cat"]`; `["none"]` allows none. */
  readonly allow?: readonly string[];
  /** The shared folder. Default: `shared` in the data folder. */
  readonly share?: string;
  /** What this device has, instead of what the probe finds; `["none"]` is neither. */
  readonly capabilities?: readonly ("npu" | "gpu" | "none")[];
  readonly store?: "sqlite" | "memory";
  /** How long jobs that have ended are kept: `"36h"`, seconds, or `"forever"`. Default `"7d"`. */
  readonly keepJobs?: string | number;
  /** How many tasks of unfinished jobs are taken at most. Default 1,000,000. */
  readonly maxQueuedTasks?: number;
  /** How long a task waits for the device that it names to come back: `"5m"`, or seconds. Default `"30s"`. */
  readonly reattachGrace?: string | number;
  /** Default `~/.edgemesh`. */
  readonly dataDir?: string;
  /** Logs to standard error from this level on. Default: no logs. */
  readonly logLevel?: LogLevel;
  readonly logFormat?: LogFormat;
}

/** The parts of the environment that have no option. */
const homeOnly: Environment = (name) =>
  name === "HOME" || name === "USERPROFILE" ? processEnvironment(name) : undefined;

/**
 * Starts this device's agent in this process. It ends with its scope (`await using`) or by `stop()`; signals are the
 * program's own business.
 *
 * @throws {UsageError} when an option is wrong, with its name and value
 * @throws {MeshError} when something is in the way: a port in use, a data folder that cannot be written
 */
export async function startAgent(options: AgentOptions = {}): Promise<RunningAgent & AsyncDisposable> {
  const { given } = parseFlags(AGENT_FLAGS, ["--config", "options"]);
  const config = loadConfig(given, homeOnly, () => asConfigFile(options));
  if (options.logLevel) configureLog(config.log);
  const { startAgent } = await import("./agent/agent.ts");
  const agent = await startAgent(config);
  return { ...agent, [Symbol.asyncDispose]: () => agent.stop() };
}

function asConfigFile(options: AgentOptions): string {
  const flagName = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  // The flags are texts, their numbers too.
  const flagValue = (value: unknown) => typeof value === "number" ? String(value) : value;
  const flags = Object.entries(options).map(([name, value]) => [flagName(name), flagValue(value)]);
  return JSON.stringify(Object.fromEntries(flags));
}

/** How to reach a mesh. */
export interface ConnectOptions {
  /** The mesh key: what `mesh.key` in an agent's data folder holds. */
  readonly key: string;
  /** How the agent's log calls this program. */
  readonly name?: string;
  /** How long one call may take, in ms. Default 125,000: a command may run for two minutes. */
  readonly timeoutMs?: number;
  /** Ends every call, and refuses new ones. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a session with one agent, which answers for its whole mesh. A session ends after 30 minutes without a call.
 *
 * @param address the agent's `HOST:PORT`
 * @throws {UsageError} when the address is none
 * @throws {MeshError} UNAVAILABLE when no agent answers there (within 2 s), UNAUTHENTICATED when the key is wrong
 */
export async function connect(address: string, options: ConnectOptions): Promise<Mesh> {
  const { key, name = "a program", timeoutMs = PROGRAM_TIMEOUT_MS, signal = new AbortController().signal } = options;
  const open = () => openSession({ server: hostPort(address), key, deviceName: name, timeoutMs, signal });
  return new Mesh(await open(), open, signal);
}

function hostPort(address: string) {
  try {
    return parseHostPort(address);
  } catch (error) {
    throw new UsageError(`Cannot connect to ${JSON.stringify(address)}: ${messageOf(error)}`);
  }
}

/** A device, and what the agent knows of it now. */
export interface Device extends DeviceInfo {
  readonly status: DeviceStatus | null;
  readonly online: boolean;
}

/** Which device runs a command: a device by its name or id, or the one that a policy chooses. */
export type Where = { readonly device: string } | { readonly policy: Exclude<RoutingMode, "FORCE_DEVICE_ID"> };

/** A mesh, seen through one of its agents. Each method throws a {@link MeshError} with the agent's code and words. */
export class Mesh implements Disposable {
  readonly #patient: PatientClient;

  /** @ignore Made by {@link connect}. */
  constructor(client: MeshClient, open: () => Promise<MeshClient>, private readonly signal: AbortSignal) {
    const reconnect = async () => {
      const next = await open();
      // Calls that are under way over the old connection still end there.
      this.client[Symbol.dispose]();
      return next;
    };
    this.#patient = new PatientClient(client, { reconnect, onAway: () => {}, signal });
  }

  private get client(): MeshClient {
    return this.#patient.current;
  }

  /** All known devices, online ones first. */
  async devices(): Promise<Device[]> {
    const devices = await knownDevices(this.client);
    return devices.flatMap(({ device, status, online = true }) => device ? [{ ...device, status, online }] : []);
  }

  /** Runs an allow-listed program in the shared folder of a device. Its exit code is in `output`, whatever it is. */
  async run(
    command: string,
    args: readonly string[] = [],
    where: Where = { policy: "BEST_AVAILABLE" },
  ): Promise<RoutedCommandResponse> {
    const policy = "device" in where
      ? { mode: "FORCE_DEVICE_ID" as const, device_id: await deviceIdOf(this.client, where.device) }
      : { mode: where.policy };
    const { sessionId: session_id } = this.client;
    return await this.client.orchestrator("ExecuteRoutedCommand", { session_id, policy, command, args: [...args] });
  }

  /** What a plan will cost on each online device, or on those named. */
  async previewCost(plan: Plan, devices: readonly string[] = []): Promise<PlanCostResponse> {
    const device_ids = await Promise.all(devices.map((device) => deviceIdOf(this.client, device)));
    return await this.client.orchestrator("PreviewPlanCost", { session_id: this.client.sessionId, plan, device_ids });
  }

  /**
   * Submits a job. Once this resolves, the job is on the agent's disk. Where the agent goes away before it has answered,
   * the job is submitted again for up to a minute, and still is one.
   *
   * @param work what to do, in words, or a plan
   * @throws {UsageError} when an option is wrong, with its name and value
   */
  async submit(work: string | Plan, options: SubmitOptions = {}): Promise<JobInfo> {
    return await submitJob(this.#patient, submissionOf(work, options));
  }

  /** A job as it is now. */
  job(jobId: string): Promise<JobStatus> {
    return this.client.orchestrator("GetJob", { job_id: jobId });
  }

  /**
   * Waits until a job has ended, DONE or not, and answers how. An agent that restarts is waited for, for up to a minute
   * each time.
   */
  finished(jobId: string): Promise<JobStatus> {
    return followJob(this.#patient, jobId, { signal: this.signal });
  }

  /**
   * A job as it is now, then what changes, at most ten times a second, to its end; over restarts of the agent, after each
   * of which comes another snapshot. Whoever leaves the loop ends the watching.
   *
   * @param options.countsOnly no single tasks, only how many are in which state
   */
  watch(jobId: string, options: { readonly countsOnly?: boolean } = {}): AsyncGenerator<JobUpdate, void, void> {
    return watchJob(this.#patient, jobId, { countsOnly: options.countsOnly ?? false, signal: this.signal });
  }

  /**
   * Cancels a job: what waits is CANCELLED at once, what runs gets 2 s to stop.
   *
   * @throws {MeshError} FAILED_PRECONDITION when it is DONE or FAILED already
   */
  cancel(jobId: string): Promise<JobSummary> {
    return this.client.mesh("CancelJob", { job_id: jobId });
  }

  /**
   * Forgets a job and its results.
   *
   * @throws {MeshError} FAILED_PRECONDITION when it has not ended
   */
  async delete(jobId: string): Promise<void> {
    await this.client.mesh("DeleteJob", { job_id: jobId });
  }

  /** The tasks of a job in plan order, with their results and why attempts failed; of the largest jobs too. */
  async *tasks(jobId: string, options: { readonly state?: JobState } = {}): AsyncGenerator<TaskDetail, void, void> {
    for await (const page of taskPages(this.client, { jobId, state: options.state ?? "" })) yield* page;
  }

  /**
   * The newest jobs, newest first.
   *
   * @param options.state only jobs in this state
   * @param options.limit at most so many, `Infinity` for all; default 100
   * @throws {UsageError} when the limit is no whole number above 0
   */
  async jobs(options: { readonly state?: JobState; readonly limit?: number } = {}): Promise<JobSummary[]> {
    const { state = "", limit = 100 } = options;
    if (!(limit >= 1 && (Number.isInteger(limit) || limit === Infinity))) {
      throw new UsageError(`limit "${limit}": not a whole number from 1`);
    }
    return await Array.fromAsync(allJobs(this.client, { state, limit }));
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}
