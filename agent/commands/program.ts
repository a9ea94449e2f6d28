import { delimiter, extname, isAbsolute, join } from "node:path";
import { MeshError } from "../core/errors.ts";
import { shown } from "./allow_list.ts";

/** How to start a program. */
export interface Launch {
  /** Absolute path. */
  readonly program: string;
  /** Absolute path of `setsid`, which starts the program in a process group of its own; undefined = it is not needed or not there. */
  readonly setsid: string | undefined;
}

/** Finds programs on the agent's PATH, and remembers where. */
export class ProgramFinder {
  readonly #known = new Map<string, string>();
  readonly #folders: readonly string[];
  readonly #windows: boolean;

  constructor(environment: Readonly<Record<string, string>>, os: string = Deno.build.os) {
    this.#folders = (environment.PATH ?? "").split(delimiter).filter(Boolean);
    this.#windows = os === "windows";
  }

  /** @throws {MeshError} `FAILED_PRECONDITION` when it is not installed */
  find(command: string): Launch {
    const program = this.#locate(command);
    const setsid = this.#windows ? undefined : this.#locate("setsid");
    if (program === undefined) {
      throw new MeshError(
        "FAILED_PRECONDITION",
        `command ${shown(command)} is allowed but not installed on this device`,
      );
    }
    return { program, setsid };
  }

  #locate(command: string): string | undefined {
    const known = this.#known.get(command);
    if (known !== undefined && this.#isProgram(known)) return known;
    for (const path of this.#candidates(command)) {
      if (!this.#isProgram(path)) continue;
      this.#known.set(command, path);
      return path;
    }
    return undefined;
  }

  #candidates(command: string): string[] {
    // Batch files are left out: cmd.exe parses their arguments again, so that nothing could be handed over verbatim.
    const names = this.#windows && extname(command) === "" ? [`${command}.exe`, `${command}.com`] : [command];
    if (this.#windows && /\.(bat|cmd)$/i.test(command)) return [];
    return names.flatMap((name) => isAbsolute(name) ? [name] : this.#folders.map((folder) => join(folder, name)));
  }

  #isProgram(path: string): boolean {
    try {
      // Not handed to another thread, which would take ten times as long; starting the program waits for its file, too.
      const { isFile, mode } = Deno.statSync(path);
      return isFile && (mode === null || (mode & 0o111) !== 0);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
      if (error instanceof Deno.errors.PermissionDenied) return false;
      throw new MeshError("FAILED_PRECONDITION", `cannot look for a command at ${shown(path)}`, { cause: error });
    }
  }
}
