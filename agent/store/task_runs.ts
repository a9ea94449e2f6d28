import type { OutcomeRun, TaskRun } from "./sqlite_messages.ts";
import type { FailedAttempt, TaskRecord } from "./store.ts";

/** What of a task changes: the part that a record and a change have in common. */
type Outcome = Pick<
  TaskRecord,
  "ordinal" | "state" | "attempt" | "deviceId" | "deviceName" | "result" | "error" | "failedAttempts" | "outputFile"
>;

/** Gathers outcomes, in their order, into runs. */
export class OutcomeRuns {
  readonly runs: OutcomeRun[] = [];
  #last: { readonly run: OutcomeRun; readonly task: Outcome } | undefined;

  add(jobId: string, task: Outcome): void {
    if (!this.#last || this.#last.run.jobId !== jobId || !areAlike(this.#last.task, task)) {
      const attempts = textOfAttempts(task.failedAttempts);
      const file = task.outputFile ? JSON.stringify(task.outputFile) : "";
      const shared = [task.state, task.attempt, task.deviceId, task.deviceName, task.error, attempts, file];
      const run = { jobId, shared, ordinals: [], results: [] };
      this.#last = { run, task };
      this.runs.push(run);
    }
    this.#last.run.ordinals.push(task.ordinal);
    this.#last.run.results.push(task.result);
  }
}

/** Gathers new tasks of one job, in their order, into runs. */
export class TaskRuns {
  readonly runs: TaskRun[] = [];
  #last: { readonly run: TaskRun; readonly task: TaskRecord } | undefined;

  add(task: TaskRecord): void {
    const { spec, group, timeoutMs } = task;
    if (!this.#last || !areSpecifiedAlike(this.#last.task, task)) {
      const { kind, target_device_id, prompt_tokens, max_output_tokens } = spec;
      const shared = [group, kind, target_device_id, prompt_tokens, max_output_tokens, timeoutMs];
      const run = { shared, ordinals: [], taskIds: [], inputs: [] };
      this.#last = { run, task };
      this.runs.push(run);
    }
    this.#last.run.ordinals.push(task.ordinal);
    this.#last.run.taskIds.push(spec.task_id);
    this.#last.run.inputs.push(spec.input);
  }
}

/** Whether it is as a task without an outcome is read. */
export function isUntried(task: Outcome): boolean {
  return task.state === "QUEUED" && task.attempt === 0 && task.deviceId === "" && task.deviceName === "" &&
    task.result === "" && task.error === "" && task.failedAttempts.length === 0;
}

function areAlike(a: Outcome, b: Outcome): boolean {
  return a.state === b.state && a.attempt === b.attempt && a.deviceId === b.deviceId && a.deviceName === b.deviceName &&
    a.error === b.error && a.outputFile === b.outputFile &&
    (a.failedAttempts === b.failedAttempts || a.failedAttempts.length + b.failedAttempts.length === 0);
}

function areSpecifiedAlike(a: TaskRecord, b: TaskRecord): boolean {
  return a.group === b.group && a.timeoutMs === b.timeoutMs && a.spec.kind === b.spec.kind &&
    a.spec.target_device_id === b.spec.target_device_id && a.spec.prompt_tokens === b.spec.prompt_tokens &&
    a.spec.max_output_tokens === b.spec.max_output_tokens;
}

function textOfAttempts(attempts: readonly FailedAttempt[]): string {
  return attempts.length === 0 ? "" : JSON.stringify(attempts);
}
