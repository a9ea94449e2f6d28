import type { JobId__Output as JobId } from "../../proto/gen/edgemesh/JobId.ts";
import type { JobRequest__Output as JobRequest } from "../../proto/gen/edgemesh/JobRequest.ts";
import type { ListJobsRequest__Output as ListJobsRequest } from "../../proto/gen/edgemesh/v1/ListJobsRequest.ts";
import type { ListJobsResponse } from "../../proto/gen/edgemesh/v1/ListJobsResponse.ts";
import type { JobInfo, JobStatus } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { JobService } from "../jobs/job_service.ts";
import type { JobState } from "../store/store.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface JobHandlers {
  SubmitJob: UnaryHandler<JobRequest, JobInfo>;
  GetJob: UnaryHandler<JobId, JobStatus>;
  ListJobs: UnaryHandler<ListJobsRequest, ListJobsResponse>;
}

const STATES: readonly JobState[] = ["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"];
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

export function jobHandlers(jobs: JobService): JobHandlers {
  return {
    SubmitJob: ({ text, max_workers, plan, reduce }, call) =>
      jobs.submit({ text, maxWorkers: max_workers, plan, reduce: reduce?.kind ?? "" }, call.signal),
    GetJob({ job_id }) {
      if (!job_id) throw new MeshError("INVALID_ARGUMENT", "job_id: is empty");
      return jobs.get(job_id);
    },
    async ListJobs({ state, limit }) {
      if (limit < 0 || limit > MAX_LIMIT) {
        throw new MeshError("INVALID_ARGUMENT", `limit: must be 1 to ${MAX_LIMIT} (0 = ${DEFAULT_LIMIT}), is ${limit}`);
      }
      const wanted = stateOf(state);
      return { jobs: await jobs.list({ limit: limit || DEFAULT_LIMIT, ...(wanted ? { state: wanted } : {}) }) };
    },
  };
}

function stateOf(name: string): JobState | undefined {
  if (!name) return undefined;
  const state = STATES.find((known) => known === name.toUpperCase());
  if (!state) throw new MeshError("INVALID_ARGUMENT", `state: unknown state "${name}"; known: ${STATES.join(", ")}`);
  return state;
}
