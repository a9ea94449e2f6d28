import { delay } from "../agent/core/abort.ts";
import { MeshError } from "../agent/core/errors.ts";
import type { JobUpdate } from "../proto/messages.ts";
import type { MeshClient } from "./client.ts";
import { isLost, type PatientClient } from "./patient_client.ts";

/** Time before a lost job is watched again, in ms. */
const PAUSE_MS = 200;

const ENDED: ReadonlySet<string> = new Set(["DONE", "FAILED", "CANCELLED"]);

/** Whether a job in this state changes no more. */
export function isEnded(state: string): boolean {
  return ENDED.has(state);
}

export interface WatchOptions {
  /** No single tasks, only how many are in which state. */
  readonly countsOnly: boolean;
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

/**
 * A job as it is now, then what changes, to its end; over restarts of the agent, after each of which comes another
 * snapshot.
 *
 * @throws {MeshError} UNIMPLEMENTED where the agent cannot be watched
 */
export async function* watchJob(
  patient: PatientClient,
  jobId: string,
  { countsOnly, signal }: WatchOptions,
): AsyncGenerator<JobUpdate, void, void> {
  const request = { job_id: jobId, counts_only: countsOnly };
  let lost: MeshError | undefined;
  for (;;) {
    const { first, more } = await patient.ask(async (client) => {
      // That the answer broke off tells the patient client as much as a question that failed.
      const reason = lost;
      lost = undefined;
      if (reason) throw reason;
      return await begin(client.watch(request, signal));
    });
    try {
      for (let update: JobUpdate | void = first; update; update = (await more.next()).value) {
        yield update;
        if (isEnded(update.state)) return;
      }
    } catch (error) {
      if (!isLost(error)) throw error;
      lost = error;
    } finally {
      await more.return();
    }
    // The agent went away, or ended its answer before the job ended.
    await delay(PAUSE_MS, signal);
  }
}

async function begin(updates: ReturnType<MeshClient["watch"]>) {
  const { value: first } = await updates.next();
  if (!first) throw new MeshError("UNAVAILABLE", "the agent ended its answer before it began");
  return { first, more: updates };
}
