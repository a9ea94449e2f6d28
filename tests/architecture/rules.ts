/** A room of the program, what it may import besides itself and `proto`, and why no more. */
export interface Room {
  readonly room: string;
  readonly imports: readonly string[];
  readonly why: string;
}

const FOUNDATION = ["core", "config"];
const CAPABILITIES = ["store", "auth", "devices", "commands", "plans", "llm", "screen", "files", "audit", "metrics"];
const WORKER = [...FOUNDATION, ...CAPABILITIES];
const JOBS = [...WORKER, "worker"];
const MODELS = [...JOBS, "jobs"];
const MESH = [...MODELS, "models"];
const EDGES = [...MESH, "mesh"];
const AGENT = [...EDGES, "rpc", "http"];
const OUTSIDE = [...AGENT, "agent"];

/** Imports go one way: a room stands on those in its list. */
export const ROOMS: readonly Room[] = [
  { room: "proto", imports: [], why: "the contract says nothing of the program that fulfils it" },
  { room: "core", imports: [], why: "everything stands on it" },
  { room: "config", imports: ["core"], why: "a part is configured without being loaded" },
  ...CAPABILITIES.map((room) => ({
    room,
    imports: FOUNDATION,
    why: "one capability is understood, tested and replaced without the others; who needs two puts them together above",
  })),
  { room: "worker", imports: WORKER, why: "it does one task, and knows neither jobs nor who sent it" },
  {
    room: "jobs",
    imports: JOBS,
    why: "it gives tasks to devices through an interface of its own, whatever carries them",
  },
  {
    room: "models",
    imports: MODELS,
    why: "it decides which device's model answers, through an interface of its own, whatever carries the prompt",
  },
  { room: "mesh", imports: MESH, why: "it carries work for any edge" },
  { room: "rpc", imports: EDGES, why: "the gRPC edge converts and calls; it needs no other edge" },
  { room: "http", imports: EDGES, why: "the HTTP edge converts and calls; it needs no other edge" },
  { room: "agent", imports: AGENT, why: "an agent runs without a command line" },
  { room: "cli", imports: OUTSIDE, why: "nothing of the program may need tests or scripts" },
  { room: "mod.ts", imports: [...OUTSIDE, "cli"], why: "the library is the agent and the client" },
  { room: "scripts", imports: [...OUTSIDE, "cli", "mod.ts"], why: "a script does not need the tests" },
  { room: "tests", imports: [...OUTSIDE, "cli", "mod.ts", "scripts"], why: "tests may use everything" },
];

/** Packages that only some places may import: rooms, or files by their path. */
export const PACKAGES: readonly {
  readonly packages: readonly string[];
  readonly only: readonly string[];
  readonly why: string;
}[] = [
  {
    packages: ["@grpc/grpc-js"],
    only: ["proto", "rpc", "mesh", "cli/client.ts"],
    why: "what speaks gRPC is at the edges, so that all logic is tested without a socket",
  },
  { packages: ["@grpc/proto-loader"], only: ["proto"], why: "the proto files are read in one way" },
  {
    packages: ["protobufjs"],
    only: ["proto", "agent/rpc/gradual_reading.ts", "agent/rpc/whole_messages.ts"],
    why:
      "the bytes of messages are read and written in one place, but for large ones, which the edge reads step by step",
  },
  { packages: ["@grpc/reflection", "grpc-health-check"], only: ["rpc"], why: "they are services of the gRPC edge" },
  { packages: ["node:sqlite"], only: ["store"], why: "nothing else may know how state is kept" },
  { packages: ["systeminformation"], only: ["devices"], why: "nothing else may know how a device is probed" },
  { packages: ["prom-client"], only: ["metrics"], why: "nothing else may know how figures are kept and written" },
  {
    packages: ["@opentelemetry/api"],
    only: ["agent/core/tracing.ts", "scripts"],
    why: "nothing else may know what keeps spans, and without it nothing is kept",
  },
  {
    packages: ["cli-progress"],
    only: ["cli/progress/bars.ts"],
    why: "it is loaded only where bars are drawn, and its types are mended there",
  },
  {
    packages: ["werift"],
    only: ["screen", "cli"],
    why: "WebRTC is for screens: who sends them, and the command line, which looks at them",
  },
  {
    packages: ["@julusian/jpeg-turbo", "@cornerstonejs/codec-libjpeg-turbo-8bit"],
    only: ["agent/screen/jpeg/wasm_encoder.ts", "scripts"],
    why: "nothing else may know what makes JPEGs; the finished program includes their libraries",
  },
  { packages: ["@std/assert"], only: ["tests/assert.ts"], why: "that file gives it types" },
  { packages: ["nanotar"], only: ["scripts"], why: "the program packs nothing" },
  { packages: ["playwright-core"], only: ["scripts", "tests"], why: "it drives the browser that looks at screens" },
  { packages: ["openai"], only: ["tests"], why: "it is the client that the HTTP edge is tested with" },
  {
    packages: ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-web"],
    only: ["tests"],
    why: "they are the clients that the HTTP edge is tested with",
  },
  { packages: ["node:child_process"], only: [], why: "Deno.Command starts programs without a shell" },
];

/**
 * Only `agent/config` and the command line read the environment and the arguments, so that a value is parsed, checked and
 * explained in one place. Who else may, and why:
 */
export const AMBIENT_READERS: readonly { readonly path: string; readonly why: string }[] = [
  { path: "agent/config/", why: "it is the reader" },
  { path: "agent/commands/environment.ts", why: "it gives commands a few variables, PATH above all, and nothing else" },
  { path: "agent/plans/program_environment.ts", why: "it gives the planner program a few variables, and nothing else" },
  { path: "agent/devices/capabilities_windows.ts", why: "Windows says in SystemRoot where its own programs are" },
  { path: "cli/", why: "it is the outermost part, and hands on what it read" },
  { path: "scripts/", why: "they are programs of their own" },
  { path: "tests/", why: "they start programs" },
];
