import type { GenerationStats, OutputFile } from "../../proto/messages.ts";
import { type ErrorCode, MeshError, messageOf } from "../core/errors.ts";
import type { Generation, WrittenOutput } from "./task_kind.ts";

/** What became of a task. */
export interface TaskRun {
  readonly ok: boolean;
  readonly output: string;
  /** One line; empty when `ok`. */
  readonly error: string;
  /** Of a failure that is not the task's own verdict, so that another device may do better; otherwise empty. */
  readonly error_code: ErrorCode | "";
  /** Time on this device, in ms. */
  readonly time_ms: number;
  /** Of a task that a model answered. */
  readonly generation?: GenerationStats;
  /** Where the output is, if it is too long for a message; `output` is empty then. */
  readonly output_file?: OutputFile;
}

/** @param begin when the task began, of `performance.now()` */
export function done(answer: string | Generation | WrittenOutput, begin: number): TaskRun {
  const time_ms = performance.now() - begin;
  if (typeof answer === "string") return { ok: true, output: answer, error: "", error_code: "", time_ms };
  if ("file" in answer) return { ok: true, output: "", output_file: answer.file, error: "", error_code: "", time_ms };
  return { ok: true, output: answer.output, error: "", error_code: "", time_ms, generation: answer.stats };
}

/** @param begin when the task began, of `performance.now()` */
export function failed(error: unknown, begin: number): TaskRun {
  const error_code = error instanceof MeshError ? error.code : "";
  return { ok: false, output: "", error: messageOf(error), error_code, time_ms: performance.now() - begin };
}
