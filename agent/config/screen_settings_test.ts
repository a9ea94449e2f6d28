import { resolve } from "node:path";
import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { UsageError } from "../core/errors.ts";
import { AGENT_FLAGS } from "./agent_flags.ts";
import type { AgentConfig } from "./config.ts";
import { parseFlags } from "./flags.ts";
import { describeConfig, loadConfig } from "./load.ts";

interface Given {
  argv?: string[];
  env?: Record<string, string>;
  /** The content of the config file `edgemesh.json`. */
  file?: unknown;
}

function load({ argv = [], env = {}, file }: Given): AgentConfig {
  const withFile = file === undefined ? argv : [...argv, "--config", "edgemesh.json"];
  const variables: Record<string, string> = { HOME: resolve("/home/ada"), ...env };
  return loadConfig(
    parseFlags(AGENT_FLAGS, withFile).given,
    (name) => variables[name],
    () => JSON.stringify(file),
    () => "adas-laptop",
  );
}

const consent = (given: Given) => load(given).screen?.consent ?? "off";

Deno.test("whether a screen is shown: a flag beats the environment, which beats the config file; else its user is asked", () => {
  const env = { EDGEMESH_SCREEN: "allow" };
  assertEquals(consent({}), "ask");
  assertEquals(consent({ argv: ["--screen", "allow"] }), "allow");
  assertEquals(consent({ argv: ["--screen", "off"] }), "off");
  assertEquals(consent({ argv: ["--no-screen"] }), "off");
  assertEquals(consent({ argv: ["--no-screen", "--screen", "off"] }), "off");
  assertEquals(consent({ argv: ["--no-screen"], env, file: { screen: "allow" } }), "off");
  assertEquals(consent({ argv: ["--screen", "ask"], env, file: { "no-screen": true } }), "ask");
  assertEquals(consent({ env, file: { screen: "off" } }), "allow");
  assertEquals(consent({ file: { "no-screen": true } }), "off");
  assertEquals(consent({ file: { screen: "allow", "no-screen": false } }), "allow");
});

Deno.test("how a screen is captured, and the servers that help to reach its viewers", () => {
  const argv = ["--capture", "ffmpeg", "--ice-server", "stun:Stun.Example.org,stun:[::1]:5000"];
  argv.push("--ice-server", "turn:ada:p%2Cq@10.0.0.1");
  assertEquals(load({ argv }).screen, {
    consent: "ask",
    capture: "ffmpeg",
    iceServers: [
      { urls: "stun:stun.example.org:3478", username: "", credential: "" },
      { urls: "stun:[::1]:5000", username: "", credential: "" },
      { urls: "turn:10.0.0.1:3478", username: "ada", credential: "p,q" },
    ],
  });
});

Deno.test("a wrong setting of the screen is named with what it was given by", () => {
  const wrong: [Given, string][] = [
    [{ argv: ["--screen", "alow"] }, '--screen "alow": must be ask, allow or off (did you mean allow?)'],
    [{ env: { EDGEMESH_SCREEN: "yes" } }, 'EDGEMESH_SCREEN "yes": must be ask, allow or off'],
    [{ argv: ["--no-screen", "--screen", "allow"] }, "--no-screen and --screen allow exclude each other"],
    [
      { file: { "no-screen": true, screen: "ask" } },
      '"no-screen" in edgemesh.json and "screen" in edgemesh.json ask exclude each other',
    ],
    [{ argv: ["--capture", "x12"] }, '--capture "x12": must be auto, x11, wayland, macos, windows or ffmpeg'],
    [{ argv: ["--capture", "x12", "--screen", "off"] }, '--capture "x12"'],
    [
      { argv: ["--ice-server", "stun.example.org"] },
      '--ice-server "stun.example.org": write stun:HOST[:PORT] or turn:',
    ],
    [{ argv: ["--ice-server", "stun:"] }, "not a host name or address"],
    [{ argv: ["--ice-server", "stun:a:0"] }, "port must be 1 to 65535"],
    [{ argv: ["--ice-server", "stun:me@a"] }, "a STUN server takes no user"],
    [{ argv: ["--ice-server", "turn:a:1"] }, "a TURN server needs a user"],
  ];
  for (const [given, message] of wrong) assertThrows(() => load(given), UsageError, message);
});

Deno.test("the password of a TURN server is shown nowhere", () => {
  const { message } = assertThrows(() => load({ argv: ["--ice-server", "turn:ada:s3cret@:x"] }), UsageError);
  assert(!message.includes("s3cret") && message.includes('--ice-server "…@:x"'), message);
  const shown = describeConfig(load({ argv: ["--ice-server", "turn:ada:s3cret@nas"] }));
  assertEquals(shown["ice-server"], ["turn:ada:HIDDEN@nas:3478"]);
  assertThrows(() => load({ file: shown }), UsageError, "this is what --print-config shows instead of the password");
});
