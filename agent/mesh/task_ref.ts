import type { TaskRef } from "../../proto/messages.ts";

/** One attempt at one task as a map key. */
export function refKey({ job_id, task_id, attempt }: TaskRef): string {
  return `${job_id}/${attempt}/${task_id}`;
}
