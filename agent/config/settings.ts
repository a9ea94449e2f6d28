import { UsageError } from "../core/errors.ts";
import type { FileSettings } from "./config_file.ts";
import type { GivenFlags } from "./flags.ts";
import type { Environment } from "./paths.ts";

/** A value with what it was given by, as messages name it: `--grpc`, `GRPC_ADDR`, `"grpc" in edgemesh.json`. */
export interface Setting<T> {
  readonly origin: string;
  readonly value: T;
}

/** Where settings are looked for: a flag beats the environment, which beats the config file. */
export interface SettingSources {
  readonly given: GivenFlags;
  readonly env: Environment;
  readonly file: { readonly name: string; readonly settings: FileSettings };
}

/** Finds what was given for a setting, and names its origin in every refusal. */
export class Settings {
  constructor(private readonly sources: SettingSources) {}

  /** A single text. An empty environment variable is as good as none. */
  text(name: string, variable?: string): Setting<string> | undefined {
    return this.flag(name) ?? (variable === undefined ? undefined : this.inEnvironment(variable)) ??
      this.textInFile(name);
  }

  /** What the command line alone says. */
  flag(name: string): Setting<string> | undefined {
    const value = this.sources.given.text(name);
    return value === undefined ? undefined : { origin: `--${name}`, value };
  }

  /** What the environment alone says. An empty variable is as good as none. */
  inEnvironment(variable: string): Setting<string> | undefined {
    const value = this.sources.env(variable) ?? "";
    return value === "" ? undefined : { origin: variable, value };
  }

  /** What the config file alone says. */
  textInFile(name: string): Setting<string> | undefined {
    const value = this.sources.file.settings.get(name);
    return typeof value === "string" ? { origin: this.#inFile(name), value } : undefined;
  }

  /** What the config file alone says of a flag that takes no value. */
  booleanInFile(name: string): Setting<boolean> | undefined {
    const value = this.sources.file.settings.get(name);
    return typeof value === "boolean" ? { origin: this.#inFile(name), value } : undefined;
  }

  list(name: string): Setting<readonly string[]> | undefined {
    const flag = this.sources.given.list(name);
    if (flag !== undefined) return { origin: `--${name}`, value: flag };
    const value = this.sources.file.settings.get(name);
    if (value === undefined || typeof value === "boolean") return undefined;
    const items = typeof value === "string" ? value.split(",") : value;
    return { origin: this.#inFile(name), value: items.map((item) => item.trim()).filter(Boolean) };
  }

  #inFile(name: string): string {
    return `"${name}" in ${this.sources.file.name}`;
  }
}

/**
 * Applies a check to a setting that was given; undefined when it was not.
 *
 * @throws {UsageError} `ORIGIN "VALUE": REASON`
 */
export function checked<T, R>(setting: Setting<T>, check: (value: T) => R): R;
export function checked<T, R>(setting: Setting<T> | undefined, check: (value: T) => R): R | undefined;
export function checked<T, R>(setting: Setting<T> | undefined, check: (value: T) => R): R | undefined {
  if (setting === undefined) return undefined;
  try {
    return check(setting.value);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const shown = Array.isArray(setting.value) ? setting.value.join(",") : String(setting.value);
    throw new UsageError(`${setting.origin} ${JSON.stringify(shown)}: ${error.message}`);
  }
}
