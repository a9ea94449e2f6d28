import { tmpdir } from "node:os";
import type { ProgramStart } from "../../core/process_group.ts";
import { findProgram } from "./find_program.ts";
import { type ReadVariable, sessionEnvironment } from "./session_environment.ts";

/** The programs of the user's desktop session. */
export class SessionPrograms {
  readonly environment: Readonly<Record<string, string>>;

  constructor(env: ReadVariable, private readonly os: string = Deno.build.os) {
    this.environment = sessionEnvironment(env, os);
  }

  /** How to start a program by its name or absolute path; undefined when it is not installed. */
  find(
    name: string,
    args: readonly string[] = [],
    extra: Readonly<Record<string, string>> = {},
  ): ProgramStart | undefined {
    const program = this.#path(name);
    if (program === undefined) return undefined;
    const setsid = this.os === "windows" ? undefined : this.#path("setsid");
    // A folder that is always there, so that no program holds one that is to be unmounted or removed.
    return { program, setsid, args, folder: tmpdir(), environment: { ...this.environment, ...extra } };
  }

  #path(name: string): string | undefined {
    return findProgram(name, this.environment.PATH ?? "", this.os);
  }
}
