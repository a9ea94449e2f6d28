import { MeshError } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import type { TaskRecord } from "../store/store.ts";

/** How a job's outputs become its final result. */
const REDUCE_KINDS = ["CONCAT"] as const;
export type ReduceKind = typeof REDUCE_KINDS[number];

/** The kind that was asked for; empty means CONCAT. @throws {MeshError} INVALID_ARGUMENT for an unknown kind. */
export function reduceKind(asked: string | undefined): ReduceKind {
  const name = (asked || "CONCAT").toUpperCase();
  const known = REDUCE_KINDS.find((kind) => kind === name);
  if (!known) {
    throw new MeshError("INVALID_ARGUMENT", `reduce.kind: unknown kind "${asked}"; known: ${REDUCE_KINDS.join(", ")}`);
  }
  return known;
}

/** CONCAT: the outputs of the tasks that are DONE, in plan order, each under its device's name. */
export function concat(tasks: readonly TaskRecord[]): string {
  return tasks.filter((task) => task.state === "DONE")
    .map((task) => `=== ${task.deviceName} (${shortId(task.deviceId)}) ===\n${task.result}`)
    .join("\n\n");
}

/**
 * The final result of a finished job. Of a job that failed the first line is the reason, and what did succeed follows.
 */
export function finalResult(reason: string, tasks: readonly TaskRecord[]): string {
  const outputs = concat(tasks);
  if (!reason) return outputs;
  return outputs ? `${reason}\n\n${outputs}` : reason;
}
