import { MeshError, messageOf, UsageError } from "../agent/core/errors.ts";
import type { Output } from "./output/output.ts";
import { printable } from "./output/printable.ts";
import { OutputClosed } from "./output/terminal.ts";

/** Exit codes, as other programs rely on them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The user pressed Ctrl-C. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/**
 * Tells the user why a command ended, and with which exit code the program ends. One line on standard error, or a
 * document on standard output; with `--verbose` the causes follow.
 */
export async function reportFailure(error: unknown, output: Output): Promise<number> {
  if (error instanceof OutputClosed) return EXIT.ok;
  if (error instanceof Interrupted) return EXIT.interrupted;
  const message = printable(messageOf(error));
  const code = codeOf(error);
  try {
    if (output.asJson) await output.json({ error: { code, message } });
    else await output.errors.write(`${output.errorPaint.red("edgemesh:")} ${message}\n`);
    for (let cause = causeOf(error); cause !== undefined && output.verbose; cause = causeOf(cause)) {
      await output.errors.write(`  because: ${printable(messageOf(cause))}\n`);
    }
  } catch (closed) {
    // Nobody is left to be told; the exit code still says it.
    if (!(closed instanceof OutputClosed)) throw closed;
  }
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

function codeOf(error: unknown): string {
  if (error instanceof MeshError) return error.code;
  return error instanceof UsageError ? "INVALID_ARGUMENT" : "INTERNAL";
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
