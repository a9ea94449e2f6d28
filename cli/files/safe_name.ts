import { MeshError } from "../../agent/core/errors.ts";

/** Names that are devices on Windows, whatever their extension. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)/i;

// deno-lint-ignore no-control-regex -- Windows takes none of them
const NOT_ON_WINDOWS = /[\u0000-\u001f<>:"|?*\\]|[. ]$/;

/**
 * The steps of a path that a device told, which are safe as names of files here: none leads out of its folder.
 *
 * @throws {MeshError} INVALID_ARGUMENT for a name that is none here
 */
export function safeSteps(path: string, os: typeof Deno.build.os = Deno.build.os): string[] {
  const steps = path.split("/");
  for (const step of steps) {
    const flaw = flawOf(step, os);
    if (flaw) throw new MeshError("INVALID_ARGUMENT", `refused the name ${shown(path)}: ${flaw}`);
  }
  return steps;
}

function flawOf(step: string, os: typeof Deno.build.os): string | undefined {
  if (step === "") return "it has an empty step";
  if (step === "." || step === "..") return "it leads elsewhere";
  if (step.includes("\0")) return "it has a NUL character in it";
  if (os !== "windows") return undefined;
  if (WINDOWS_DEVICE.test(step)) return "Windows has a device of that name";
  return NOT_ON_WINDOWS.test(step) ? "no file on Windows can be called so" : undefined;
}

/** Longest name that a message shows, in characters. */
const MOST_SHOWN = 200;

function shown(path: string): string {
  return JSON.stringify(path.length > MOST_SHOWN ? `${path.slice(0, MOST_SHOWN)}…` : path);
}
