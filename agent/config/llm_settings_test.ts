import { resolve } from "node:path";
import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { UsageError } from "../core/errors.ts";
import { AGENT_FLAGS } from "./agent_flags.ts";
import type { AgentConfig } from "./config.ts";
import { parseFlags } from "./flags.ts";
import { loadConfig } from "./load.ts";

interface Given {
  argv?: string[];
  env?: Record<string, string>;
  /** The content of the config file `edgemesh.json`. */
  file?: unknown;
}

function load({ argv = [], env = {}, file }: Given): AgentConfig {
  const withFile = file === undefined ? argv : [...argv, "--config", "edgemesh.json"];
  const variables: Record<string, string> = { HOME: resolve("/home/ada"), ...env };
  const readFile = () => JSON.stringify(file);
  return loadConfig(parseFlags(AGENT_FLAGS, withFile).given, (name) => variables[name], readFile, () => "laptop");
}

Deno.test("OLLAMA_HOST is understood as Ollama understands it, and so is --ollama", () => {
  const right: [string, string][] = [
    // Ollama's own cases, envconfig/config_test.go: `TestHost`.
    ["1.2.3.4", "http://1.2.3.4:11434"],
    [":1234", "http://127.0.0.1:1234"],
    ["1.2.3.4:1234", "http://1.2.3.4:1234"],
    ["example.com", "http://example.com:11434"],
    ["example.com:1234", "http://example.com:1234"],
    ["[::1]", "http://[::1]:11434"],
    ["[::]", "http://127.0.0.1:11434"],
    ["::1", "http://[::1]:11434"],
    ["[::1]:1337", "http://[::1]:1337"],
    [" 1.2.3.4 ", "http://1.2.3.4:11434"],
    ['"1.2.3.4"', "http://1.2.3.4:11434"],
    [' " 1.2.3.4 " ', "http://1.2.3.4:11434"],
    ["'1.2.3.4'", "http://1.2.3.4:11434"],
    ["http://1.2.3.4", "http://1.2.3.4"],
    ["http://1.2.3.4:4321", "http://1.2.3.4:4321"],
    ["https://1.2.3.4", "https://1.2.3.4"],
    ["https://1.2.3.4:4321", "https://1.2.3.4:4321"],
    ["https://example.com/ollama", "https://example.com/ollama"],
    // What its server listens on is not what a client connects to.
    ["0.0.0.0", "http://127.0.0.1:11434"],
    ["0.0.0.0:1234", "http://127.0.0.1:1234"],
    ["http://0.0.0.0:11434/", "http://127.0.0.1:11434"],
    ["[::]:1234", "http://127.0.0.1:1234"],
    ["::", "http://127.0.0.1:11434"],
    ["https://[::]", "https://127.0.0.1"],
    ["HTTP://NAS:80//", "http://nas"],
    ["https://example.com:443/ollama/", "https://example.com/ollama"],
    ["my_nas.local:1", "http://my_nas.local:1"],
  ];
  for (const [text, url] of right) {
    assertEquals(load({ env: { OLLAMA_HOST: text } }).llm?.ollama, url, text);
    assertEquals(load({ argv: ["--ollama", text] }).llm?.ollama, url, text);
  }
  assertEquals(load({ env: { OLLAMA_HOST: "" } }).llm?.ollama, "http://localhost:11434");
});

Deno.test("an endpoint of the OpenAI kind is taken with and without /v1", () => {
  const right: [string, string][] = [
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://localhost:8080/v1", "http://localhost:8080"],
    ["http://localhost:8080/v1/", "http://localhost:8080"],
    ["https://api.example.com", "https://api.example.com"],
    ["https://example.com/openai/v1", "https://example.com/openai"],
    ["http://example.com/v1beta", "http://example.com/v1beta"],
    ["http://0.0.0.0:1234/v1", "http://127.0.0.1:1234"],
    ["http://[fd00::5]:1234", "http://[fd00::5]:1234"],
  ];
  for (const [text, url] of right) {
    assertEquals(load({ argv: ["--openai-endpoint", text] }).llm?.openaiEndpoint, url, text);
  }
});

