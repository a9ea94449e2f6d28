import { messageOf } from "../agent/core/errors.ts";
import { runCommandLine } from "./run_command.ts";

if (import.meta.main) {
  // What nobody awaited failed: one line is for the user, the trace for whoever asks for it.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    console.error(`edgemesh: internal error: ${messageOf(event.reason)}`);
    if (Deno.args.includes("--verbose")) console.error(event.reason);
    Deno.exit(1);
  });
  // The process ends here even where something still holds it open: everything that was to be printed has been.
  Deno.exit(await runCommandLine(Deno.args));
}
