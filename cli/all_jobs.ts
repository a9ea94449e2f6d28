import type { JobSummary } from "../proto/messages.ts";
import type { MeshClient } from "./client.ts";

/** Most jobs that an agent lists at once. */
export const JOBS_A_PAGE = 1000;

/**
 * Jobs, newest first, page after page.
 *
 * @param query.state only jobs in this state; empty = all
 * @param query.limit at most so many; Infinity = all
 */
export async function* allJobs(
  client: MeshClient,
  { state, limit }: { readonly state: string; readonly limit: number },
): AsyncGenerator<JobSummary, void, void> {
  let page_token = "";
  for (let left = limit; left > 0;) {
    const page = await client.mesh("ListJobs", { state, limit: Math.min(left, JOBS_A_PAGE), page_token });
    // An older agent knows no pages, and an agent may answer with fewer or more than were asked for.
    yield* page.jobs.slice(0, left);
    left -= page.jobs.length;
    page_token = page.next_page_token;
    if (page_token === "") return;
  }
}
