import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";

/** Reads one environment variable. */
export type Environment = (name: string) => string | undefined;

/**
 * This process's environment. Only this room reads it. Where services are started without HOME it is what the user's
 * account says.
 */
export const processEnvironment: Environment = (name) =>
  Deno.env.get(name) || (name === "HOME" ? homedir() || undefined : undefined);

/**
 * A path as given, made absolute; `~` at its start is the home folder, also where no shell has replaced it
 * (`--data-dir=~/x`, a config file).
 *
 * @throws {UsageError} with the reason alone.
 */
export function resolvePath(text: string, env: Environment): string {
  if (text.includes("\0")) throw new UsageError("a path holds no NUL character");
  const inHome = /^~(?:[/\\](.*))?$/s.exec(text);
  return resolve(inHome ? join(homeDir(env), inHome[1] ?? "") : text);
}

/** `~/.edgemesh`, where an agent and the command line keep what is theirs. */
export function defaultDataDir(env: Environment): string {
  return join(homeDir(env), ".edgemesh");
}

function homeDir(env: Environment): string {
  const home = env("HOME") || env("USERPROFILE");
  if (!home) {
    throw new UsageError("cannot tell the home folder (HOME is not set): give the data folder with --data-dir");
  }
  return home;
}
