import type { GroupProgress, JobStatus, JobUpdate } from "../../proto/messages.ts";

/** How many tasks of a group there are, and have ended in which way. */
export type Counts = Readonly<Pick<GroupProgress, "tasks" | "done" | "failed" | "cancelled">>;

/** How far a job is, part by part in the order in which they run. */
export type JobProgress = readonly { readonly label: string; readonly counts: Counts }[];

/** A watched job's groups. */
export function progressOfUpdate({ groups }: Pick<JobUpdate, "groups">): JobProgress {
  return groups.map((counts, at) => ({ label: `group ${at + 1} of ${groups.length}`, counts }));
}

/** All tasks in one: the specification's message does not say of which group a task is. */
export function progressOfStatus({ tasks }: Pick<JobStatus, "tasks">): JobProgress {
  const inState = (state: string) => tasks.filter((task) => task.state === state).length;
  const [done, failed, cancelled] = [inState("DONE"), inState("FAILED"), inState("CANCELLED")];
  return [{ label: "job", counts: { tasks: tasks.length, done, failed, cancelled } }];
}

/** Tasks that were worked on to an end: those that were cancelled say nothing of how fast that goes. */
export function workedOf({ done, failed }: Counts): number {
  return done + failed;
}

/** Tasks that have ended, in whichever way. */
export function endedOf({ done, failed, cancelled }: Counts): number {
  return done + failed + cancelled;
}

/** The counts of several parts together. */
export function sumOf(parts: JobProgress): Counts {
  const sum = { tasks: 0, done: 0, failed: 0, cancelled: 0 };
  for (const { counts } of parts) {
    sum.tasks += counts.tasks;
    sum.done += counts.done;
    sum.failed += counts.failed;
    sum.cancelled += counts.cancelled;
  }
  return sum;
}

/** Whether nothing of a part is left to do. */
export function hasEnded(counts: Counts): boolean {
  return endedOf(counts) >= counts.tasks;
}
