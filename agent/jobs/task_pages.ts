import type { TaskDetail } from "../../proto/messages.ts";
import type { Store, TaskRecord, TaskState } from "../store/store.ts";
import { taskDetailOf } from "./job_view.ts";

/** Characters of inputs and results in one page of tasks, at most; one task may be larger. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

/** Which tasks of a job are asked for. */
export interface TaskQuery {
  readonly jobId: string;
  readonly state?: TaskState | undefined;
  /** Only tasks behind this place in plan order, from 0; -1 = from the first. */
  readonly after: number;
  readonly limit: number;
}

export interface TaskPage {
  readonly tasks: TaskDetail[];
  /** Where the next page begins; undefined after the last one. */
  readonly next: number | undefined;
}

/** A page of the tasks of a job that is under way. */
export function pageOf(tasks: readonly TaskRecord[], { state, after, limit }: TaskQuery): TaskPage {
  const page: TaskRecord[] = [];
  let size = 0;
  for (let at = after + 1; at < tasks.length; at++) {
    const task = tasks[at];
    if (!task || (state && task.state !== state)) continue;
    if (page.length === limit || size > PAGE_CHARACTERS) return shown(page, true);
    size += sizeOf(task);
    page.push(task);
  }
  return shown(page, false);
}

/** A page of the tasks of a job that is kept; empty also when there is no such job. */
export async function storedPage(
  store: Pick<Store, "listTasks">,
  { jobId, state, after, limit }: TaskQuery,
): Promise<TaskPage> {
  const query = { jobId, after, limit: limit + 1, characters: PAGE_CHARACTERS };
  const tasks = await store.listTasks(state ? { ...query, state } : query);
  const page = tasks.slice(0, limit);
  // A page that is short because its results are large is not the last one: only an empty one is sure to be.
  const size = page.reduce((sum, task) => sum + sizeOf(task), 0);
  return shown(page, tasks.length > limit || size > PAGE_CHARACTERS);
}

function shown(page: readonly TaskRecord[], more: boolean): TaskPage {
  return { tasks: page.map(taskDetailOf), next: more ? page.at(-1)?.ordinal : undefined };
}

function sizeOf(task: TaskRecord): number {
  return task.spec.input.length + task.result.length;
}
