import { MeshError } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import { didYouMean } from "../core/nearest.ts";
import type { TaskRecord } from "../store/store.ts";

/** How a job's outputs become its final result. */
export const REDUCE_KINDS = ["CONCAT", "JSON", "LINES", "FIRST", "LLM_SUMMARIZE"] as const;
export type ReduceKind = typeof REDUCE_KINDS[number];

/** The kind that was asked for; empty means CONCAT. @throws {MeshError} INVALID_ARGUMENT for an unknown kind. */
export function reduceKind(asked: string | undefined): ReduceKind {
  const name = (asked || "CONCAT").toUpperCase();
  const known = REDUCE_KINDS.find((kind) => kind === name);
  if (known) return known;
  const given = JSON.stringify((asked ?? "").slice(0, 100));
  const hint = didYouMean(name.slice(0, 100), REDUCE_KINDS);
  throw new MeshError(
    "INVALID_ARGUMENT",
    `reduce.kind: unknown kind ${given}${hint}; known: ${REDUCE_KINDS.join(", ")}`,
  );
}

/** The outputs of the tasks that are DONE, in plan order, made into one text. */
const REDUCERS: Readonly<Record<ReduceKind, (done: readonly TaskRecord[]) => string>> = {
  /** Each under its device's name. */
  CONCAT: concat,
  /** A JSON array of objects. */
  JSON: (done) =>
    JSON.stringify(done.map((task) => ({
      task_id: task.spec.task_id,
      device_id: task.deviceId,
      device_name: task.deviceName,
      ...outputOf(task),
    }))),
  /** The outputs only, each beginning on a line of its own. */
  LINES: (done) => done.map((task) => task.result.replace(/\r?\n$/, "")).join("\n"),
  /** The one success of the last group. */
  FIRST: (done) => done.at(-1)?.result ?? "",
  /** What is shown where there is no summary: of a job that failed, or has not ended. */
  LLM_SUMMARIZE: concat,
};

/** An output that is kept as a file is none that could be read here. */
function outputOf({ result, outputFile }: TaskRecord): object {
  if (!outputFile) return { output: result };
  const { size_bytes, sha256 } = outputFile;
  return { output_file: { size_bytes, sha256 } };
}

function concat(done: readonly TaskRecord[]): string {
  return done.map((task) => `=== ${task.deviceName} (${shortId(task.deviceId)}) ===\n${task.result}`).join("\n\n");
}

/** How a result begins that was to be a summary and is none. */
const NO_SUMMARY = "=== no summary: ";

/** Whether what was written of a job at its end is a summary, which stands for all its outputs. */
export function isSummary(reduced: string): boolean {
  return reduced !== "" && !reduced.startsWith(NO_SUMMARY);
}

/** What stands before the outputs of a job that were to be summarized and were not. */
export function noSummary(why: string): string {
  return `${NO_SUMMARY}${why}; the outputs as they are ===`;
}

function isDone(task: TaskRecord): boolean {
  return task.state === "DONE";
}

/**
 * The final result of a finished job. Of a job that failed the first line is the reason, and what did succeed follows, if
 * anything did.
 *
 * @param reduced what was written of it when it ended: a summary, or why there is none
 */
export function finalResult(kind: string, reason: string, tasks: readonly TaskRecord[], reduced = ""): string {
  const done = tasks.filter(isDone);
  if (reduced && !reason) return isSummary(reduced) ? reduced : `${reduced}\n\n${concat(done)}`;
  const reduce = reduceKind(kind);
  // Where no task of the last group succeeded, there is no first success.
  if (reason && (done.length === 0 || reduce === "FIRST")) return reason;
  const outputs = REDUCERS[reduce](done);
  return reason ? `${reason}\n\n${outputs}` : outputs;
}