Deno.test("a flag beats OLLAMA_HOST, which beats the config file", () => {
  const argv = ["--ollama", "flag"];
  const env = { OLLAMA_HOST: "env" };
  const file = { ollama: "file", "openai-endpoint": "http://file", "llm-parallel": "256", "llm-queue": "100000" };
  const llm = { openaiEndpoint: "http://file", parallel: 256, queue: 100_000 };
  assertEquals(load({ argv, env, file }).llm, { ...llm, ollama: "http://flag:11434" });
  assertEquals(load({ env, file }).llm, { ...llm, ollama: "http://env:11434" });
  assertEquals(load({ file }).llm, { ...llm, ollama: "http://file:11434" });
  assertEquals(load({ argv: ["--llm-parallel", "2", "--llm-queue", "0"], file }).llm, {
    ...llm,
    ollama: "http://file:11434",
    parallel: 2,
    queue: 0,
  });
});

Deno.test("--no-llm and no-llm in the config file leave no model server, whatever OLLAMA_HOST says", () => {
  const env = { OLLAMA_HOST: "http://[" };
  assertEquals(load({ argv: ["--no-llm"], env }).llm, undefined);
  assertEquals(load({ file: { "no-llm": true }, env }).llm, undefined);
  assertEquals(load({ argv: ["--no-llm"], file: { ollama: "nas", "no-llm": false } }).llm, undefined);
  assertEquals(load({ file: { "no-llm": false, ollama: "nas" } }).llm?.ollama, "http://nas:11434");
  // What is told now beats what was written down once.
  assertEquals(load({ argv: ["--ollama", "nas"], file: { "no-llm": true } }).llm?.ollama, "http://nas:11434");
});

Deno.test("the planner program comes from a flag, from the environment or from the config file, in this order", () => {
  const argv = ["--planner-program", "flag"];
  const env = { USE_WINDOWS_AI_PLANNER: "true", WINDOWS_AI_CLI_PATH: "/opt/env" };
  const file = { "planner-program": "~/file", planner: "external" };
  const planner = (given: Given) => load(given).planner;
  assertEquals(planner({ argv, env, file }), { use: "external", program: resolve("flag") });
  assertEquals(planner({ env, file }), { use: "external", program: resolve("/opt/env") });
  assertEquals(planner({ file }), { use: "external", program: resolve("/home/ada/file") });
  assertEquals(planner({ env }), { use: "auto", program: resolve("/opt/env") });
  assertEquals(planner({ env: { ...env, USE_WINDOWS_AI_PLANNER: "false" } }), { use: "auto", program: "" });
  assertEquals(planner({ env: { WINDOWS_AI_CLI_PATH: "/opt/env" } }), { use: "auto", program: "" });
  // Switched on by the environment, and named by the file; or the flag has the last word.
  assertEquals(planner({ env: { USE_WINDOWS_AI_PLANNER: "true" }, file }).program, resolve("/home/ada/file"));
  assertEquals(planner({ argv, env: { USE_WINDOWS_AI_PLANNER: "true" } }).program, resolve("flag"));
  for (const use of ["auto", "deterministic", "model"] as const) {
    assertEquals(planner({ argv: ["--planner", use] }), { use, program: "" });
  }
});

