import { isAbsolute } from "node:path";
import { MeshError, UsageError } from "../core/errors.ts";

/** The commands that this device's owner lets others run. */
export class AllowList {
  readonly #entries: ReadonlySet<string>;

  /** @throws {UsageError} for an entry that is neither a bare name nor an absolute path */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const bare = /^[^/\\\0]+$/.test(entry) && entry !== "." && entry !== "..";
      if (bare || (isAbsolute(entry) && !entry.includes("\0"))) continue;
      throw new UsageError(`allowed command ${shown(entry)} must be a bare name or an absolute path`);
    }
    this.#entries = new Set(entries);
  }

  /** @throws {MeshError} `PERMISSION_DENIED` unless `command` equals an entry exactly */
  check(command: string): void {
    if (this.#entries.has(command)) return;
    const allowed = [...this.#entries].sort().join(", ");
    throw new MeshError(
      "PERMISSION_DENIED",
      `command ${shown(command)} is not allowed on this device: ` +
        (allowed ? `it allows ${allowed}` : "it allows none"),
    );
  }
}

/** Most characters of all arguments: what Linux takes by default (a quarter of the stack's 8 MiB). */
const MAX_ARGUMENTS_LENGTH = 2 * 1024 * 1024;

/**
 * @throws {MeshError} `INVALID_ARGUMENT` where the operating system would cut the text at a NUL byte, or take so much of it
 * nowhere
 */
export function checkText(command: string, args: readonly string[]): void {
  if (command === "") throw new MeshError("INVALID_ARGUMENT", `"command" is empty`);
  if (command.includes("\0")) throw new MeshError("INVALID_ARGUMENT", `"command" contains a NUL byte`);
  const wrong = args.findIndex((argument) => argument.includes("\0"));
  if (wrong >= 0) throw new MeshError("INVALID_ARGUMENT", `"args[${wrong}]" contains a NUL byte`);
  const length = args.reduce((sum, argument) => sum + argument.length, 0);
  if (length > MAX_ARGUMENTS_LENGTH) throw argumentsTooLong(command);
}

/** The failure for a command whose arguments the operating system does not take. */
export function argumentsTooLong(command: string, cause?: unknown): MeshError {
  return new MeshError("INVALID_ARGUMENT", `the arguments of command ${shown(command)} are too long`, { cause });
}

/** Somebody else's text as it can stand in a message: quoted, on one line, not endless. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? text.slice(0, 200) + "…" : text);
}
