import { posix, win32 } from "node:path";
import { MeshError } from "../core/errors.ts";
import { shown } from "./allow_list.ts";
import { checkOption, type ConfinedProgram } from "./confined_options.ts";
import { whereabouts } from "../core/resolve_inside.ts";

/** Whether the command is one of those whose arguments are checked: `ls` and `cat`, also by an absolute path. */
export function isConfined(command: string): boolean {
  return confinedProgram(command) !== undefined;
}

/**
 * Checks that `ls` or `cat` is given nothing outside the shared folder, and no option but harmless ones. For any other
 * command nothing is checked: what its arguments mean is known to the owner who allowed it.
 *
 * What remains: the check and the program look at a path one after the other. Who may write into the shared folder can
 * put a link in a checked folder's place in between, and so show callers what that person can read there anyway.
 * A hard link is no link but the file itself, and counts as inside.
 *
 * @param root the shared folder's real path
 * @param signal ends the checking, which takes seconds where the paths are very many
 * @throws {MeshError} `PERMISSION_DENIED`, naming the path or the option
 */
export async function confineArguments(
  command: string,
  args: readonly string[],
  root: string,
  signal?: AbortSignal,
): Promise<void> {
  const program = confinedProgram(command);
  if (program === undefined) return;
  let optionsEnded = false;
  let operandSeen = false;
  for (const argument of args) {
    const isOption = !optionsEnded && argument.startsWith("-") && argument !== "-";
    if (isOption && argument === "--") optionsEnded = true;
    else if (isOption) checkOption(program, argument);
    // After the first path GNU programs still take options where BSD and BusyBox take paths: then it must be good as both.
    if (isOption && !operandSeen) continue;
    operandSeen = true;
    if (argument === "-" && program === "cat") continue;
    if (Deno.build.os === "windows") refuseWindowsMeaning(argument);
    signal?.throwIfAborted();
    const where = await whereabouts(argument, root);
    if (where !== "inside") throw refused(argument, where);
  }
}

function confinedProgram(command: string): ConfinedProgram | undefined {
  const name = Deno.build.os === "windows"
    ? win32.basename(command).toLowerCase().replace(/\.(exe|com)$/, "")
    : posix.basename(command);
  return name === "ls" || name === "cat" ? name : undefined;
}

/**
 * On Windows `ls` and `cat` come from Cygwin or MSYS, which expand patterns, homes (`~`) and response files (`@`)
 * themselves and have a root of their own: only plain relative paths mean the same to them and to us.
 */
function refuseWindowsMeaning(path: string): void {
  if (/^[~@/\\]|["'*?:[\]{}]/.test(path)) {
    throw new MeshError("PERMISSION_DENIED", `path ${shown(path)} is not a plain path relative to the shared folder`);
  }
}

function refused(path: string, where: "outside" | "unknown"): MeshError {
  return new MeshError(
    "PERMISSION_DENIED",
    where === "outside"
      ? `path ${shown(path)} is outside the shared folder`
      : `path ${shown(path)} cannot be followed to its end, so it may lead out of the shared folder`,
  );
}
