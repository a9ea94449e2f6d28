import type { JobState, TaskState } from "../store/store.ts";

/** The legal transitions of tasks. A running task goes back to QUEUED when its device is lost. */
const TASK_TRANSITIONS: Readonly<Record<TaskState, readonly TaskState[]>> = {
  QUEUED: ["RUNNING", "FAILED", "CANCELLED"],
  RUNNING: ["QUEUED", "DONE", "FAILED", "CANCELLED"],
  DONE: [],
  FAILED: [],
  CANCELLED: [],
};

/** The legal transitions of jobs. */
const JOB_TRANSITIONS: Readonly<Record<JobState, readonly JobState[]>> = {
  QUEUED: ["RUNNING", "FAILED", "CANCELLED"],
  RUNNING: ["DONE", "FAILED", "CANCELLED"],
  DONE: [],
  FAILED: [],
  CANCELLED: [],
};

/** Moves a task to another state. @throws {Error} for a transition that is not in the table: a bug in the caller. */
export function moveTask(task: { state: TaskState }, to: TaskState): void {
  move(task, to, TASK_TRANSITIONS, "task");
}

/** Moves a job to another state. @throws {Error} for a transition that is not in the table: a bug in the caller. */
export function moveJob(job: { state: JobState }, to: JobState): void {
  move(job, to, JOB_TRANSITIONS, "job");
}

function move<S extends string>(
  subject: { state: S },
  to: S,
  table: Readonly<Record<S, readonly S[]>>,
  what: string,
): void {
  if (!table[subject.state].includes(to)) throw new Error(`illegal ${what} transition ${subject.state} to ${to}`);
  subject.state = to;
}

export function isFinished(state: TaskState): boolean {
  return state === "DONE" || state === "FAILED" || state === "CANCELLED";
}
