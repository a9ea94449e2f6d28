import { join, resolve } from "node:path";
import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { UsageError } from "../core/errors.ts";
import { AGENT_FLAGS } from "./agent_flags.ts";
import type { AgentConfig } from "./config.ts";
import { parseFlags } from "./flags.ts";
import { describeConfig, loadConfig } from "./load.ts";

const HOME = resolve("/home/ada");

interface Given {
  argv?: string[];
  env?: Record<string, string>;
  /** The content of the config file `edgemesh.json`. */
  file?: unknown;
}

function load({ argv = [], env = {}, file }: Given): AgentConfig {
  const withFile = file === undefined ? argv : [...argv, "--config", "edgemesh.json"];
  const variables: Record<string, string> = { HOME, ...env };
  return loadConfig(
    parseFlags(AGENT_FLAGS, withFile).given,
    (name) => variables[name],
    (path) => {
      if (file === undefined || path !== resolve("edgemesh.json")) throw new Deno.errors.NotFound(path);
      return typeof file === "string" ? file : JSON.stringify(file);
    },
    () => "adas-laptop",
  );
}

Deno.test("with nothing given the agent has the documented defaults", () => {
  assertEquals(load({}), {
    grpc: { host: "", port: 50_051 },
    http: { host: "", port: 8081 },
    advertise: "",
    join: [],
    name: "adas-laptop",
    deviceId: "",
    key: { from: "data-dir" },
    auth: "required",
    allow: ["pwd", "ls", "cat"],
    share: "",
    inbox: "",
    corsOrigin: "",
    ticketTtlMs: 60_000,
    capabilities: undefined,
    store: "sqlite",
    reattachGraceMs: 30_000,
    keepJobsMs: 604_800_000,
    maxQueuedTasks: 1_000_000,
    llm: { ollama: "http://localhost:11434", openaiEndpoint: "", parallel: 1, queue: 256 },
    planner: { use: "auto", program: "" },
    screen: { consent: "ask", capture: "auto", iceServers: [] },
    dataDir: join(HOME, ".edgemesh"),
    log: { level: "info", format: "text" },
  });
});

Deno.test("a flag beats the environment, which beats the config file, which beats the default", () => {
  const argv = ["--grpc", ":1", "--share", "/flag", "--data-dir", "/d-flag", "--key", "k-flag"];
  const env = {
    GRPC_ADDR: ":2",
    BULK_HTTP_ADDR: ":12",
    SHARED_DIR: "/env",
    EDGEMESH_DATA_DIR: "/d-env",
    EDGEMESH_KEY: "k-env",
  };
  const file = { grpc: ":3", http: ":13", share: "/file", "data-dir": "/d-file", key: "k-file", name: "from file" };
  const shown = ({ grpc, http, share, dataDir, key, name }: AgentConfig) => [
    grpc.port,
    http.port,
    share,
    dataDir,
    key.from === "value" ? key.key : key.from,
    name,
  ];
  const abs = (path: string) => resolve(path);
  assertEquals(shown(load({ argv, env, file })), [1, 12, abs("/flag"), abs("/d-flag"), "k-flag", "from file"]);
  assertEquals(shown(load({ env, file })), [2, 12, abs("/env"), abs("/d-env"), "k-env", "from file"]);
  assertEquals(shown(load({ file })), [3, 13, abs("/file"), abs("/d-file"), "k-file", "from file"]);
});

Deno.test("an empty environment variable is as good as none, but for the key", () => {
  assertEquals(load({ env: { GRPC_ADDR: "", SHARED_DIR: "" } }).grpc.port, 50_051);
  assertThrows(() => load({ env: { EDGEMESH_KEY: "" } }), UsageError, "EDGEMESH_KEY: the key is empty");
});

Deno.test("files are taken only into a folder that is named", () => {
  assertEquals(load({}).inbox, "");
  assertEquals(load({ env: { EDGEMESH_INBOX: "/in" } }).inbox, resolve("/in"));
  assertEquals(load({ argv: ["--inbox", "~/in"], env: { EDGEMESH_INBOX: "/other" } }).inbox, join(HOME, "in"));
  assertEquals(load({ file: { inbox: "/filed" } }).inbox, resolve("/filed"));
});

