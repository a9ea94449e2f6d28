import { messageOf } from "../../agent/core/errors.ts";

/** What Deno said when one of its commands failed, on one line, without its own stack trace. */
export function denoFailure(stderr: Uint8Array): string {
  const [said = ""] = new TextDecoder().decode(stderr).split(/^Stack backtrace:$/m);
  return messageOf(said.replace(/^error: /, ""));
}
