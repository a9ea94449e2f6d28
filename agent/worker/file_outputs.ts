import { Buffer } from "node:buffer";
import type { OutputFile } from "../../proto/messages.ts";
import type { TaskRun } from "./task_run.ts";

/** A longer output, in bytes of UTF-8, becomes a file where whoever gave the task takes one. */
export const INLINE_BYTES = 256 * 1024;

/** So much of a text is written at once, in characters. */
const PIECE = 1024 * 1024;

/** An output that becomes a file. */
export interface OutputSink {
  write(piece: Uint8Array): Promise<void>;
  /** Resolves once it is on the disk. */
  finish(): Promise<OutputFile>;
  /** Nothing of it stays. */
  discard(): Promise<void>;
}

/** Where this device keeps outputs that are too long for a message. */
export interface OutputFiles {
  /** @throws {MeshError} `RESOURCE_EXHAUSTED` when it is full */
  begin(jobId: string): Promise<OutputSink>;
  remove(jobId: string, name: string): Promise<void>;
}

/** Whether an output is too long for a message. */
export function isLong(output: string): boolean {
  // A UTF-16 unit takes one to three bytes: few outputs need counting.
  if (output.length * 3 <= INLINE_BYTES) return false;
  return output.length > INLINE_BYTES || Buffer.byteLength(output) > INLINE_BYTES;
}

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
