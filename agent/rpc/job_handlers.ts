import type { Empty } from "../../proto/gen/edgemesh/Empty.ts";
import type { JobId__Output as JobId } from "../../proto/gen/edgemesh/JobId.ts";
import type { JobRequest__Output as JobRequest } from "../../proto/gen/edgemesh/JobRequest.ts";
import type { ListJobsRequest__Output as ListJobsRequest } from "../../proto/gen/edgemesh/v1/ListJobsRequest.ts";
import type { ListJobsResponse } from "../../proto/gen/edgemesh/v1/ListJobsResponse.ts";
import type { ListTasksRequest__Output as ListTasksRequest } from "../../proto/gen/edgemesh/v1/ListTasksRequest.ts";
import type { ListTasksResponse } from "../../proto/gen/edgemesh/v1/ListTasksResponse.ts";
import type { StartJobRequest__Output as StartJobRequest } from "../../proto/gen/edgemesh/v1/StartJobRequest.ts";
import type { WatchJobRequest__Output as WatchJobRequest } from "../../proto/gen/edgemesh/v1/WatchJobRequest.ts";
import type { JobInfo, JobStatus, JobSummary, JobUpdate } from "../../proto/messages.ts";
import type { AuditTrail } from "../audit/audit_event.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import type { JobService } from "../jobs/job_service.ts";
import type { JobSubmission } from "../jobs/submission.ts";
import type { JobState, SubmissionKey } from "../store/store.ts";
import { callerOf } from "./audited_caller.ts";
import type { CallContext } from "./call_context.ts";
import type { ServerStreamHandler, UnaryHandler } from "./interceptors.ts";
import { jobPageToken, parseJobPageToken, parseTaskPageToken, taskPageToken } from "./page_tokens.ts";

/** Metadata by which a submission can be made again without a second job. */
const IDEMPOTENCY_METADATA = "x-idempotency-key";

export interface JobHandlers {
  SubmitJob: UnaryHandler<JobRequest, JobInfo>;
  StartJob: UnaryHandler<StartJobRequest, JobInfo>;
  GetJob: UnaryHandler<JobId, JobStatus>;
  ListJobs: UnaryHandler<ListJobsRequest, ListJobsResponse>;
  WatchJob: ServerStreamHandler<WatchJobRequest, JobUpdate>;
  CancelJob: UnaryHandler<JobId, JobSummary>;
  ListTasks: UnaryHandler<ListTasksRequest, ListTasksResponse>;
  DeleteJob: UnaryHandler<JobId, Empty>;
}

const STATES: readonly JobState[] = ["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"];
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** @param audit who submits, cancels and deletes jobs */
export function jobHandlers(jobs: JobService, audit: AuditTrail): JobHandlers {
  const record = (event: string, call: CallContext, part: { readonly what?: string; readonly why?: string }) => {
    audit.record({ event, ...callerOf(call), ...part });
  };
  const submit = async (submission: JobSubmission, call: CallContext): Promise<JobInfo> => {
    try {
      const info = await jobs.submit(submission, call.signal);
      record("job.submitted", call, { what: info.job_id });
      return info;
    } catch (error) {
      record("job.refused", call, { why: messageOf(error) });
      throw error;
    }
  };
  return {
    SubmitJob: (request, call) => submit(submissionOf(request, call, call.metadata(IDEMPOTENCY_METADATA)), call),
    StartJob({ job, idempotency_key, task_timeout_ms, task_timeouts_ms }, call) {
      if (!job) throw new MeshError("INVALID_ARGUMENT", "job: is missing");
      if (task_timeout_ms < 0) {
        throw new MeshError("INVALID_ARGUMENT", `task_timeout_ms: is negative, ${task_timeout_ms}`);
      }
      const submission = submissionOf(job, call, idempotency_key || call.metadata(IDEMPOTENCY_METADATA));
      const limits = { taskTimeoutMs: task_timeout_ms, taskTimeoutsMs: task_timeouts_ms };
      return submit({ ...submission, ...limits }, call);
    },
    GetJob: ({ job_id }) => jobs.get(requireId(job_id)),
    async ListJobs({ state, limit, page_token }) {
      const wanted = stateOf(state);
      const after = parseJobPageToken(page_token);
      const page = await jobs.list({
        limit: limitOf(limit),
        ...(wanted ? { state: wanted } : {}),
        ...(after ? { after } : {}),
      });
      return { jobs: page.jobs, next_page_token: jobPageToken(page.next) };
    },
    async WatchJob({ job_id, counts_only }, call, send) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const end = (error?: unknown) => error === undefined ? resolve() : reject(error);
      const stop = await jobs.watch(requireId(job_id), { countsOnly: counts_only }, { send, end });
      // From here on: before, nobody would hear of the rejection.
      const stopped = () => reject(call.signal.reason);
      call.signal.addEventListener("abort", stopped, { once: true });
      if (call.signal.aborted) stopped();
      try {
        await promise;
      } finally {
        stop();
        call.signal.removeEventListener("abort", stopped);
      }
    },
    async CancelJob({ job_id }, call) {
      const summary = await jobs.cancel(requireId(job_id));
      record("job.cancelled", call, { what: job_id });
      return summary;
    },
    async ListTasks({ job_id, state, limit, page_token }) {
      const page = await jobs.tasks({
        jobId: requireId(job_id),
        state: stateOf(state),
        after: parseTaskPageToken(page_token),
        limit: limitOf(limit),
      });
      return { tasks: page.tasks, next_page_token: taskPageToken(page.next) };
    },
    async DeleteJob({ job_id }, call) {
      await jobs.delete(requireId(job_id));
      record("job.deleted", call, { what: job_id });
      return {};
    },
  };
}

function submissionOf(request: JobRequest, call: CallContext, key: string): JobSubmission {
  const { text, max_workers, plan, reduce } = request;
  const submission: SubmissionKey | undefined = key ? { client: call.clientName, key } : undefined;
  return { text, maxWorkers: max_workers, plan, reduce: reduce?.kind ?? "", submission };
}

function requireId(jobId: string): string {
  if (!jobId) throw new MeshError("INVALID_ARGUMENT", "job_id: is empty");
  return jobId;
}

function limitOf(limit: number): number {
  if (limit >= 0 && limit <= MAX_LIMIT) return limit || DEFAULT_LIMIT;
  throw new MeshError("INVALID_ARGUMENT", `limit: must be 1 to ${MAX_LIMIT} (0 = ${DEFAULT_LIMIT}), is ${limit}`);
}

function stateOf(name: string): JobState | undefined {
  if (!name) return undefined;
  const state = STATES.find((known) => known === name.toUpperCase());
  if (!state) {
    const given = JSON.stringify(name.slice(0, 100));
    throw new MeshError("INVALID_ARGUMENT", `state: unknown state ${given}; known: ${STATES.join(", ")}`);
  }
  return state;
}
