import type { TaskDetail } from "../proto/messages.ts";
import type { MeshClient } from "./client.ts";

/** Most tasks that an agent lists at once; it lists fewer where their results are large. */
const TASKS_A_PAGE = 1000;

/**
 * The tasks of a job in plan order, page after page.
 *
 * @param query.state only tasks in this state; empty = all
 */
export async function* taskPages(
  client: MeshClient,
  { jobId, state }: { readonly jobId: string; readonly state: string },
): AsyncGenerator<TaskDetail[], void, void> {
  let page_token = "";
  do {
    const request = { job_id: jobId, state, limit: TASKS_A_PAGE, page_token };
    const page = await client.mesh("ListTasks", request);
    yield page.tasks;
    page_token = page.next_page_token;
  } while (page_token !== "");
}
