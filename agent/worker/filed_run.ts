import { Buffer } from "node:buffer";
import type { OutputSink } from "./file_outputs.ts";
import type { TaskRun } from "./task_run.ts";

/** So much of a text is written at once, in characters. */
const PIECE = 1024 * 1024;

/** What became of a task, with its output in a file. @throws {MeshError} as `OutputFiles.begin` does */
export async function filed(run: TaskRun, begin: () => Promise<OutputSink>): Promise<TaskRun> {
  const sink = await begin();
  try {
    for (let at = 0; at < run.output.length;) {
      let end = at + PIECE;
      // The halves of a character belong together.
      if (isHighSurrogate(run.output.charCodeAt(end - 1))) end++;
      await sink.write(Buffer.from(run.output.slice(at, end)));
      at = end;
    }
    return { ...run, output: "", output_file: await sink.finish() };
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
