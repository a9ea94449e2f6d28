import { MeshError } from "../../agent/core/errors.ts";
import type { Output } from "../output/output.ts";
import { count } from "../output/units.ts";
import type { FailedFile } from "./transfer_all.ts";

/** So many failures are told one by one; more would say the same. */
const MOST_TOLD = 20;

export interface TransferFailures {
  readonly failed: readonly FailedFile[];
  /** Files that were not begun. */
  readonly untried: number;
  /** All files. */
  readonly files: number;
  /** What happens with those that did not fail: `fetched`. */
  readonly done: string;
}

/**
 * Tells what failed, one line each, and throws what ends the command: the failure itself where it is the only file, else a summary.
 *
 * @throws {MeshError} if anything failed
 */
export async function tellFailures(output: Output, failures: TransferFailures): Promise<void> {
  const { failed, untried, files, done } = failures;
  const [first] = failed;
  if (!first) return;
  if (files === 1) throw first.error;
  for (const { file, error } of failed.slice(0, MOST_TOLD)) await output.note(told(file, error));
  if (failed.length > MOST_TOLD) await output.note(`and ${failed.length - MOST_TOLD} others failed`);
  const rest = untried > 0 ? `, ${untried} were not begun` : "";
  throw new MeshError(
    first.error.code,
    `${failed.length} of ${count(files, "file")} failed${rest}; the others are ${done}`,
  );
}

/** What failed, for `--json`. */
export function failureDocument({ path, file, error }: FailedFile): Record<string, unknown> {
  return { path, file, code: error.code, message: error.message };
}

/** A message that does not name the file itself, with its name. What has none here is named by its message. */
function told(name: string, { message }: MeshError): string {
  return message.includes(name) ? message : `${name}: ${message}`;
}
