import { messageOf, UsageError } from "../core/errors.ts";
import type { KeySource } from "./config.ts";
import { cleanKey } from "./key_text.ts";
import { type Environment, resolvePath } from "./paths.ts";
import { checked, type Setting, type Settings } from "./settings.ts";
import type { GivenFlags } from "./flags.ts";

/**
 * Where the mesh key comes from: `--key` or `--key-file`, else `EDGEMESH_KEY`, else the config file, else the data
 * folder.
 *
 * @throws {UsageError} when both of a pair were given, or the key is unusable. No message holds the key.
 */
export function keySource(given: GivenFlags, env: Environment, settings: Settings): KeySource {
  const variable = env("EDGEMESH_KEY");
  if (given.has("key") || given.has("key-file")) {
    return oneOfPair(settings.flag("key"), settings.flag("key-file"), env);
  }
  if (variable !== undefined) return fromValue({ origin: "EDGEMESH_KEY", value: variable });
  return oneOfPair(settings.textInFile("key"), settings.textInFile("key-file"), env);
}

function oneOfPair(key: Setting<string> | undefined, file: Setting<string> | undefined, env: Environment): KeySource {
  if (key && file) throw new UsageError(`${key.origin} and ${file.origin} exclude each other: give one of them`);
  if (key) return fromValue(key);
  const path = checked(file, (text) => resolvePath(text, env));
  return path === undefined ? { from: "data-dir" } : { from: "file", path };
}

function fromValue(setting: Setting<string>): KeySource {
  try {
    return { from: "value", key: cleanKey(setting.value), origin: setting.origin };
  } catch (error) {
    throw new UsageError(`${setting.origin}: ${messageOf(error)}`);
  }
}
