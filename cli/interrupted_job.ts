import { MeshError, messageOf } from "../agent/core/errors.ts";
import type { CommandContext } from "./command.ts";
import { unlessTooOld } from "./too_old.ts";

/** How long cancelling a job may take, in ms: its running tasks get 2 s. */
export const CANCEL_MS = 4000;

/** How long after Ctrl-C the answer to a submission is waited for, in ms, where the job is to be cancelled. */
export const ANSWER_MS = 4000;

/**
 * Has a job cancelled after Ctrl-C, over a connection of its own, since that ended the others.
 *
 * @returns what became of the job, for the user; never throws
 */
export async function cancelAnew(jobId: string, { connect }: Pick<CommandContext, "connect">): Promise<string> {
  const soon = AbortSignal.timeout(CANCEL_MS);
  try {
    const client = await connect(CANCEL_MS, soon);
    await unlessTooOld(client.mesh("CancelJob", { job_id: jobId }), "cancelling jobs");
    return `job ${jobId} is cancelled`;
  } catch (error) {
    // It was faster than Ctrl-C.
    if (error instanceof MeshError && error.code === "FAILED_PRECONDITION") return messageOf(error);
    const reason = soon.aborted ? `no answer within ${CANCEL_MS / 1000} s` : messageOf(error);
    return `job ${jobId} may go on (${reason}): try edgemesh cancel ${jobId}`;
  }
}
