import { delay } from "../agent/core/abort.ts";
import { MeshError } from "../agent/core/errors.ts";
import type { JobStatus } from "../proto/messages.ts";
import type { MeshClient } from "./client.ts";
import type { CommandContext } from "./command.ts";
import { Progress } from "./output/progress.ts";
import { count } from "./output/units.ts";
import { PatientClient } from "./patient_client.ts";

/** Time between two questions for a job, in ms; more where its answers take longer than that, as those of huge jobs do. */
const POLL_MS = 200;

const ENDED: ReadonlySet<string> = new Set(["DONE", "FAILED", "CANCELLED"]);

/**
 * Follows a job to its end.
 *
 * @param ask says how the job is now
 * @param onChange called with its first status and with every one that differs from the one before, the last included
 * @returns its last status: DONE, FAILED or CANCELLED
 */
export async function followJob(
  ask: () => Promise<JobStatus>,
  signal: AbortSignal,
  onChange: (status: JobStatus) => Promise<void>,
): Promise<JobStatus> {
  let before = "";
  while (true) {
    const asked = performance.now();
    const status = await ask();
    const tookMs = performance.now() - asked;
    const now = JSON.stringify(status);
    if (now !== before) await onChange(status);
    before = now;
    if (ENDED.has(status.state)) return status;
    await delay(Math.max(POLL_MS, tookMs), signal);
  }
}

/**
 * As {@link followJob}, over restarts of the agent, saying on a terminal how far the job is; nothing is left of that
 * when it returns.
 */
export async function followShown(
  client: MeshClient,
  jobId: string,
  { output, signal, connect }: Pick<CommandContext, "output" | "signal" | "connect">,
  onChange: (status: JobStatus) => Promise<void> = () => Promise.resolve(),
): Promise<JobStatus> {
  await using progress = new Progress(output.errors, output.animates);
  const onAway = ({ message }: MeshError) => {
    const text = `${message}; trying again`;
    return output.animates ? progress.update(text) : output.note(text);
  };
  const patient = new PatientClient(client, { reconnect: connect, onAway, signal });
  const ask = () => patient.ask((client) => client.orchestrator("GetJob", { job_id: jobId }));
  return await followJob(ask, signal, async (status) => {
    progress.update(progressOf(status));
    await onChange(status);
  });
}

/** `RUNNING, group 1 of 2, 3 of 5 tasks done`. */
export function progressOf(status: JobStatus): string {
  const done = status.tasks.filter((task) => task.state === "DONE").length;
  const group = status.total_groups > 1 && !ENDED.has(status.state)
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
