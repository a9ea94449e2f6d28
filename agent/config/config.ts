import type { LogFormat, LogLevel } from "../core/log.ts";

/** An address to listen on. `host` is empty for all interfaces; port 0 picks a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Where the mesh key comes from. */
export type KeySource =
  | {
    readonly from: "value";
    readonly key: string;
    /** What it was given by, for people: `--key`, `EDGEMESH_KEY`. */
    readonly origin?: string;
  }
  | { readonly from: "file"; readonly path: string }
  /** None was given: the data folder's own key, made on the first start. */
  | { readonly from: "data-dir" };

/** The model servers of this device, and how much they get to do. */
export interface LlmConfig {
  /** URL of Ollama's HTTP API, without a slash at its end. */
  readonly ollama: string;
  /** URL of an endpoint of the OpenAI kind, without `/v1` and without a slash at its end; empty = none. */
  readonly openaiEndpoint: string;
  /** Generations at once, 1 or more. */
  readonly parallel: number;
  /** Generations that may wait for their turn, 0 or more. */
  readonly queue: number;
}

/** Who turns words into plans. */
export interface PlannerConfig {
  /** `auto`: the external program where there is one, else a model where the mesh has one, else the rule. */
  readonly use: "auto" | "deterministic" | "model" | "external";
  /** Absolute path of the external planner program; empty = none. */
  readonly program: string;
}

/** A STUN or TURN server. */
export interface IceServer {
  /** `stun:HOST:PORT` or `turn:HOST:PORT`. */
  readonly urls: string;
  /** Of a TURN server; else empty. */
  readonly username: string;
  readonly credential: string;
}

/** How this device shows its screen. */
export interface ScreenConfig {
  /** `ask`: its user is asked each time. `allow`: whoever has the mesh key may look. */
  readonly consent: "ask" | "allow";
  /** How it is captured; `auto`: by the first way that works. */
  readonly capture: "auto" | "x11" | "wayland" | "macos" | "windows" | "ffmpeg";
  /** None = viewers are reached directly only, and nobody outside learns of them. */
  readonly iceServers: readonly IceServer[];
}

/** How an agent runs: parsed once from flags, environment and config file, checked, and frozen. */
export interface AgentConfig {
  readonly grpc: ListenAddress;
  readonly http: ListenAddress;
  /** Host under which other devices reach this one; empty = the first non-internal address. */
  readonly advertise: string;
  /** Coordinators to attach to, as `HOST:PORT`. */
  readonly join: readonly string[];
  readonly name: string;
  /** Overrides the id in the data folder; empty = that one. */
  readonly deviceId: string;
  readonly key: KeySource;
  readonly auth: "required" | "open";
  /** Commands that may be run: bare names or absolute paths. */
  readonly allow: readonly string[];
  /** The shared folder; empty = `shared` in the data folder. */
  readonly share: string;
  /** The folder that takes files from the mesh; empty = none are taken. */
  readonly inbox: string;
  /** The origin whose web pages may call over HTTP besides the agent's own, as browsers name it; empty = none. */
  readonly corsOrigin: string;
  /** How long a ticket can be used, in ms. */
  readonly ticketTtlMs: number;
  /** Replaces the probe; undefined = probe. */
  readonly capabilities: ReadonlySet<"npu" | "gpu"> | undefined;
  readonly store: "sqlite" | "memory";
  /** How long a task waits for the device that it names to come back, in ms; 0 = not at all. */
  readonly reattachGraceMs: number;
  /** How long a job is kept after its end, in ms; undefined = for ever. */
  readonly keepJobsMs: number | undefined;
  /** How many tasks of unfinished jobs are taken at most. */
  readonly maxQueuedTasks: number;
  /** Local models; undefined with `--no-llm`. */
  readonly llm: LlmConfig | undefined;
  readonly planner: PlannerConfig;
  /** The device's screen; undefined with `--screen off`. */
  readonly screen: ScreenConfig | undefined;
  readonly dataDir: string;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}
