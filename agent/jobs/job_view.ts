import type { JobOverview, JobRecord, TaskRecord } from "../store/store.ts";
import type { CheckedPlan } from "../plans/check_plan.ts";
import type { JobStatus, JobSummary } from "../../proto/messages.ts";
import { finalResult } from "./reduce.ts";
import { isFinished } from "./states.ts";

/** Most characters of results in one answer: each result stands in it twice, and clients take 64 MiB. */
const MAX_RESULTS = 12 * 1024 * 1024;

/** Most tasks whose results are shown one by one. */
const MAX_TASKS_WITH_RESULTS = 10_000;

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
  const size = tasks.reduce((sum, task) => sum + task.result.length, 0);
  const withResults = tasks.length <= MAX_TASKS_WITH_RESULTS && size <= MAX_RESULTS;
  return {
    job_id: job.jobId,
    state: job.state,
    tasks: tasks.map((task) => ({
      task_id: task.spec.task_id,
      assigned_device_id: task.deviceId,
      assigned_device_name: task.deviceName,
      state: task.state,
      result: withResults ? task.result : "",
      error: task.error,
    })),
    final_result: isFinished(job.state) ? shownResult(job, tasks, { withResults, size }) : "",
    current_group: group,
    total_groups: groupCount,
  };
}

function shownResult(
  job: JobRecord,
  tasks: readonly TaskRecord[],
  { withResults, size }: { withResults: boolean; size: number },
): string {
  if (size > MAX_RESULTS) {
    const note = `the results of ${tasks.length} tasks are left out: ${size} characters are too many for one answer`;
    return job.reason ? `${note}\n\n${job.reason}` : note;
  }
  const result = finalResult(job.reason, tasks);
  return withResults ? result : `the results of ${tasks.length} tasks are shown together only\n\n${result}`;
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
  };
}

/**
 * `distributed to N devices in G group(s)`: N is the number of distinct devices that the plan names or, for tasks that
 * name none, can be spread over now.
 */
export function summaryLine(plan: CheckedPlan, maxWorkers: number, online: readonly string[]): string {
  const named = new Set<string>();
  let widest = 0;
  for (const { tasks } of plan.groups) {
    for (const task of tasks) if (task.target_device_id) named.add(task.target_device_id);
    widest = Math.max(widest, tasks.filter((task) => !task.target_device_id).length);
  }
  const limit = maxWorkers === 0 ? Infinity : maxWorkers;
  const reachable = new Set([...named, ...online]).size;
  const devices = Math.min(limit, reachable, Math.max(named.size, widest));
  return `distributed to ${devices} devices in ${plan.groups.length} group(s)`;
}
