import type { Flags } from "./flags.ts";

/** The flags of `edgemesh agent`, in the order in which help shows them. */
export const AGENT_FLAGS = {
  grpc: {
    kind: "string",
    placeholder: "HOST:PORT",
    help: "gRPC listen address (default :50051; port 0 picks a free one)",
  },
  http: {
    kind: "string",
    placeholder: "HOST:PORT",
    help: "HTTP listen address (default :8081; port 0 picks a free one)",
  },
  advertise: {
    kind: "string",
    placeholder: "HOST",
    help: "host under which other devices reach this one (default: its first non-internal address)",
  },
  join: { kind: "list", placeholder: "HOST:PORT[,…]", help: "coordinators to attach to" },
  name: { kind: "string", placeholder: "NAME", help: "name of this device (default: the host name)" },
  "device-id": { kind: "string", placeholder: "UUID", help: "id of this device (default: the data folder's own)" },
  key: {
    kind: "string",
    placeholder: "KEY",
    help: "mesh key (default: the data folder's own, made on the first start)",
  },
  "key-file": { kind: "string", placeholder: "FILE", help: "file that holds the mesh key" },
  auth: { kind: "string", placeholder: "required|open", help: "whether every call needs a session (default required)" },
  allow: { kind: "list", placeholder: "CMD[,…]", help: "commands that may be run (default pwd,ls,cat), or none" },
  share: { kind: "string", placeholder: "DIR", help: "shared folder (default: shared in the data folder)" },
  inbox: {
    kind: "string",
    placeholder: "DIR",
    help: "folder that takes files from the mesh (default: none are taken)",
  },
  cors: {
    kind: "string",
    placeholder: "ORIGIN",
    help: "origin whose pages may call over HTTP, such as https://dashboard.example (default: none)",
  },
  "ticket-ttl": {
    kind: "string",
    placeholder: "SECONDS",
    help: "how long a ticket for a file can be used (default 60)",
  },
  capabilities: { kind: "list", placeholder: "npu,gpu", help: "what this device has, instead of the probe; or none" },
  ollama: {
    kind: "string",
    placeholder: "URL",
    help: "this device's Ollama, as in OLLAMA_HOST (default http://localhost:11434)",
  },
  "openai-endpoint": {
    kind: "string",
    placeholder: "URL",
    help: "this device's model server of the OpenAI kind, such as llama.cpp's or LM Studio",
  },
  "no-llm": { kind: "boolean", help: "use no model server of this device" },
  "llm-parallel": {
    kind: "string",
    placeholder: "N",
    help: "generations at once, as in OLLAMA_NUM_PARALLEL (default 1)",
  },
  "llm-queue": {
    kind: "string",
    placeholder: "N",
    help: "generations that may wait for their turn (default 256)",
  },
  planner: {
    kind: "string",
    placeholder: "auto|deterministic|model|external",
    help: "who turns words into plans (default auto: the planner program, a model or a rule)",
  },
  "planner-program": { kind: "string", placeholder: "FILE", help: "external planner program" },
  screen: {
    kind: "string",
    placeholder: "ask|allow|off",
    help: "whether this device's screen may be looked at (default ask: its user is asked each time)",
  },
  "no-screen": { kind: "boolean", help: "short for --screen off" },
  capture: {
    kind: "string",
    placeholder: "auto|x11|wayland|macos|windows|ffmpeg",
    help: "how the screen is captured (default auto: the first way that works)",
  },
  "ice-server": {
    kind: "list",
    placeholder: "URL[,…]",
    help: "STUN and TURN servers: stun:HOST[:PORT], turn:USER:PASSWORD@HOST[:PORT] (default: none)",
  },
  store: { kind: "string", placeholder: "sqlite|memory", help: "where jobs and devices are kept (default sqlite)" },
  "keep-jobs": {
    kind: "string",
    placeholder: "DURATION|forever",
    help: "how long jobs that have ended are kept (default 7d)",
  },
  "max-queued-tasks": {
    kind: "string",
    placeholder: "N",
    help: "tasks of unfinished jobs taken at most (default 1000000)",
  },
  "reattach-grace": {
    kind: "string",
    placeholder: "DURATION",
    help: "how long a task waits for the device that it names to come back (default 30s)",
  },
  "data-dir": { kind: "string", placeholder: "DIR", help: "data folder (default ~/.edgemesh)" },
  "tls-cert": { kind: "string", placeholder: "FILE", help: "certificate of this device", later: true },
  "tls-key": { kind: "string", placeholder: "FILE", help: "private key of the certificate", later: true },
  "tls-ca": { kind: "string", placeholder: "FILE", help: "authority that signs the mesh's certificates", later: true },
  config: { kind: "string", placeholder: "FILE", help: "JSON file with these flags' names as keys" },
  "log-level": { kind: "string", placeholder: "LEVEL", help: "debug, info (default), warning or error" },
  "log-format": { kind: "string", placeholder: "text|json", help: "form of the log on standard error (default text)" },
  verbose: { kind: "boolean", help: "short for --log-level debug" },
  "print-config": { kind: "boolean", help: "print the configuration and exit" },
  "print-permissions": { kind: "boolean", help: "print what the agent may access and exit" },
  help: { kind: "boolean", short: "h", help: "show this help" },
} as const satisfies Flags;

/** Name of a flag of `edgemesh agent`. */
export type AgentFlag = keyof typeof AGENT_FLAGS;

/** What only makes sense on a command line. */
const NOT_IN_A_FILE: ReadonlySet<string> = new Set<AgentFlag>([
  "config",
  "verbose",
  "print-config",
  "print-permissions",
  "help",
]);

/** The flags that a config file may set. */
export const CONFIG_KEYS: readonly AgentFlag[] = (Object.keys(AGENT_FLAGS) as AgentFlag[])
  .filter((name) => !NOT_IN_A_FILE.has(name));
