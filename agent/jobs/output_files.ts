import type { OutputFile } from "../../proto/messages.ts";

/** A device's name for an output: 32 bytes as unpadded base64url. */
const NAME = /^[\w-]{43}$/;
const MIB = 1024 * 1024;

/** Tasks that a note names, at most. */
const MOST_NAMED = 10;
const SHA256 = /^[0-9a-f]{64}$/;

/** What is told of files that are outputs of tasks. */
export interface OutputFileEvents {
  /** A job was removed: none of its outputs is wanted any more, on whichever device. */
  jobRemoved(jobId: string): void;
  /** A device has a file of an attempt that came to nothing. */
  dropped(deviceId: string, jobId: string, file: OutputFile): void;
}

/** What a device says of a file, if it can be believed. */
export function checkedFile({ name, size_bytes, sha256 }: OutputFile): OutputFile | undefined {
  return NAME.test(name) && SHA256.test(sha256) ? { name, size_bytes, sha256 } : undefined;
}

/** What stands in the place of an output that is kept as a file: one line. */
export function outputLine(jobId: string, taskId: string, deviceName: string, file: OutputFile): string {
  const how = `edgemesh job ${jobId} --output ${taskId}`;
  return `[output of ${sizeText(file.size_bytes)}, SHA-256 ${file.sha256.slice(0, 12)}…, on ${deviceName}: ${how}]`;
}

/** Outputs of files are left out of summaries: no model has read them. Empty where there is none. */
export function unreadNote(taskIds: readonly string[]): string {
  if (taskIds.length === 0) return "";
  const named = taskIds.slice(0, MOST_NAMED).join(", ");
  const more = taskIds.length > MOST_NAMED ? ` and ${taskIds.length - MOST_NAMED} more` : "";
  return `=== not summarized, since their outputs are kept as files: ${named}${more} ===`;
}

/** As in `302 kB`, `3.2 MB`, `1.1 GB`. */
function sizeText(bytes: number): string {
  if (bytes < MIB) return `${Math.ceil(bytes / 1024)} kB`;
  return bytes < 1024 * MIB ? `${(bytes / MIB).toFixed(1)} MB` : `${(bytes / 1024 / MIB).toFixed(1)} GB`;
}
