import { MeshError } from "../../core/errors.ts";
import { requireWindowsName } from "./windows_names.ts";

/** The folder in the inbox that holds what is not complete. Nobody can put a file into it. */
export const INCOMING = ".edgemesh-incoming";

/** Longest path, and longest name in it, in bytes of UTF-8: what Linux takes of each, less the inbox's own. */
const MAX_PATH_BYTES = 2048;
const MAX_NAME_BYTES = 255;

const encoder = new TextEncoder();

/**
 * The steps of a path that a stranger chose for a file in the inbox, its name last. None of them leads anywhere but down.
 *
 * @throws {MeshError} `INVALID_ARGUMENT` with the reason
 */
export function inboxSteps(path: string): readonly [...folders: string[], name: string] {
  if (path === "") throw refused("is empty");
  if (encoder.encode(path).length > MAX_PATH_BYTES) throw refused(`is longer than ${MAX_PATH_BYTES} bytes`);
  if (!path.isWellFormed()) throw refused("is no Unicode text");
  if (/\p{Cc}/u.test(path)) throw refused("has a control character in it");
  const steps = path.split("/");
  if (steps.some((step) => step === "" || step === "." || step === "..")) {
    throw refused("must be relative to the inbox, without . and .., and end with the file's name");
  }
  if (steps.some((step) => encoder.encode(step).length > MAX_NAME_BYTES)) {
    throw refused(`has a name in it of more than ${MAX_NAME_BYTES} bytes`);
  }
  if (Deno.build.os === "windows") steps.forEach(requireWindowsName);
  // There are file systems that make no difference between capitals and others.
  if (steps[0]?.toLowerCase() === INCOMING) throw refused(`may not lead into ${INCOMING}`);
  // What was split has a part at least.
  return steps as [...string[], string];
}

function refused(reason: string): MeshError {
  return new MeshError("INVALID_ARGUMENT", `path: ${reason}`);
}
