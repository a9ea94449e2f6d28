import { messageOf } from "../core/errors.ts";

/** Why a file could not be used, in a few words: `permission denied`. For messages that name the file themselves. */
export function ioReason(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "this program was not granted access to it";
  if (error instanceof Deno.errors.NotFound) return "no such file or folder";
  // Deno's own messages read `Permission denied (os error 13): open '/x'`.
  const text = messageOf(error).split(" (os error")[0] ?? "";
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