Deno.test("a wrong setting of models or planners is named with what it was given by and what to do", () => {
  const wrong: [Given, string][] = [
    [{ argv: ["--ollama", "a:99999"] }, '--ollama "a:99999": port must be 1 to 65535'],
    [{ env: { OLLAMA_HOST: ":0" } }, 'OLLAMA_HOST ":0": port must be 1 to 65535'],
    [{ env: { OLLAMA_HOST: "a:" } }, "port must be 1 to 65535"],
    [{ file: { ollama: "a b" } }, '"ollama" in edgemesh.json "a b": not a host name or address'],
    [{ argv: ["--ollama", "ftp://a"] }, '--ollama "ftp://a": only http and https are spoken'],
    [{ argv: ["--ollama", "http://["] }, "not a host name or address"],
    [{ argv: ["--ollama", "a:1:2"] }, "not a host name or address"],
    [{ argv: ["--ollama", "[fe80::1%eth0]:80"] }, "[fe80::1%eth0]:80 cannot stand in a URL"],
    [
      { argv: ["--openai-endpoint", "localhost:8080"] },
      '--openai-endpoint "localhost:8080": the scheme is missing: write http://localhost:8080',
    ],
    [{ file: { "openai-endpoint": "" } }, "the scheme is missing: write http://localhost:8080"],
    [{ argv: ["--openai-endpoint", "ws://a"] }, "only http and https are spoken"],
    [{ argv: ["--no-llm", "--ollama", "a"] }, "--no-llm and --ollama exclude each other: give one of them"],
    [{ argv: ["--no-llm", "--openai-endpoint", "http://a"] }, "--no-llm and --openai-endpoint exclude each other"],
    [
      { file: { "no-llm": true, ollama: "a" } },
      '"no-llm" in edgemesh.json and "ollama" in edgemesh.json exclude each other',
    ],
    [{ argv: ["--llm-parallel", "0"] }, '--llm-parallel "0": must be a whole number from 1 to 256'],
    [{ argv: ["--llm-parallel", "257"] }, "must be a whole number from 1 to 256"],
    [{ argv: ["--no-llm", "--llm-parallel", "1.5"] }, "must be a whole number from 1 to 256"],
    [{ argv: ["--llm-queue", "100001"] }, '--llm-queue "100001": must be a whole number from 0 to 100000'],
    [{ argv: ["--llm-queue=-1"] }, "must be a whole number from 0 to 100000"],
    [
      { argv: ["--planner", "modle"] },
      '--planner "modle": must be auto, deterministic, model or external (did you mean model?)',
    ],
    [
      { argv: ["--planner", "external"] },
      '--planner "external" needs the program: give it with --planner-program FILE, ' +
      "or set USE_WINDOWS_AI_PLANNER=true and WINDOWS_AI_CLI_PATH",
    ],
    [
      { file: { planner: "external" }, env: { WINDOWS_AI_CLI_PATH: "/opt/env" } },
      '"planner" in edgemesh.json "external" needs the program',
    ],
    [
      { env: { USE_WINDOWS_AI_PLANNER: "true" } },
      "USE_WINDOWS_AI_PLANNER is true, but no program is named: set WINDOWS_AI_CLI_PATH, or give --planner-program FILE",
    ],
    [{ env: { USE_WINDOWS_AI_PLANNER: "true", WINDOWS_AI_CLI_PATH: "" } }, "set WINDOWS_AI_CLI_PATH"],
    [{ env: { USE_WINDOWS_AI_PLANNER: "yes" } }, 'USE_WINDOWS_AI_PLANNER "yes": must be true or false'],
    [{ file: { "planner-program": "" } }, '"planner-program" in edgemesh.json "": names no file'],
  ];
  for (const [given, message] of wrong) {
    const error = assertThrows(() => load(given), UsageError, message);
    assert(!error.message.includes("\n"), error.message);
  }
});

Deno.test("a URL with a user, a password or a query is refused, and not shown", () => {
  const secret: [Given, string][] = [
    [{ argv: ["--ollama", "http://ada:s3cret@nas"] }, "--ollama: give the server's URL alone"],
    [{ env: { OLLAMA_HOST: "s3cret@nas" } }, "OLLAMA_HOST: give the server's URL alone"],
    [{ argv: ["--openai-endpoint", "https://a/v1?key=s3cret"] }, "--openai-endpoint: give the server's URL alone"],
    [{ file: { "openai-endpoint": "https://a/v1#s3cret" } }, "without a user, a password or a query"],
  ];
  for (const [given, message] of secret) {
    const error = assertThrows(() => load(given), UsageError, message);
    assert(!error.message.includes("s3cret"), error.message);
  }
});
