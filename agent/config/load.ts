import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { LOG_FORMATS, LOG_LEVELS } from "../core/log.ts";
import { formatAddress, parseListenAddress } from "./address.ts";
import {
  checkAdvertised,
  checkAllow,
  checkCapabilities,
  checkJoin,
  checkKeepJobs,
  checkName,
  checkOrigin,
  checkReattachGrace,
  checkStore,
  checkUuid,
  nameFromHost,
  oneOf,
  wholeNumber,
} from "./checks.ts";
import type { AgentConfig } from "./config.ts";
import { type FileSettings, parseConfigFile } from "./config_file.ts";
import { formatDuration } from "./duration.ts";
import type { GivenFlags } from "./flags.ts";
import { shownIceServer } from "./ice_server.ts";
import { ioReason } from "./io_reason.ts";
import { keySource } from "./key_source.ts";
import { SHOWN_KEY_PREFIX } from "./key_text.ts";
import { llmConfig } from "./llm_settings.ts";
import { defaultDataDir, type Environment, processEnvironment, resolvePath } from "./paths.ts";
import { plannerConfig } from "./planner_settings.ts";
import { screenConfig } from "./screen_settings.ts";
import { checked, Settings } from "./settings.ts";

const DEFAULT_GRPC = { host: "", port: 50_051 };
const DEFAULT_HTTP = { host: "", port: 8081 };
const DEFAULT_ALLOW = ["pwd", "ls", "cat"];
const DEFAULT_REATTACH_GRACE_MS = 30_000;
const DEFAULT_KEEP_JOBS_MS = 7 * 86_400_000;
const DEFAULT_TICKET_TTL_SECONDS = 60;
/** A day: who has a token needs no key any more. */
const MAX_TICKET_TTL_SECONDS = 86_400;
const DEFAULT_MAX_QUEUED_TASKS = 1_000_000;
/** Most tasks that one agent can be told to take. */
const MAX_QUEUED_TASKS = 100_000_000;

/**
 * An agent's configuration: a flag beats the environment, which beats the config file, which beats the default. Paths
 * come out absolute, everything frozen. Nothing is created and no key file is read.
 *
 * @param readFile reads the file given with `--config`.
 * @param hostname the name of a device that was given none.
 * @throws {UsageError} one line that names the flag, variable or key and its value.
 */
export function loadConfig(
  given: GivenFlags,
  env: Environment = processEnvironment,
  readFile: (path: string) => string = Deno.readTextFileSync,
  hostname: () => string = Deno.hostname,
): AgentConfig {
  const file = readConfigFile(given.text("config"), env, readFile);
  const settings = new Settings({ given, env, file });
  const path = (text: string) => resolvePath(text, env);
  const dataDir = checked(settings.text("data-dir", "EDGEMESH_DATA_DIR"), path) ?? defaultDataDir(env);
  const keepJobs = checked(settings.text("keep-jobs"), checkKeepJobs) ?? DEFAULT_KEEP_JOBS_MS;
  const config: AgentConfig = {
    grpc: checked(settings.text("grpc", "GRPC_ADDR"), parseListenAddress) ?? DEFAULT_GRPC,
    http: checked(settings.text("http", "BULK_HTTP_ADDR"), parseListenAddress) ?? DEFAULT_HTTP,
    advertise: checked(settings.text("advertise"), checkAdvertised) ?? "",
    join: checked(settings.list("join"), checkJoin) ?? [],
    name: checked(settings.text("name"), checkName) ?? nameFromHost(hostname()),
    deviceId: checked(settings.text("device-id"), checkUuid) ?? "",
    key: keySource(given, env, settings),
    auth: checked(settings.text("auth"), oneOf("required", "open")) ?? "required",
    allow: checked(settings.list("allow"), checkAllow) ?? DEFAULT_ALLOW,
    share: checked(settings.text("share", "SHARED_DIR"), path) ?? "",
    inbox: checked(settings.text("inbox", "EDGEMESH_INBOX"), path) ?? "",
    corsOrigin: checked(settings.text("cors"), checkOrigin) ?? "",
    ticketTtlMs: 1000 *
      (checked(settings.text("ticket-ttl", "BULK_TTL_SECONDS"), wholeNumber(1, MAX_TICKET_TTL_SECONDS)) ??
        DEFAULT_TICKET_TTL_SECONDS),
    capabilities: checked(settings.list("capabilities"), checkCapabilities),
    store: checked(settings.text("store"), checkStore) ?? "sqlite",
    reattachGraceMs: checked(settings.text("reattach-grace"), checkReattachGrace) ?? DEFAULT_REATTACH_GRACE_MS,
    keepJobsMs: keepJobs === "forever" ? undefined : keepJobs,
    maxQueuedTasks: checked(settings.text("max-queued-tasks"), wholeNumber(1, MAX_QUEUED_TASKS)) ??
      DEFAULT_MAX_QUEUED_TASKS,
    llm: llmConfig(given, settings),
    planner: plannerConfig(env, settings),
    screen: screenConfig(given, settings),
    dataDir,
    log: {
      level: checked(settings.text("log-level"), oneOf(...LOG_LEVELS)) ?? (given.has("verbose") ? "debug" : "info"),
      format: checked(settings.text("log-format"), oneOf(...LOG_FORMATS)) ?? "text",
    },
  };
  refuseSharedPort(config);
  return frozen(config);
}