Deno.test("how long a download ticket can be used is told in seconds", () => {
  assertEquals(load({}).ticketTtlMs, 60_000);
  assertEquals(load({ env: { BULK_TTL_SECONDS: "5" } }).ticketTtlMs, 5000);
  assertEquals(load({ argv: ["--ticket-ttl", "7"], env: { BULK_TTL_SECONDS: "5" } }).ticketTtlMs, 7000);
  assertEquals(load({ file: { "ticket-ttl": "86400" } }).ticketTtlMs, 86_400_000);
  for (const wrong of ["0", "x", "1.5", "86401", "-1"]) {
    const message = `BULK_TTL_SECONDS ${JSON.stringify(wrong)}: must be a whole number from 1 to 86400`;
    assertThrows(() => load({ env: { BULK_TTL_SECONDS: wrong } }), UsageError, message);
  }
});

Deno.test("lists are split, cleaned of doubles, and can be empty on purpose", () => {
  const config = load({
    argv: ["--join", "a:1,B:2", "--join", "A:1", "--allow", "none", "--capabilities", "npu,gpu"],
  });
  assertEquals(config.join, ["a:1", "b:2"]);
  assertEquals(config.allow, []);
  assertEquals(config.capabilities, new Set(["npu", "gpu"] as const));
  assertEquals(load({ argv: ["--capabilities", "none"] }).capabilities, new Set());
  assertEquals(load({ argv: ["--allow", "git,/usr/bin/uptime,git"] }).allow, ["git", "/usr/bin/uptime"]);
  assertEquals(load({ file: { join: "a:1, b:2", allow: ["ls"] } }).join, ["a:1", "b:2"]);
});

Deno.test("how long jobs are kept, tasks wait and how many are taken can be told", () => {
  const told = ({ keepJobsMs, reattachGraceMs, maxQueuedTasks }: AgentConfig) => [
    keepJobsMs,
    reattachGraceMs,
    maxQueuedTasks,
  ];
  const argv = ["--keep-jobs", "forever", "--reattach-grace", "0", "--max-queued-tasks", "5"];
  assertEquals(told(load({ argv })), [undefined, 0, 5]);
  const file = { "keep-jobs": "36h", "reattach-grace": "1.5m", "max-queued-tasks": "100000000" };
  assertEquals(told(load({ file })), [129_600_000, 90_000, 100_000_000]);
});

