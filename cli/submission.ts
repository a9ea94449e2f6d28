import type { JobInfo } from "../proto/messages.ts";
import type { Plan } from "../proto/gen/edgemesh/Plan.ts";
import type { MeshClient } from "./client.ts";
import type { PatientClient } from "./patient_client.ts";
import { unlessTooOld } from "./too_old.ts";

/** How a job's results can be combined, as people write it. */
export const REDUCES = ["concat", "json", "lines", "first", "llm-summarize"] as const;
export type Reduce = typeof REDUCES[number];

/** How long a plan may take to be made from words, in ms: a planner program gets 30 s, and a model after it 20 s. */
export const PLANNING_TIMEOUT_MS = 75_000;

/** Protobuf's int32. */
export const MOST_WORKERS = 2 ** 31 - 1;

/** A job to submit. */
export interface Submission {
  /** What to do, in words; empty with a plan. */
  readonly text: string;
  readonly plan: Plan | null;
  /** Use at most so many devices; 0 = all. */
  readonly maxWorkers: number;
  /** Undefined = as whoever makes the plan says, or `concat`. */
  readonly reduce: Reduce | undefined;
  /** An attempt at a task ends after this many ms; undefined = as the agent does by default. */
  readonly taskTimeoutMs: number | undefined;
  /** The same for single tasks, by task id. */
  readonly taskTimeoutsMs: ReadonlyMap<string, number>;
  /** The same key of the same client name within 24 h submits once. */
  readonly idempotencyKey: string;
}

/**
 * Submits a job. Where the agent goes away before it has answered, it is submitted again with the same key: whether or
 * not it had arrived, there is one job.
 */
export async function submitJob(patient: PatientClient, submission: Submission): Promise<JobInfo> {
  const limited = submission.taskTimeoutMs !== undefined || submission.taskTimeoutsMs.size > 0;
  return await patient.ask((client) => limited ? startJob(client, submission) : submitPlainly(client, submission));
}

function requestOf({ text, plan, maxWorkers, reduce }: Submission, { sessionId }: MeshClient) {
  return { session_id: sessionId, text, plan, max_workers: maxWorkers, reduce: { kind: kindOf(reduce) } };
}

/** On the wire: `LLM_SUMMARIZE`; empty = left to the agent. */
function kindOf(reduce: Reduce | undefined): string {
  return reduce?.toUpperCase().replaceAll("-", "_") ?? "";
}

function submitPlainly(client: MeshClient, submission: Submission): Promise<JobInfo> {
  const { idempotencyKey } = submission;
  return client.orchestrator("SubmitJob", requestOf(submission, client), { idempotencyKey });
}

/** The specification's method has no field for time limits. */
function startJob(client: MeshClient, submission: Submission): Promise<JobInfo> {
  const { taskTimeoutMs, taskTimeoutsMs, idempotencyKey } = submission;
  const answer = client.mesh("StartJob", {
    job: requestOf(submission, client),
    idempotency_key: idempotencyKey,
    task_timeout_ms: taskTimeoutMs ?? 0,
    task_timeouts_ms: Object.fromEntries(taskTimeoutsMs),
  });
  return unlessTooOld(answer, taskTimeoutMs === undefined ? "time limits of tasks" : "--task-timeout");
}