/**
 * The configuration as `--print-config` shows it: the flags' names as keys, `null` for what is found out at start. The
 * key itself is never in it, nor is a password. As a config file it gives the same configuration again, but for those.
 */
export function describeConfig(config: AgentConfig): Record<string, string | readonly string[] | boolean | null> {
  return {
    grpc: formatAddress(config.grpc),
    http: formatAddress(config.http),
    advertise: config.advertise || null,
    join: config.join.length > 0 ? config.join : null,
    name: config.name,
    "device-id": config.deviceId || null,
    key: config.key.from === "value" ? `${SHOWN_KEY_PREFIX}${config.key.origin ?? "the program"})` : null,
    "key-file": config.key.from === "file" ? config.key.path : null,
    auth: config.auth,
    allow: config.allow.length > 0 ? config.allow : ["none"],
    share: config.share || join(config.dataDir, "shared"),
    inbox: config.inbox || null,
    cors: config.corsOrigin || null,
    "ticket-ttl": String(config.ticketTtlMs / 1000),
    capabilities: config.capabilities === undefined
      ? null
      : config.capabilities.size > 0
      ? [...config.capabilities]
      : ["none"],
    store: config.store,
    "keep-jobs": config.keepJobsMs === undefined ? "forever" : formatDuration(config.keepJobsMs),
    "max-queued-tasks": String(config.maxQueuedTasks),
    "reattach-grace": formatDuration(config.reattachGraceMs),
    ollama: config.llm?.ollama ?? null,
    "openai-endpoint": config.llm?.openaiEndpoint || null,
    "no-llm": config.llm === undefined,
    "llm-parallel": config.llm ? String(config.llm.parallel) : null,
    "llm-queue": config.llm ? String(config.llm.queue) : null,
    planner: config.planner.use,
    "planner-program": config.planner.program || null,
    screen: config.screen?.consent ?? "off",
    capture: config.screen?.capture ?? null,
    "ice-server": config.screen?.iceServers.length ? config.screen.iceServers.map(shownIceServer) : null,
    "data-dir": config.dataDir,
    "log-level": config.log.level,
    "log-format": config.log.format,
  };
}

function readConfigFile(
  name: string | undefined,
  env: Environment,
  readFile: (path: string) => string,
): { name: string; settings: FileSettings } {
  if (name === undefined) return { name: "", settings: new Map() };
  let text: string;
  try {
    text = readFile(resolvePath(name, env));
  } catch (error) {
    throw new UsageError(`--config ${JSON.stringify(name)}: ${ioReason(error)}`);
  }
  return { name, settings: parseConfigFile(text, name) };
}

/** Two listeners on one port would fail later, and less plainly. */
function refuseSharedPort({ grpc, http }: AgentConfig): void {
  const overlap = grpc.host === http.host || grpc.host === "" || http.host === "";
  if (grpc.port !== 0 && grpc.port === http.port && overlap) {
    throw new UsageError(`--grpc and --http are both on port ${grpc.port}: give one of them another`);
  }
}

function frozen<T>(value: T): T {
  // A Set cannot be frozen; its type says that it is not to be changed.
  if (typeof value !== "object" || value === null || value instanceof Set) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