Deno.test("a wrong value is named with what it was given by", () => {
  const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const wrong: [Given, string][] = [
    [{ argv: ["--grpc", ":99999"] }, '--grpc ":99999": port must be 0 to 65535'],
    [{ env: { GRPC_ADDR: ":x" } }, 'GRPC_ADDR ":x": port must be 0 to 65535'],
    [{ env: { BULK_HTTP_ADDR: "x" } }, 'BULK_HTTP_ADDR "x": the port is missing'],
    [{ file: { grpc: ":x" } }, '"grpc" in edgemesh.json ":x": port must be'],
    [{ argv: ["--http", ":50051"] }, "--grpc and --http are both on port 50051"],
    [{ argv: ["--advertise", "10.0.0.5:1"] }, '--advertise "10.0.0.5:1": give the host without a port'],
    [{ argv: ["--advertise", "0.0.0.0"] }, "other devices cannot reach this"],
    [{ argv: ["--advertise", "::"] }, "other devices cannot reach this"],
    [{ argv: ["--join", "a"] }, '--join "a": the port is missing: write a:50051'],
    [{ argv: ["--join", "a:1,b"] }, '--join "a:1,b": "b": the port is missing'],
    [{ argv: ["--join", "a:0"] }, "port must be 1 to 65535"],
    [{ argv: ["--join", ","] }, "names no coordinator"],
    [{ argv: ["--name", "x".repeat(65)] }, "a name has 1 to 64 characters"],
    [{ argv: ["--name", "  "] }, "a name has 1 to 64 characters"],
    [{ argv: ["--name", "a\nb"] }, "printable characters only"],
    [{ argv: ["--name", "a\u202eb"] }, "printable characters only"],
    [{ argv: ["--device-id", uuid.slice(1)] }, "not a UUID"],
    [{ argv: ["--auth", "opne"] }, '--auth "opne": must be required or open (did you mean open?)'],
    [{ argv: ["--allow", "none,ls"] }, "none stands alone"],
    [{ argv: ["--allow", "bin/ls"] }, "a bare name or an absolute path"],
    [{ argv: ["--allow", "ls,.."] }, '"..": a command is a bare name'],
    [{ argv: ["--allow=-rf"] }, "a bare name or an absolute path"],
    [{ argv: ["--allow", ","] }, "write none to allow no command"],
    [{ argv: ["--capabilities", "npu,tpu"] }, '"tpu" is neither npu nor gpu'],
    [{ argv: ["--capabilities", "none,npu"] }, "none stands alone"],
    [{ argv: ["--store", "nats://h:4222"] }, '--store "nats://h:4222": a NATS store is not available yet'],
    [{ file: { store: "nats://h:4222" } }, "not available yet"],
    [{ argv: ["--store", "redis"] }, "must be sqlite or memory"],
    [{ argv: ["--keep-jobs", "a week"] }, "is not a duration: write 30, 30s, 5m, 2h or 7d, or forever"],
    [{ argv: ["--keep-jobs", "0"] }, "give a duration above 0, or forever"],
    [{ argv: ["--reattach-grace", "forever"] }, '--reattach-grace "forever": is not a duration: write 30'],
    [{ file: { "reattach-grace": "2d" } }, '"reattach-grace" in edgemesh.json "2d": is too long: at most 1d'],
    [{ argv: ["--max-queued-tasks", "0"] }, "must be a whole number from 1 to 100000000"],
    [{ argv: ["--max-queued-tasks", "1e6"] }, "must be a whole number from 1 to 100000000"],
    [{ argv: ["--log-level", "warn"] }, "must be debug, info, warning or error (did you mean warning?)"],
    [{ argv: ["--log-format", "xml"] }, "must be text or json"],
    [{ argv: ["--share", "a\0b"] }, "a path holds no NUL"],
    [{ argv: ["--config", "missing.json"] }, '--config "missing.json": no such file'],
    [{ argv: ["--key", "a", "--key-file", "b"] }, "--key and --key-file exclude each other"],
    [{ file: { key: "a", "key-file": "b" } }, '"key" in edgemesh.json and "key-file" in edgemesh.json exclude'],
  ];
  for (const [given, message] of wrong) {
    const error = assertThrows(() => load(given), UsageError, message);
    assert(!error.message.includes("\n"), error.message);
  }
});

Deno.test("a wrong config file is refused by the place that is wrong", () => {
  const wrong: [unknown, string][] = [
    ["{", "Cannot read config edgemesh.json: not JSON"],
    ["[]", "an object is expected, not a list"],
    ["null", "an object is expected, not null"],
    [{ grcp: ":1" }, 'unknown key "grcp" (did you mean grpc?)'],
    [{ constructor: 1 }, 'unknown key "constructor"'],
    ['{"__proto__": {}}', 'unknown key "__proto__"'],
    [{ config: "x" }, '"config" is a flag only'],
    [{ grpc: 50_051 }, '"grpc" must be a string, not a number'],
    [{ name: ["x"] }, '"name" must be a string, not a list'],
    [{ join: { a: 1 } }, '"join" must be a list of strings, not an object'],
    [{ join: ["a:1", 2] }, '"join[1]" must be a string, not a number'],
    [{ "no-llm": "true" }, '"no-llm" must be true or false, not a string'],
    [{ "llm-parallel": 4 }, '"llm-parallel" must be a string, not a number'],
    [{ "tls-cert": "x" }, '"tls-cert" is not available yet'],
    [{ allow: [] }, '"allow" in edgemesh.json "": names no command'],
  ];
  for (const [file, message] of wrong) assertThrows(() => load({ file }), UsageError, message);
});

Deno.test("flags of later parts are known and refused", () => {
  for (const argv of [["--tls-key", "x"], ["--tls-cert", "x"]]) {
    assertThrows(() => load({ argv }), UsageError, `${argv[0]} is not available yet`);
  }
});

