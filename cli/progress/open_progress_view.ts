import type { Output } from "../output/output.ts";
import { PlainProgress } from "./plain_progress.ts";
import type { ProgressView } from "./progress_view.ts";

/**
 * Bars on a terminal, else lines; with `--json` only absences are told.
 *
 * @param isNew whether the job was only just submitted: lines then tell of all of it
 */
export async function openProgressView(output: Output, isNew: boolean): Promise<ProgressView> {
  if (output.asJson) return new NoProgress(output);
  if (!output.animates) return new PlainProgress(output, { isNew });
  // Its library, and the widths of wide characters, are only loaded where a job is waited for.
  const { BarProgress } = await import("./bar_progress.ts");
  return new BarProgress(output.errors, output.errorPaint);
}

class NoProgress implements ProgressView {
  constructor(private readonly output: Output) {}

  update(): void {}

  away(message: string): Promise<void> {
    return this.output.note(message);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
