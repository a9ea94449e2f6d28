import { UsageError } from "../core/errors.ts";
import { wholeNumber } from "./checks.ts";
import type { LlmConfig } from "./config.ts";
import type { GivenFlags } from "./flags.ts";
import { ollamaUrl, openaiUrl } from "./model_server_url.ts";
import { checked, type Settings } from "./settings.ts";

/** Where Ollama is unless somebody says otherwise. */
export const DEFAULT_OLLAMA = "http://localhost:11434";
/** As Ollama's own OLLAMA_NUM_PARALLEL. */
const DEFAULT_PARALLEL = 1;
const MAX_PARALLEL = 256;
const DEFAULT_QUEUE = 256;
const MAX_QUEUE = 100_000;

/** The flags that name a model server. */
const SERVERS = ["ollama", "openai-endpoint"] as const;

/**
 * The model servers of this device; undefined where none is to be used.
 *
 * @throws {UsageError} for a wrong value, and where a server is both named and refused.
 */
export function llmConfig(given: GivenFlags, settings: Settings): LlmConfig | undefined {
  const parallel = checked(settings.text("llm-parallel"), wholeNumber(1, MAX_PARALLEL)) ?? DEFAULT_PARALLEL;
  const queue = checked(settings.text("llm-queue"), wholeNumber(0, MAX_QUEUE)) ?? DEFAULT_QUEUE;
  if (isOff(given, settings)) return undefined;
  return {
    ollama: ollamaUrl(settings.text("ollama", "OLLAMA_HOST")) ?? DEFAULT_OLLAMA,
    openaiEndpoint: openaiUrl(settings.text("openai-endpoint")) ?? "",
    parallel,
    queue,
  };
}

/**
 * `--no-llm` beats everything but a server that is named beside it; a server named by a flag beats `no-llm` in the config
 * file. `OLLAMA_HOST` names no server in this sense: it is often there for Ollama itself.
 */
function isOff(given: GivenFlags, settings: Settings): boolean {
  const flag = SERVERS.find((name) => given.has(name));
  if (given.has("no-llm")) {
    if (flag) throw exclusive("--no-llm", `--${flag}`);
    return true;
  }
  const off = settings.booleanInFile("no-llm");
  if (flag || !off?.value) return false;
  const [server] = SERVERS.flatMap((name) => settings.textInFile(name) ?? []);
  if (server) throw exclusive(off.origin, server.origin);
  return true;
}

function exclusive(one: string, other: string): UsageError {
  return new UsageError(`${one} and ${other} exclude each other: give one of them`);
}
