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
import { connect as openSession } from "./cli/client.ts";
import { Mesh } from "./cli/mesh.ts";
import { PROGRAM_TIMEOUT_MS } from "./cli/program_result.ts";

export { type ErrorCode, MeshError, UsageError } from "./agent/core/errors.ts";
export type { RunningAgent } from "./agent/agent.ts";
export type { Generation } from "./cli/generation.ts";
export { type Device, type JobState, Mesh, type OfModel, type PromptOptions, type Where } from "./cli/mesh.ts";
export type { DeviceFiles, UploadRequest } from "./cli/files/device_files.ts";
export type { OpenedDownload } from "./cli/files/mesh_files.ts";
export type { ScreenOptions } from "./cli/screen_options.ts";
export type { Reduce } from "./cli/submission.ts";
export type { SubmitOptions } from "./cli/submit_options.ts";
export type { Plan } from "./proto/gen/edgemesh/Plan.ts";
export type { GenerateRequest } from "./proto/gen/edgemesh/v1/GenerateRequest.ts";
export type {
  CalibrateResponse,
  CostError,
  DeviceInfo,
  DeviceModel,
  DeviceStatus,
  FileEntry,
  GenerateEvent,
  JobInfo,
  JobStatus,
  JobSummary,
  JobUpdate,
  Monitor,
  PlacementResponse,
  PlanCostResponse,
  RoutedCommandResponse,
  RoutingMode,
  ScreenStream,
  StartScreenResponse,
  TaskDetail,
  Upload,
} from "./proto/messages.ts";

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
  /** The folder that takes files from the mesh, which must exist. Default: none are taken. */
  readonly inbox?: string;
  /** The origin whose web pages may call over HTTP, such as `https://dashboard.example`. Default: none but the agent's own. */
  readonly cors?: string;
  /** How long a ticket for a file can be used, in seconds, 1 to 86,400. Default 60. */
  readonly ticketTtl?: number;
  /** What this device has, instead of what the probe finds; `["none"]` is neither. */
  readonly capabilities?: readonly ("npu" | "gpu" | "none")[];
  /** This device's Ollama, as in `OLLAMA_HOST`. Default `http://localhost:11434`. */
  readonly ollama?: string;
  /** This device's model server of the OpenAI kind, such as llama.cpp's or LM Studio. Default: none. */
  readonly openaiEndpoint?: string;
  /** Uses no model server of this device. */
  readonly noLlm?: boolean;
  /** Generations at once, 1 to 256. Default 1. */
  readonly llmParallel?: number;
  /** Generations that may wait for their turn, up to 100,000. Default 256. */
  readonly llmQueue?: number;
  /** Who turns words into plans. Default `auto`: the planner program, a model or a rule. */
  readonly planner?: "auto" | "deterministic" | "model" | "external";
  /** An external planner program. */
  readonly plannerProgram?: string;
  /**
   * Whether this device's screen may be looked at. Default `ask`: its user is asked each time. `allow`: by whoever has the
   * mesh key.
   */
  readonly screen?: "ask" | "allow" | "off";
  /** How the screen is captured. Default `auto`: the first way that works. */
  readonly capture?: "auto" | "x11" | "wayland" | "macos" | "windows" | "ffmpeg";
  /** STUN or TURN servers for viewers in other networks: `stun:HOST[:PORT]`, `turn:USER:PASSWORD@HOST[:PORT]`. Default: none. */
  readonly iceServer?: readonly string[];
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
  /**
   * How long one call may take, in ms. Default 125,000: a command may run for two minutes. What waits for a model may
   * take a day: a signal ends it sooner.
   */
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
  const server = hostPort(address);
  const open = () => openSession({ server, key, deviceName: name, timeoutMs, signal });
  return new Mesh(await open(), open, signal, server);
}

function hostPort(address: string) {
  try {
    return parseHostPort(address);
  } catch (error) {
    throw new UsageError(`Cannot connect to ${JSON.stringify(address)}: ${messageOf(error)}`);
  }
}
