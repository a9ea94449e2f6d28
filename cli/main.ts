import { runCommandLine } from "./run_command.ts";

if (import.meta.main) {
  // The process ends here even where something still holds it open: everything that was to be printed has been.
  Deno.exit(await runCommandLine(Deno.args));
}
