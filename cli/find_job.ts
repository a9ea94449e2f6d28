import { isUuid } from "../agent/core/ids.ts";
import { MeshError } from "../agent/core/errors.ts";
import type { MeshClient } from "./client.ts";

/** So many of the newest jobs are searched for the beginning of an id: the most that an agent lists. */
const SEARCHED = 1000;

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
    return (await client.mesh("ListJobs", { state: "", limit: SEARCHED })).jobs.map((job) => job.job_id);
  } catch (error) {
    // An agent with the specification's service only knows jobs by their whole ids.
    if (error instanceof MeshError && error.code === "UNIMPLEMENTED") return [];
    throw error;
  }
}
