import { Buffer } from "node:buffer";
import type { OutputFile } from "../../proto/messages.ts";

/** A longer output, in bytes of UTF-8, becomes a file where whoever gave the task takes one. */
export const INLINE_BYTES = 256 * 1024;

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
