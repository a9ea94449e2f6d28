import { delay, LinkedSignal } from "../agent/core/abort.ts";
import { MeshError } from "../agent/core/errors.ts";
import type { JobStatus } from "../proto/messages.ts";
import type { MeshClient } from "./client.ts";
import { Coalesced } from "./coalesced.ts";
import type { CommandContext } from "./command.ts";
import { count } from "./output/units.ts";
import { PatientClient } from "./patient_client.ts";
import { type JobProgress, progressOfStatus, progressOfUpdate } from "./progress/job_progress.ts";
import { openProgressView } from "./progress/open_progress_view.ts";
import { isEnded, watchJob } from "./watch_job.ts";

/** Time between two questions for a job, in ms; more where its answers take longer than that, as those of huge jobs do. */
const POLL_MS = 200;

/** What whoever follows a job wants to hear. */
export interface Following {
  readonly signal: AbortSignal;
  /** Called with how far the job is, at first and whenever that changes. */
  readonly onProgress?: (progress: JobProgress) => void;
  /** Called with its first status and with every one that differs from the one before, the last included. */
  readonly onStatus?: (status: JobStatus) => Promise<void>;
}

/**
 * Follows a job to its end, over restarts of the agent: by WatchJob, or by asking again and again where the agent does
 * not have that.
 *
 * @returns its last status: DONE, FAILED or CANCELLED
 */
export async function followJob(patient: PatientClient, jobId: string, following: Following): Promise<JobStatus> {
  const ask = statusTeller(patient, jobId, following.onStatus);
  try {
    return await followByWatching(patient, jobId, following, ask);
  } catch (error) {
    if (!(error instanceof MeshError && error.code === "UNIMPLEMENTED")) throw error;
    return await followByAsking(following, ask);
  }
}

/** Asks for the job, and tells its status where that is another than before. */
function statusTeller(patient: PatientClient, jobId: string, onStatus: Following["onStatus"]) {
  let before = "";
  return async () => {
    const status = await patient.ask((client) => client.orchestrator("GetJob", { job_id: jobId }));
    if (!onStatus) return status;
    const now = JSON.stringify(status);
    if (now !== before) await onStatus(status);
    before = now;
    return status;
  };
}

async function followByWatching(
  patient: PatientClient,
  jobId: string,
  { signal, onProgress, onStatus }: Following,
  ask: () => Promise<JobStatus>,
): Promise<JobStatus> {
  using stop = new LinkedSignal(signal);
  // Statuses of huge jobs take longer than changes do: those that came meanwhile are told in one.
  const telling = new Coalesced(async () => void await ask(), (error) => stop.abort(error));
  for (;;) {
    for await (const update of watchJob(patient, jobId, { countsOnly: !onStatus, signal: stop.signal })) {
      onProgress?.(progressOfUpdate(update));
      if (onStatus && !isEnded(update.state)) telling.trigger();
    }
    await telling.settled();
    stop.signal.throwIfAborted();
    const last = await ask();
    if (isEnded(last.state)) return last;
    await delay(POLL_MS, signal);
  }
}

async function followByAsking({ signal, onProgress }: Following, ask: () => Promise<JobStatus>): Promise<JobStatus> {
  while (true) {
    const asked = performance.now();
    const status = await ask();
    const tookMs = performance.now() - asked;
    onProgress?.(progressOfStatus(status));
    if (isEnded(status.state)) return status;
    await delay(Math.max(POLL_MS, tookMs), signal);
  }
}

/** How a command follows a job. */
export interface Shown {
  /** The job was only just submitted. */
  readonly isNew?: boolean;
  readonly onStatus?: Following["onStatus"];
}

/** As {@link followJob}, showing on standard error how far the job is. */
export async function followShown(
  client: MeshClient,
  jobId: string,
  { output, signal, connect }: Pick<CommandContext, "output" | "signal" | "connect">,
  { isNew = false, onStatus }: Shown = {},
): Promise<JobStatus> {
  await using view = await openProgressView(output, isNew);
  const onAway = ({ message }: MeshError) => view.away(`${message}; trying again`);
  const patient = new PatientClient(client, { reconnect: () => connect(), onAway, signal });
  const onProgress = (progress: JobProgress) => view.update(progress);
  return await followJob(patient, jobId, { signal, onProgress, ...(onStatus ? { onStatus } : {}) });
}

/** `RUNNING, group 1 of 2, 3 of 5 tasks done`. */
export function progressOf(status: JobStatus): string {
  const done = status.tasks.filter((task) => task.state === "DONE").length;
  const group = status.total_groups > 1 && !isEnded(status.state)
    ? `, group ${Math.min(status.current_group + 1, status.total_groups)} of ${status.total_groups}`
    : "";
  return `${status.state}${group}, ${done} of ${count(status.tasks.length, "task")} done`;
}

/** Why a job that ended did not end DONE; undefined for one that did. */
export function failureOfJob(status: JobStatus): MeshError | undefined {
  if (status.state === "DONE") return undefined;
  if (status.state === "CANCELLED") return new MeshError("CANCELLED", `job ${status.job_id} was cancelled`);
  const failed = status.tasks.filter((task) => task.state === "FAILED");
  const [first] = failed;
  const where = first?.assigned_device_name ? ` on ${first.assigned_device_name}` : "";
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
  const reason = first
    ? `task ${first.task_id} failed${where}: ${first.error || "no reason given"}${more}`
    : "no reason given";
  return new MeshError("FAILED_PRECONDITION", `job ${status.job_id} failed: ${reason}`);
}
