import type { JobOverview, JobRecord, TaskRecord } from "../store/store.ts";
import type { CheckedPlan } from "../plans/check_plan.ts";
import type { GroupProgress, JobStatus, JobSummary, JobUpdate, TaskDetail, TaskStatus } from "../../proto/messages.ts";
import { finalResult, isSummary } from "./reduce.ts";
import { isFinished } from "./states.ts";

/** Most characters of results in one answer: each result stands in it twice, and clients take 64 MiB. */
const MAX_RESULTS = 8 * 1024 * 1024;

/** Most bytes of a final result in one answer; of 8 Mi characters the single results have at most 24 MiB. */
const MAX_FINAL_BYTES = 36 * 1024 * 1024;

/** Most bytes of ids and errors of tasks in one answer; besides, a task takes about so many for its device and state. */
const MAX_NAMED = 40 * 1024 * 1024;
const TASK_OVERHEAD = 80;

/** Most tasks whose results are shown one by one. */
export const MAX_TASKS_WITH_RESULTS = 10_000;

/** A job's tasks, and how much of their results an answer may hold. */
interface Extent {
  readonly size: number;
  readonly withResults: boolean;
  /** Whether the tasks are named at all. */
  readonly withTasks: boolean;
}

function extentOf(tasks: readonly TaskRecord[]): Extent {
  const size = tasks.reduce((sum, task) => sum + task.result.length, 0);
  const named = tasks.reduce(
    (sum, task) => sum + 3 * (task.spec.task_id.length + task.error.length) + TASK_OVERHEAD,
    0,
  );
  const withTasks = named <= MAX_NAMED;
  return { size, withTasks, withResults: withTasks && tasks.length <= MAX_TASKS_WITH_RESULTS && size <= MAX_RESULTS };
}

/**
 * A job as `GetJob` shows it. `group` is the position of the group under way, from 0. Where the results are too many or too
 * large for one answer, they are left out, and the first line of the final result says so.
 */
export function statusOf(
  job: JobRecord,
  tasks: readonly TaskRecord[],
  group: number,
  groupCount: number,
): JobStatus {
  const extent = extentOf(tasks);
  return {
    job_id: job.jobId,
    state: job.state,
    tasks: extent.withTasks ? tasks.map((task) => taskStatusOf(task, extent.withResults)) : [],
    final_result: isFinished(job.state) ? shownResult(job, tasks, extent) : "",
    current_group: group,
    total_groups: groupCount,
  };
}

/** The final result of a job that has ended, as `GetJob` shows it. */
export function finalResultOf(job: JobRecord, tasks: readonly TaskRecord[]): string {
  return shownResult(job, tasks, extentOf(tasks));
}

export function taskStatusOf(task: TaskRecord, withResult: boolean): TaskStatus {
  return {
    task_id: task.spec.task_id,
    assigned_device_id: task.deviceId,
    assigned_device_name: task.deviceName,
    state: task.state,
    result: withResult ? task.result : "",
    error: task.error,
  };
}

/** A job that has ended as `WatchJob` shows it, in one message. */
export function finalUpdateOf(
  { job, tasks }: { readonly job: JobRecord; readonly tasks: readonly TaskRecord[] },
  { group, progress }: { readonly group: number; readonly progress: readonly Readonly<GroupProgress>[] },
  countsOnly: boolean,
): JobUpdate {
  const extent = extentOf(tasks);
  return {
    job_id: job.jobId,
    state: job.state,
    snapshot: true,
    current_group: group,
    groups: progress.map((counts) => ({ ...counts })),
    tasks: countsOnly || !extent.withTasks || tasks.length > MAX_TASKS_WITH_RESULTS
      ? []
      : tasks.map((task) => taskStatusOf(task, extent.withResults)),
    reason: job.reason,
    final_result: countsOnly ? "" : shownResult(job, tasks, extent),
  };
}

/** A task as `ListTasks` shows it. */
export function taskDetailOf(task: TaskRecord): TaskDetail {
  return {
    status: taskStatusOf(task, true),
    kind: task.spec.kind,
    group: task.group,
    attempts: task.attempt,
    failed_attempts: task.failedAttempts.map(({ attempt, deviceId, deviceName, reason }) => ({
      attempt,
      device_id: deviceId,
      device_name: deviceName,
      reason,
    })),
    timeout_ms: task.timeoutMs,
    output_file: task.outputFile ?? null,
  };
}

function shownResult(job: JobRecord, tasks: readonly TaskRecord[], { withResults, withTasks, size }: Extent): string {
  if (!job.reason && isSummary(job.reduced)) {
    const note = "the summary is left out: it is too large for one answer; ListTasks shows the outputs";
    return isTooLarge(job.reduced) ? note : job.reduced;
  }
  if (!withTasks) {
    const note = `the ${tasks.length} tasks are left out: they are too many for one answer; ListTasks shows them`;
    return job.reason ? `${note}\n\n${job.reason}` : note;
  }
  if (size > MAX_RESULTS) {
    const note = `the results of ${tasks.length} tasks are left out: ${size} characters are too many for one answer; ` +
      "ListTasks shows them";
    return job.reason ? `${note}\n\n${job.reason}` : note;
  }
  const result = finalResult(job.reduce, job.reason, tasks, job.reduced);
  if (isTooLarge(result)) {
    const note =
      `the final result of ${tasks.length} tasks is left out: it is too large for one answer; ListTasks shows each`;
    return job.reason ? `${note}\n\n${job.reason}` : note;
  }
  if (withResults) return result;
  return `the results of ${tasks.length} tasks are shown together only; ListTasks shows each\n\n${result}`;
}

function isTooLarge(result: string): boolean {
  if (result.length > MAX_FINAL_BYTES) return true;
  return result.length > MAX_FINAL_BYTES / 3 && new TextEncoder().encode(result).length > MAX_FINAL_BYTES;
}

/** A job as `ListJobs` shows it. */
export function summaryOf(job: JobOverview): JobSummary {
  return {
    job_id: job.jobId,
    state: job.state,
    created_at: Math.floor(job.createdAt / 1000),
    finished_at: Math.floor(job.finishedAt / 1000),
    summary: job.summary,
    tasks_total: job.tasksTotal,
    tasks_done: job.tasksDone,
    tasks_failed: job.tasksFailed,
    reason: job.reason,
  };
}

/** The same of a job whose tasks are at hand. */
export function overviewOf(job: JobRecord, progress: readonly GroupProgress[]): JobOverview {
  const sum = (count: keyof GroupProgress) => progress.reduce((total, group) => total + group[count], 0);
  return { ...job, tasksTotal: sum("tasks"), tasksDone: sum("done"), tasksFailed: sum("failed") };
}

/**
 * `distributed to N devices in G group(s)`: N is the number of distinct devices that the plan names or, for tasks that
 * name none, can be spread over now.
 */
export function summaryLine(plan: CheckedPlan, maxWorkers: number, online: readonly string[]): string {
  const named = new Set<string>();
  let widest = 0;
  for (const { tasks } of plan.groups) {
    let unnamed = 0;
    for (const task of tasks) {
      if (task.target_device_id) named.add(task.target_device_id);
      else unnamed++;
    }
    widest = Math.max(widest, unnamed);
  }
  const limit = maxWorkers === 0 ? Infinity : maxWorkers;
  const reachable = new Set([...named, ...online]).size;
  const devices = Math.min(limit, reachable, Math.max(named.size, widest));
  return `distributed to ${devices} devices in ${plan.groups.length} group(s)`;
}
