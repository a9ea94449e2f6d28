import { type ErrorCode, MeshError, messageOf } from "../core/errors.ts";

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
}

/** @param begin when the task began, of `performance.now()` */
export function done(output: string, begin: number): TaskRun {
  return { ok: true, output, error: "", error_code: "", time_ms: performance.now() - begin };
}

/** @param begin when the task began, of `performance.now()` */
export function failed(error: unknown, begin: number): TaskRun {
  const error_code = error instanceof MeshError ? error.code : "";
  return { ok: false, output: "", error: messageOf(error), error_code, time_ms: performance.now() - begin };
}
