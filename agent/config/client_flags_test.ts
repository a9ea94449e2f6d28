import { join, resolve } from "node:path";
import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { UsageError } from "../core/errors.ts";
import { CLIENT_FLAGS, loadClientConfig } from "./client_flags.ts";
import { parseFlags } from "./flags.ts";

const HOME = resolve("/home/ada");
const OWN_KEY = join(HOME, ".edgemesh", "mesh.key");

function load(argv: string[], env: Record<string, string> = {}, files: Record<string, string> = {}) {
  const variables: Record<string, string> = { HOME, ...env };
  return loadClientConfig(parseFlags(CLIENT_FLAGS, argv).given, (name) => variables[name], (path) => {
    const text = files[path];
    if (text === undefined) throw new Deno.errors.NotFound(path);
    return text;
  });
}

Deno.test("with nothing given a command talks to the agent on this machine", () => {
  assertEquals(load([]), {
    server: { host: "localhost", port: 50_051 },
    key: undefined,
    dataDir: join(HOME, ".edgemesh"),
    json: false,
    timeoutMs: undefined,
    color: true,
    verbose: false,
  });
});

Deno.test("flags beat the environment", () => {
  const env = { EDGEMESH_SERVER: "a:1", EDGEMESH_KEY: "k-env", NO_COLOR: "1" };
  assertEquals(load([], env).server, { host: "a", port: 1 });
  assertEquals([load([], env).key, load([], env).color], ["k-env", false]);
  const config = load(["--server", "b:2", "--key", "k-flag", "--timeout", "1.5", "--json", "--verbose"], env);
  assertEquals([config.server.host, config.key, config.timeoutMs], ["b", "k-flag", 1500]);
  assert(config.json && config.verbose);
  assertEquals(load(["--no-color"]).color, false);
});

Deno.test("the key is found in a file, or where the agent on this machine keeps it", () => {
  assertEquals(load(["--key-file", "/k"], {}, { [resolve("/k")]: "from file\r\n", [OWN_KEY]: "own" }).key, "from file");
  assertEquals(load([], {}, { [OWN_KEY]: "own\n" }).key, "own");
  const elsewhere = { [join(resolve("/d"), "mesh.key")]: "elsewhere\n" };
  assertEquals(load(["--data-dir", "/d"], {}, elsewhere).key, "elsewhere");
  assertEquals(load([], { EDGEMESH_DATA_DIR: "/d" }, elsewhere).key, "elsewhere");
});

Deno.test("wrong values are named", () => {
  const wrong: [string[], Record<string, string>, string][] = [
    [["--server", "laptop"], {}, '--server "laptop": the port is missing: write laptop:50051'],
    [[], { EDGEMESH_SERVER: "x:y" }, 'EDGEMESH_SERVER "x:y": port must be 1 to 65535'],
    [["--timeout", "0"], {}, '--timeout "0": a time-out is a number of seconds above 0'],
    [["--timeout", "1e3"], {}, "a time-out is"],
    [["--timeout", "99999"], {}, "at most 86400"],
    [["--timeout", "soon"], {}, "a time-out is"],
    [["--key-file", "/none"], {}, "no such file"],
    [["--key", "a", "--key-file", "/none"], {}, "exclude each other"],
    [["--tls-ca", "x"], {}, "--tls-ca is not available yet"],
    [[], { EDGEMESH_KEY: " " }, "EDGEMESH_KEY: the key is empty"],
  ];
  for (const [argv, env, message] of wrong) assertThrows(() => load(argv, env), UsageError, message);
  assertThrows(() => load([], {}, { [OWN_KEY]: "\n" }), UsageError, "the key is empty; give one with --key");
});