Deno.test("paths come out absolute, and ~ is the home folder", () => {
  const config = load({ argv: ["--share", "files", "--data-dir=~/mesh", "--key-file", "~/k"] });
  assertEquals(config.share, resolve("files"));
  assertEquals(config.dataDir, join(HOME, "mesh"));
  assertEquals(config.key, { from: "file", path: join(HOME, "k") });
  const homeless = () => loadConfig(parseFlags(AGENT_FLAGS, []).given, () => undefined, undefined, () => "x");
  assertThrows(homeless, UsageError, "give the data folder with --data-dir");
});

Deno.test("no message about a key holds the key", () => {
  const secrets: Given[] = [
    { argv: ["--key", "sec\nret"] },
    { env: { EDGEMESH_KEY: "sec\u0007ret" } },
    { file: { key: "sec".repeat(400) } },
    { argv: ["--key", "sec", "--key-file", "x"] },
  ];
  for (const given of secrets) {
    const error = assertThrows(() => load(given), UsageError);
    assert(!error.message.includes("sec"), error.message);
  }
});

Deno.test("a host name that is no good as a display name is made into one", () => {
  const homeOnly = (name: string) => name === "HOME" ? HOME : undefined;
  const named = (host: string) => loadConfig(parseFlags(AGENT_FLAGS, []).given, homeOnly, undefined, () => host).name;
  assertEquals([named(""), named("a\u0000b"), named("n".repeat(80)).length], ["device", "ab", 64]);
});

Deno.test("--cors names one origin as browsers do", () => {
  const cors = (origin: string) => load({ argv: ["--cors", origin] }).corsOrigin;
  assertEquals(cors("https://dashboard.example"), "https://dashboard.example");
  assertEquals(cors("http://LOCALHOST:5173/"), "http://localhost:5173");
  for (
    const wrong of ["*", "null", "dashboard.example", "file:///a", "https://a.example/page", "https://u@a.example"]
  ) {
    assertThrows(() => cors(wrong), UsageError, "--cors");
  }
});

Deno.test("a configuration cannot be changed later", () => {
  const config = load({ argv: ["--join", "a:1"] });
  assert(Object.isFrozen(config) && Object.isFrozen(config.join) && Object.isFrozen(config.grpc));
});

Deno.test("--verbose is the debug level, unless a level is given", () => {
  assertEquals(load({ argv: ["--verbose"] }).log.level, "debug");
  assertEquals(load({ argv: ["--verbose", "--log-level", "error"] }).log.level, "error");
});

Deno.test("--print-config shows everything but the key, and can be used as a config file", () => {
  const argv = ["--grpc", "[::1]:0", "--join", "a:1", "--allow", "none", "--capabilities", "none", "--name", "x"];
  argv.push("--keep-jobs", "forever", "--reattach-grace", "1500ms", "--max-queued-tasks", "7");
  argv.push("--ollama", ":1", "--openai-endpoint", "http://nas:8080/v1", "--llm-parallel", "4", "--llm-queue", "0");
  argv.push("--planner", "external", "--planner-program", "brain");
  argv.push("--ticket-ttl", "5", "--inbox", "in", "--cors", "https://dashboard.example");
  argv.push("--screen", "allow", "--capture", "x11", "--ice-server", "stun:a,stun:b:1");
  const config = load({ argv });
  const shown = describeConfig(config);
  assertEquals(shown.grpc, "[::1]:0");
  const again = load({ file: shown });
  assertEquals(again, { ...config, share: join(HOME, ".edgemesh", "shared") });
  const without = load({ argv: ["--no-llm"] });
  assertEquals(load({ file: describeConfig(without) }).llm, undefined);
  const unseen = load({ argv: ["--no-screen"] });
  assertEquals(load({ file: describeConfig(unseen) }).screen, undefined);
  const shownKey = describeConfig(load({ argv: ["--key", "s3cret"] }));
  assertEquals(shownKey.key, "set (from --key)");
  assert(!JSON.stringify(shownKey).includes("s3cret"));
  assertThrows(() => load({ file: shownKey }), UsageError, "this is what --print-config shows instead of the key");
});
