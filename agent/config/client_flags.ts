import { join } from "node:path";
import { messageOf, UsageError } from "../core/errors.ts";
import { type HostPort, parseHostPort } from "./address.ts";
import type { Flags, GivenFlags } from "./flags.ts";
import { ioReason } from "./io_reason.ts";
import { keySource } from "./key_source.ts";
import { cleanKey } from "./key_text.ts";
import { defaultDataDir, type Environment, processEnvironment, resolvePath } from "./paths.ts";
import { checked, Settings } from "./settings.ts";

/** The flags that every command which talks to an agent takes. */
export const CLIENT_FLAGS = {
  server: { kind: "string", placeholder: "HOST:PORT", help: "agent to talk to (default localhost:50051)" },
  key: { kind: "string", placeholder: "KEY", help: "mesh key (default: the data folder's)" },
  "key-file": { kind: "string", placeholder: "FILE", help: "file that holds the mesh key" },
  "data-dir": { kind: "string", placeholder: "DIR", help: "data folder (default ~/.edgemesh)" },
  json: { kind: "boolean", help: "print JSON" },
  timeout: { kind: "string", placeholder: "SECONDS", help: "give up after this long" },
  "tls-ca": { kind: "string", placeholder: "FILE", help: "authority that signs the mesh's certificates", later: true },
  "no-color": { kind: "boolean", help: "print without colour" },
  verbose: { kind: "boolean", help: "say more on standard error" },
  help: { kind: "boolean", short: "h", help: "show this help" },
} as const satisfies Flags;

/** How a command reaches an agent and speaks to its user. */
export interface ClientConfig {
  readonly server: HostPort;
  /** The mesh key; undefined when none was given and the data folder has none that can be read. */
  readonly key: string | undefined;
  /** Absolute. */
  readonly dataDir: string;
  readonly json: boolean;
  /** In ms; undefined when none was given: each command has its own. */
  readonly timeoutMs: number | undefined;
  /** False when colour was refused by `--no-color` or `NO_COLOR`; the output decides whether a terminal is there. */
  readonly color: boolean;
  readonly verbose: boolean;
}

/** Longest time-out, in seconds: a day. */
const MAX_TIMEOUT_S = 86_400;

const NO_FILE = { name: "", settings: new Map<string, string>() };

/**
 * How to reach an agent, from flags and environment (`EDGEMESH_SERVER`, `EDGEMESH_KEY`, `EDGEMESH_DATA_DIR`,
 * `NO_COLOR`). Without a key given, the one that an agent on this machine keeps in the data folder is used.
 *
 * @throws {UsageError} one line that names the flag or variable and its value, never a key.
 */
export function loadClientConfig(
  given: GivenFlags,
  env: Environment = processEnvironment,
  readFile: (path: string) => string = Deno.readTextFileSync,
): ClientConfig {
  const settings = new Settings({ given, env, file: NO_FILE });
  const path = (text: string) => resolvePath(text, env);
  const dataDir = checked(settings.text("data-dir", "EDGEMESH_DATA_DIR"), path) ?? defaultDataDir(env);
  return Object.freeze({
    server: checked(settings.text("server", "EDGEMESH_SERVER"), parseHostPort) ?? { host: "localhost", port: 50_051 },
    key: readKey(given, env, settings, dataDir, readFile),
    dataDir,
    json: given.has("json"),
    timeoutMs: checked(settings.text("timeout"), parseTimeout),
    color: !given.has("no-color") && !env("NO_COLOR"),
    verbose: given.has("verbose"),
  });
}

function readKey(
  given: GivenFlags,
  env: Environment,
  settings: Settings,
  dataDir: string,
  readFile: (path: string) => string,
): string | undefined {
  const source = keySource(given, env, settings);
  if (source.from === "value") return source.key;
  if (source.from === "file") {
    return checked({ origin: "--key-file", value: source.path }, (path) => {
      try {
        return cleanKey(readFile(path));
      } catch (error) {
        throw error instanceof UsageError ? error : new UsageError(ioReason(error));
      }
    });
  }
  try {
    return cleanKey(readFile(join(dataDir, "mesh.key")));
  } catch (error) {
    if (!(error instanceof UsageError)) return undefined;
    throw new UsageError(`Cannot use mesh key ${join(dataDir, "mesh.key")}: ${messageOf(error)}; give one with --key`);
  }
}

function parseTimeout(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds > 0 && seconds <= MAX_TIMEOUT_S)) {
    throw new UsageError(`a time-out is a number of seconds above 0, at most ${MAX_TIMEOUT_S}`);
  }
  return Math.max(1, Math.round(seconds * 1000));
}
