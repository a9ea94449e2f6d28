import { isUuid } from "../agent/core/ids.ts";
import { MeshError } from "../agent/core/errors.ts";
import { allJobs, JOBS_A_PAGE } from "./all_jobs.ts";
import type { MeshClient } from "./client.ts";

/**
 * The id of the job that a person means by it, or by its beginning. What begins no job's id is left as it is: the agent
 * says what is wrong with it.
 *
 * @throws {MeshError} INVALID_ARGUMENT when it could be several, which it lists
 */
export async function jobIdOf(client: MeshClient, wanted: string): Promise<string> {
  if (isUuid(wanted) || wanted === "") return wanted;
  const [found, ...others] = (await newestIds(client)).filter((id) => id.startsWith(wanted.toLowerCase()));
  if (found === undefined) return wanted;
  if (others.length === 0) return found;
  const shown = [found, ...others].slice(0, 4);
  if (others.length >= shown.length) shown.push("…");
  throw new MeshError("INVALID_ARGUMENT", `job ${JSON.stringify(wanted)} could be each of ${shown.join(", ")}`);
}

async function newestIds(client: MeshClient): Promise<string[]> {
  try {
    // Whoever types the beginning of an id means one of the newest.
    const jobs = await Array.fromAsync(allJobs(client, { state: "", limit: JOBS_A_PAGE }));
    return jobs.map((job) => job.job_id);
  } catch (error) {
    // An agent with the specification's service only knows jobs by their whole ids.
    if (error instanceof MeshError && error.code === "UNIMPLEMENTED") return [];
    throw error;
  }
}
