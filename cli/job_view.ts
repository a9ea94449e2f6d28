import type { JobStatus } from "../proto/messages.ts";
import { progressOf } from "./job_watch.ts";
import type { Output } from "./output/output.ts";
import type { Paint } from "./output/paint.ts";
import { printable } from "./output/printable.ts";
import type { Cell, Column } from "./output/table.ts";

/** The states of jobs, and of tasks. */
export const JOB_STATES = ["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"] as const;

/** Most tasks that are shown with the job: more hide it, and an agent leaves their results out. */
const MOST_TASKS = 10_000;

const TASK_COLUMNS: readonly Column[] = [
  { header: "TASK", shrinkTo: 8 },
  { header: "STATE" },
  { header: "DEVICE", shrinkTo: 8 },
  { header: "RESULT", shrinkTo: 10 },
];

/** Prints a job: its state, its tasks, and its final result when there is one. */
export async function printJob(status: JobStatus, output: Output): Promise<void> {
  const { paint } = output;
  await output.line(printable(`${status.job_id}  ${progressOf(status)}`));
  const elsewhere = resultsElsewhere(status);
  if (elsewhere !== undefined) {
    await output.line();
    await output.line(printable(`${elsewhere}.`));
  }
  if (status.tasks.length > 0 && status.tasks.length <= MOST_TASKS) {
    await output.line();
    await output.table(
      TASK_COLUMNS,
      status.tasks.map((task) => [
        task.task_id,
        stateCell(task.state, paint),
        task.assigned_device_name || "-",
        firstLine(task.error || task.result),
      ]),
    );
  }
  if (status.final_result === "") return;
  await output.line();
  await output.text(status.final_result);
}

/** Where the results of single tasks are, of a job that is too large to be shown with them; undefined for others. */
export function resultsElsewhere({ job_id, tasks, final_result }: JobStatus): string | undefined {
  // So the agent says that it left results out, in the first line.
  const leftOut = /^the .*; ListTasks shows (each|them)(\n|$)/.test(final_result);
  if (!leftOut && tasks.length <= MOST_TASKS) return undefined;
  return `\`edgemesh job ${job_id} --tasks\` lists its tasks with their results`;
}

/** A job's or task's state in its colour. */
export function stateCell(state: string, paint: Paint): Cell {
  if (state === "DONE") return { text: state, paint: paint.green };
  if (state === "FAILED") return { text: state, paint: paint.red };
  if (state === "RUNNING") return { text: state, paint: paint.yellow };
  return { text: state, paint: paint.dim };
}

/** A text's first line, with `…` where there are more. */
export function firstLine(text: string): string {
  const [first = "", ...rest] = text.split("\n", 2);
  return rest.length === 0 ? first : `${first} …`;
}
